"""How files of some formats begin, whatever their names."""

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
"""Packed ones: as a zip archive, or in the container of Excel 97."""
PARQUET = b"PAR1"
