"""Made-up data of a food company: the business itself, and the raw files in which it would report."""
