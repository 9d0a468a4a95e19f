"""Keys and tokens must not leave in a message, whoever put them there: the last net before text goes out."""

from __future__ import annotations

import re
from collections.abc import Iterable

MASK = "***"
_SHAPES = re.compile(
    r"\d{6,12}:[A-Za-z0-9_-]{30,}"  # Telegram bot token
    r"|x(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}"  # Slack bot, user and app tokens
    r"|\bsk-[A-Za-z0-9_-]{16,}"  # OpenAI, Anthropic
    r"|\bAIza[A-Za-z0-9_-]{30,}"  # Google
    r"|\beyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+"  # signed JSON web token
    r"|(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{40}(?![A-Za-z0-9])"  # Upbit key
)
_SHORTEST_SECRET = 8


class Scrubber:
    """Masks everything shaped like a key, and the secrets it was given whatever their shape."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({s for s in secrets if len(s) >= _SHORTEST_SECRET}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return _SHAPES.sub(MASK, text)


by_shape = Scrubber()
"""Knows no particular secret, only what secrets look like."""
