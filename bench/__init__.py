"""Benchmarks: both sides in one run, the same work checked, ratios printed."""
