"""Conditioning without a declaration: structure only, cells as text."""
