"""Watching fleets in Azure ML, measured on a virtual clock: `python -m bench.azure_ml.run`."""
