"""A small report with a ruler under its labels."""

LABELS = ["Region", "Store", "Units"]
ROWS = [["West Texas", "00123", "1,234"], ["Ohio", "00456", "987"], ["New York City", "01000", "12,001,000"]]
FOUND = [LABELS, *ROWS]


def draw(mark, rows=ROWS):
    """Fields below a ruler, numbers to the right."""
    lines = [f"{region:<14} {store:<5} {units:>10}".rstrip() for region, store, units in [LABELS, *rows]]
    ruler = f"{mark * 14} {mark * 5} {mark * 10}"
    return "\n".join([lines[0], ruler, *lines[1:]]) + "\n"
