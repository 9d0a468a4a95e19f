"""Which updates have been taken: so that a restart neither runs a command twice nor drops one silently.

An update is written down as taken before Telegram is told that it may forget it, and crossed off when it has been
answered. What is found taken but not answered at the next start was cut off in the middle: it is not run again, the
person is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from trader.errors import StorageFailed
from trader.ports import Records, Storage

log = structlog.get_logger(__name__)

_KEPT = 300
"""Ids remembered; Telegram hands out at most 100 at a time, and only the last batch can come again."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is needed to tell somebody that their command was cut off."""

    update_id: int
    chat_id: int
    user_id: int
    topic: int | None
    text: str


class Inbox:
    """Kept under the note `telegram.<bot id>`. With a failing store it goes on from memory: /panic must work then."""

    def __init__(self, storage: Storage, bot_id: int) -> None:
        self._storage = storage
        self._key = f"telegram.{bot_id}"
        self._seen: dict[int, None] = {}
        self._open: dict[int, Taken] = {}
        self._failing = False
        self.last_contact: datetime | None = None
        """When updates were last taken, or the front end last stopped."""

    async def load(self) -> list[Taken]:
        """Remember; returns what the former process left unanswered."""
        note = await self._storage.read(lambda records: records.notes.get(self._key))
        if not isinstance(note, dict):
            return []
        self._seen = dict.fromkeys(note["seen"])
        self.last_contact = datetime.fromisoformat(note["at"]) if note["at"] else None
        self._open = {row["update_id"]: Taken(**row) for row in note["open"]}
        return list(self._open.values())

    def is_new(self, update_id: int) -> bool:
        return update_id not in self._seen

    async def take(self, update_ids: Iterable[int], commands: Iterable[Taken], now: datetime) -> None:
        self._seen |= dict.fromkeys(update_ids)
        for old in list(self._seen)[:-_KEPT]:
            del self._seen[old]
        self._open |= {command.update_id: command for command in commands}
        self.last_contact = now
        await self._save()

    async def answered(self, update_id: int) -> None:
        if self._open.pop(update_id, None) is not None:
            await self._save()

    async def stopped(self, now: datetime) -> None:
        self.last_contact = now
        await self._save()

    async def _save(self) -> None:
        note = self._note()

        def put(records: Records) -> None:
            records.notes.put(self._key, note)

        try:
            await self._storage.write(put)
            self._failing = False
        except StorageFailed as failure:
            if not self._failing:
                log.error("telegram_inbox_not_kept", cause=str(failure))
            self._failing = True

    def _note(self) -> dict[str, Any]:
        rows = [{name: getattr(t, name) for name in Taken.__slots__} for t in self._open.values()]
        return {"seen": list(self._seen), "open": rows, "at": self.last_contact and self.last_contact.isoformat()}
