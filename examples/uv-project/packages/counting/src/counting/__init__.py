"""Counts what is in a text."""


def words(text: str) -> int:
    """How many words a text has."""
    return len(text.split())
