"""The second step of a dangerous command: a token, bound to one person and one exact line, good once, for a minute."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from trader.clock import Clock
from trader.errors import UserInputError

LIFETIME_SECONDS = 60
"""Of life: where the clock runs faster, the token lives as many seconds of it more."""
_MOST = 500


@dataclass(frozen=True, slots=True)
class _Question:
    person: str
    line: str
    expires_at: datetime
    last: bool


class Confirmations:
    """Kept in memory only: after a restart the person asks again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._open: dict[str, _Question] = {}

    def ask(self, person: str, line: str, *, last: bool = True) -> str:
        """A token for this person's line; 12 characters of `[A-Za-z0-9_-]`. Not `last`: the command may still ask for
        itself when it runs (a limit that is loosened)."""
        now = self._clock.now()
        self._open = {token: q for token, q in self._open.items() if q.expires_at > now}
        while len(self._open) >= _MOST:
            del self._open[next(iter(self._open))]
        token = secrets.token_urlsafe(9)
        lifetime = timedelta(seconds=LIFETIME_SECONDS * self._clock.speed)
        self._open[token] = _Question(person, line, now + lifetime, last)
        return token

    def newest(self, person: str) -> tuple[str, str] | None:
        """Token and line of what this person was asked last and has not answered."""
        now = self._clock.now()
        waiting = [(t, q.line) for t, q in self._open.items() if q.person == person and q.expires_at > now]
        return waiting[-1] if waiting else None

    def forget(self, person: str) -> None:
        """What this person was asked cannot be answered any more."""
        self._open = {token: q for token, q in self._open.items() if q.person != person}

    def take(self, token: str, person: str) -> tuple[str, bool]:
        """The line it stands for, and whether that was the last question; the token is used up. UserInputError:
        confirmation-gone (used, expired, restarted), confirmation-other (somebody else's question; it stays open)."""
        question = self._open.get(token)
        if question is None or question.expires_at <= self._clock.now():
            self._open.pop(token, None)
            raise UserInputError("confirmation-gone")
        if question.person != person:
            raise UserInputError("confirmation-other")
        del self._open[token]
        return question.line, question.last
