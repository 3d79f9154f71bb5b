"""Workbooks (xls, xlsx, xlsb, ods), XML spreadsheets, and the tables on sheets."""
