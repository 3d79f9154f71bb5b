"""Conditioners: bring any raw file to standard CSV, with every row accounted for; one declaration per source."""
