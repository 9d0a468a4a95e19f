"""Keys and tokens must not leave in a message or a log line, whoever put them there: the last net before text goes out.

`outgoing` is the net of this process. Replies pass it when they are made, log lines when they are written; it masks
what is shaped like a secret, and the secrets in use, which the composition root tells it by `learn`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

if TYPE_CHECKING:
    from trader.settings import Settings

MASK = "***"
_SHAPES = tuple(
    (re.compile(pattern), mask)
    for pattern, mask in (
        (r"[0-9]{6,12}(?::|%3A)[A-Za-z0-9_-]{30,}", MASK),  # Telegram bot token, also inside an address
        (r"x(?:ox[a-z]|app)-[A-Za-z0-9-]{8,}", MASK),  # Slack bot, user and app tokens
        (r"(hooks\.slack\.com)/[a-z]+/[A-Za-z0-9_/-]{8,}", rf"\1/{MASK}"),  # Slack response and webhook addresses
        (r"sk-(?<![A-Za-z0-9]sk-)[A-Za-z0-9_-]{16,}", MASK),  # OpenAI, Anthropic
        (r"AIza(?<![A-Za-z0-9]AIza)[A-Za-z0-9_-]{30,}", MASK),  # Google
        (r"eyJ(?<![A-Za-z0-9]eyJ)[A-Za-z0-9_-]{10,}(?:\.[A-Za-z0-9_-]+){1,2}", MASK),  # signed JSON web token
        (r"([Bb]earer) [A-Za-z0-9._~+/=-]{20,}", rf"\1 {MASK}"),
        (r"(://[^\s:/@]*):[^\s/]+(?=@[^\s@])", rf"\1:{MASK}"),  # a password in an address
        (
            r"(?<![A-Za-z0-9])(?=[A-Za-z0-9]*[A-Z])(?=[A-Za-z0-9]*[a-z])[A-Za-z0-9]{40}(?![A-Za-z0-9])",
            MASK,
        ),  # Upbit's keys
    )
)
"""Each begins with what is plainly there or not, where it can: a file of a megabyte is looked through in 0.1 s."""
_SHORTEST_SECRET = 8


class Scrubber:
    """Masks everything shaped like a key, and the secrets it was given whatever their shape."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._known: re.Pattern[str] | None = None
        self.learn(secrets)

    def learn(self, secrets: Iterable[str]) -> None:
        """Mask these too, also as they stand in an address; what is too short to be a secret is left out."""
        for secret in secrets:
            if len(secret) >= _SHORTEST_SECRET:
                self._secrets |= {secret, quote(secret, safe="")}
        longest_first = sorted(self._secrets, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, longest_first))) if longest_first else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub(MASK, text)
        for shape, mask in _SHAPES:
            text = shape.sub(mask, text)
        return text


def secrets_of(settings: Settings) -> list[str]:
    """Every secret setting that has a value, and the database's password."""
    values = [value for _, value in settings]
    found = [value.get_secret_value() for value in values if hasattr(value, "get_secret_value")]
    password = _password_of(settings.database_url)
    return [*found, password, unquote(password)]


def _password_of(url: str) -> str:
    try:
        return urlsplit(url).password or ""
    except ValueError:
        return ""


outgoing = Scrubber()
"""The net of this process."""
