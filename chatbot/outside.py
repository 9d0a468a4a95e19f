"""Text and JSON that strangers wrote, before anything is done with them. Pure."""

from __future__ import annotations

import unicodedata

DEEPEST = 40
"""Levels of nesting; what the chat services send has about ten."""
_INVISIBLE = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters of Hangul that show nothing."""


def cleaned(text: str) -> str:
    """`text` as a person sees it: without what turns its direction round, has no width or is no character at all.

    So that the line that is run is the line that is shown, and every place it goes to can keep it."""
    return "".join(_kept(c) for c in text)


def _kept(character: str) -> str:
    if character in "\n\t" or character in _INVISIBLE:
        return " " if character in _INVISIBLE else character
    return "" if unicodedata.category(character) in ("Cc", "Cf", "Cs") else character


def too_deep(value: object, most: int = DEEPEST) -> bool:
    """Whether JSON is nested so deep that reading it could exhaust the stack."""
    level: list[object] = [value]
    for _ in range(most):
        inner: list[object] = []
        for part in level:
            if isinstance(part, dict):
                inner.extend(part.values())
            elif isinstance(part, list):
                inner.extend(part)
        if not inner:
            return False
        level = inner
    return True
