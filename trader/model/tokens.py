"""How long a text is to a language model: about, and at most.  Pure."""

from __future__ import annotations

from typing import Final

AROUND: Final = 500
"""Tokens that vendors add themselves: roles, and their own words about the schema."""


def tokens_in(text: str) -> int:
    """About how many tokens a text takes: a quarter of its Latin letters and blanks, half of its ASCII marks, and one
    for each digit and each other character. What was billed comes back with every answer."""
    letters = sum(char.isascii() and (char.isalpha() or char.isspace()) for char in text)
    digits = sum(char.isascii() and char.isdigit() for char in text)
    marks = sum(char.isascii() for char in text) - letters - digits
    return -(-letters // 4) + digits + -(-marks // 2) + len(text) - letters - digits - marks


def most_tokens(*texts: str) -> int:
    """What a request of these texts can come to at the worst: no tokeniser makes more tokens than there are bytes."""
    return AROUND + sum(len(text.encode()) for text in texts)
