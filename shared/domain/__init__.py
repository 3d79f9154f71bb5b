"""Business facts and rules, as pure functions over frozen data; imports the standard library only."""
