"""Which updates have been taken: so that a restart neither runs a command twice nor drops one silently.

An update is written down as taken before Telegram is told that it may forget it, and crossed off when it has been
answered. What is found taken but not answered at the next start was cut off in the middle, or came late and was never
begun: it is not run again, the person is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from chatbot.note import Note
from trader.ports import Storage

_KEPT = 300
"""Ids remembered one by one; Telegram hands out at most 100 at a time, and only the last batch can come again."""
_SEQUENCE = 1_000_000
"""Ids grow one by one. So far below the newest one, an id is of another sequence."""
_ANEW_AFTER = timedelta(days=6)
"""After a week without updates Telegram begins anew with any number."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is needed to tell somebody what became of their command. `sent_at` ISO 8601, empty where nobody knows;
    `begun` is False of one that came too late to be run."""

    update_id: int
    chat_id: int
    user_id: int
    topic: int | None
    text: str
    pressed: bool = False
    sent_at: str = ""
    begun: bool = True


class Inbox:
    """Kept under the note `telegram.<bot id>`. With a failing store it goes on from memory: /panic must work then."""

    def __init__(self, storage: Storage, bot_id: int) -> None:
        self._note = Note(storage, f"telegram.{bot_id}")
        self._seen: dict[int, None] = {}
        self._open: dict[int, Taken] = {}
        self._newest: tuple[int, datetime] | None = None
        """The highest id of the sequence in use, and when it came."""
        self.last_contact: datetime | None = None
        """When updates were last taken, or the front end last stopped."""

    async def load(self) -> list[Taken]:
        """Remember; returns what the former process left unanswered."""
        note = await self._note.read()
        if not note:
            return []
        self._seen = dict.fromkeys(note["seen"])
        self.last_contact = datetime.fromisoformat(note["at"]) if note["at"] else None
        if newest := note.get("newest"):
            self._newest = newest[0], datetime.fromisoformat(newest[1])
        self._open = {row["update_id"]: Taken(**row) for row in note["open"]}
        return list(self._open.values())

    def is_new(self, update_id: int, now: datetime) -> bool:
        """False also for what was taken so long ago that its id is no longer remembered."""
        if update_id in self._seen:
            return False
        if self._newest is None or now - self._newest[1] > _ANEW_AFTER:
            return True
        return not _KEPT <= self._newest[0] - update_id < _SEQUENCE

    async def take(self, update_ids: Iterable[int], commands: Iterable[Taken], now: datetime) -> None:
        fresh = dict.fromkeys(update_ids)
        self._seen |= fresh
        for old in list(self._seen)[:-_KEPT]:
            del self._seen[old]
        if fresh:
            self._follow(max(fresh), now)
        self._open |= {command.update_id: command for command in commands}
        self.last_contact = now
        await self._save()

    def _follow(self, highest: int, now: datetime) -> None:
        newest = self._newest
        older = newest is not None and 0 <= newest[0] - highest < _SEQUENCE and now - newest[1] <= _ANEW_AFTER
        if not older:
            self._newest = highest, now

    async def answered(self, *update_ids: int) -> None:
        closed = [self._open.pop(update_id, None) is not None for update_id in update_ids]
        if any(closed):
            await self._save()

    async def stopped(self, now: datetime) -> None:
        self.last_contact = now
        await self._save()

    async def _save(self) -> None:
        await self._note.write(self._content())

    def _content(self) -> dict[str, Any]:
        rows = [{name: getattr(t, name) for name in Taken.__slots__} for t in self._open.values()]
        newest = self._newest and [self._newest[0], self._newest[1].isoformat()]
        at = self.last_contact and self.last_contact.isoformat()
        return {"seen": list(self._seen), "open": rows, "at": at, "newest": newest}
