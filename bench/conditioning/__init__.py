"""Benchmarks of conditioning: the weekly-shipments job against expert peers, pollution, and fuzzing."""
