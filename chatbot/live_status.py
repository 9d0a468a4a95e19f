"""How it stands for one person, in their language; nothing for somebody who may not look (any more)."""

from __future__ import annotations

from datetime import datetime

from chatbot.languages import Languages
from chatbot.people.access import Access, Person, Role
from chatbot.views.status import Shown, shown
from trader import patience
from trader.clock import Clock
from trader.desk import Desk

VENUE_SECONDS = 2.0
"""A venue that does not answer is not waited for: what it said last is shown, with its age."""


class LiveStatus:
    def __init__(self, desk: Desk, access: Access, languages: Languages, clock: Clock) -> None:
        self._desk = desk
        self._access = access
        self._languages = languages
        self._clock = clock

    async def of(self, person: Person, until: datetime | None = None) -> Shown | None:
        """`until`: it is kept up to date until then. None: this person may not look. TraderError."""
        if self._access.role_of(person) is Role.NOBODY:
            return None
        with patience.within(VENUE_SECONDS):
            now = await self._desk.status()
        return shown(now, self._languages.words(person.key), self._clock.speed, until=until)
