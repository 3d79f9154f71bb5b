"""A stand-in for Azure ML: a local service as hard as the real one, for tests and benchmarks; never deployed."""
