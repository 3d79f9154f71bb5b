"""Text of lines: delimited, or of fixed width."""
