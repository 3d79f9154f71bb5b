"""Failures that a command foresees."""


class Failure(Exception):
    """A command cannot do what was asked; the message says why and what to do."""
