"""The sources: one module each, whose `SOURCE` declares it."""
