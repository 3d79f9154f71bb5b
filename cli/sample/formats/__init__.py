"""The forms in which the sample business's systems hand over their tables; one module per system."""
