"""Readers: one per format; each turns bytes into batches of text cells with their places in the file."""
