"""EDI interchanges: X12 and EDIFACT."""
