"""The ledger: what happened to every file, run, model and forecast, in SQL; append-mostly, every write repeatable."""
