"""An app's functions: finding, checking, feeding and calling them as the Python worker does."""
