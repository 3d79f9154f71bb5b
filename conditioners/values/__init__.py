"""How a cell's text becomes a value of its declared type, or which rule it breaks."""
