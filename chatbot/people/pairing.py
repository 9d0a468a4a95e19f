"""One-time codes that let a person in: made for somebody at the machine or by an owner, sent back by the person (C4).

A code has 49 random bits, is good once, for ten minutes, in a private conversation only, and dies after too many wrong
tries. Only its hash is kept, in memory: after a restart there is no code."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from chatbot.people.access import Person, Role
from trader.clock import Clock
from trader.errors import UserInputError

LIFETIME = timedelta(minutes=10)
"""Of life: where the clock runs faster, a code lives as much longer."""
TRIES_PER_PERSON = 5
TRIES_IN_ALL = 20
_LETTERS = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"
"""What cannot be mistaken for one another: no I, L, O, 0, 1."""
_LENGTH = 10
_SHAPED = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{5}[-\s]?[A-Za-z0-9]{5}(?![A-Za-z0-9])")
_MOST_CODES = 20
_MOST_PERSONS = 1000


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code gives, and who made it. `channel` empty: on whichever it is sent."""

    role: Role
    by: str
    channel: str
    expires_at: datetime


class Pairing:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._codes: dict[bytes, Grant] = {}
        self._wrong: dict[str, int] = {}
        self._wrong_in_all = 0

    @property
    def open(self) -> bool:
        """Whether any code is good now."""
        now = self._clock.now()
        self._codes = {digest: grant for digest, grant in self._codes.items() if grant.expires_at > now}
        return bool(self._codes)

    def issue(self, role: Role, by: str, channel: str = "") -> str:
        """A new code, such as `K7QMX-2PD9R`; it is not to be had a second time."""
        if not self.open:
            self._wrong.clear()
            self._wrong_in_all = 0
        while len(self._codes) >= _MOST_CODES:
            del self._codes[next(iter(self._codes))]
        letters = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
        expires_at = self._clock.now() + LIFETIME * self._clock.speed
        self._codes[_digest(letters)] = Grant(role, by, channel, expires_at)
        return f"{letters[:5]}-{letters[5:]}"

    def redeem(self, typed: str, person: Person, *, role: Role, private: bool) -> Grant:
        """What the code gives somebody who has `role`; it is used up. UserInputError: pairing-none (no code is good
        now), pairing-wrong (params: left, the tries that remain), pairing-locked (none remains), pairing-dead (that was
        the last wrong try of all: every code is void), pairing-public (said where others read it, and void therefore),
        pairing-useless (it gives no more than the person has, and stays good)."""
        if not self.open:
            raise UserInputError("pairing-none")
        if self._wrong.get(person.key, 0) >= TRIES_PER_PERSON:
            raise UserInputError("pairing-locked")
        found = self._find(typed)
        if found is None or self._codes[found].channel not in ("", person.channel):
            raise self._missed(person.key)
        if not private:
            del self._codes[found]
            raise UserInputError("pairing-public")
        if self._codes[found].role <= role:
            raise UserInputError("pairing-useless")
        return self._codes.pop(found)

    def locked(self, key: str) -> bool:
        """Whether this person has no try left, or there is nothing to try."""
        return not self.open or self._wrong.get(key, 0) >= TRIES_PER_PERSON

    def forget(self, by: str) -> None:
        """Void what this person made."""
        self._codes = {digest: grant for digest, grant in self._codes.items() if grant.by != by}

    def mask(self, text: str) -> str:
        """`text` without the codes in it that are good now."""
        return _SHAPED.sub(lambda found: found[0] if self._find(found[0]) is None else "***", text)

    def _find(self, typed: str) -> bytes | None:
        """Compared with every code, to the end, in the same time whether one fits or not."""
        mine, found = _digest(typed), None
        for digest in self._codes:
            if hmac.compare_digest(digest, mine):
                found = digest
        return found

    def _missed(self, key: str) -> UserInputError:
        while len(self._wrong) >= _MOST_PERSONS:
            del self._wrong[next(iter(self._wrong))]
        tries = self._wrong[key] = self._wrong.get(key, 0) + 1
        self._wrong_in_all += 1
        if self._wrong_in_all >= TRIES_IN_ALL:
            self._codes.clear()
            return UserInputError("pairing-dead")
        left = TRIES_PER_PERSON - tries
        return UserInputError("pairing-wrong", left=left) if left else UserInputError("pairing-locked")


def _digest(typed: str) -> bytes:
    plain = re.sub(r"[-\s]", "", typed).upper()
    return hashlib.sha256(plain.encode("utf-8", "replace")).digest()
