"""Drafting: looks at a sample of a new kind of file, and writes the declaration of a source for it."""
