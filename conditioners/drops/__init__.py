"""What becomes of a file that was dropped into the lake: claimed, conditioned, noted, compared, released."""
