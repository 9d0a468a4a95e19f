"""Which envelopes have been taken: so that a restart neither runs a command twice nor drops one silently.

A command is written down before Slack is told that it may forget it, and crossed off when it has been answered. Slack
sends again what was not acknowledged, for up to an hour, also to a process that came later: what is known is not run
again. What is found taken but not answered at the next start was cut off in the middle, or came late and was never
begun: the person is told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from chatbot.note import Note
from chatbot.slack.envelopes import Incoming, Opened, Pressed, Typed
from trader.ports import Storage

log = structlog.get_logger(__name__)

_REMEMBERED = 2000
_KEPT = 600
"""Names written down, two for an event; Slack repeats an event at most three times."""
_PATIENCE_SECONDS = 1.0
"""An acknowledgement is due after three; a disk that takes longer than this must not cost it."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is needed to tell somebody what became of their command. `channel` is where it is said: their own chat where
    the app may not be a member. `sent_at` ISO 8601, empty where nobody knows; `begun` is False of one that came too
    late to be run."""

    key: str
    user_id: str
    channel: str
    thread: str
    text: str
    pressed: bool
    sent_at: str
    begun: bool


class Inbox:
    """Kept under the note `slack.<team>.<bot>`. With a failing store it goes on from memory: /panic must work then.

    `wanted` says of whom commands are written down: what strangers send is answered or not, and forgotten. That
    somebody looks is not written down either."""

    def __init__(self, storage: Storage, name: str, wanted: Callable[[Incoming], bool]) -> None:
        self._note = Note(storage, f"slack.{name}")
        self._wanted = wanted
        self._seen: dict[str, None] = {}
        self._open: dict[str, Taken] = {}
        self._names: dict[str, Collection[str]] = {}
        """Of commands that are written down and not acknowledged yet."""

    async def load(self) -> list[Taken]:
        """Remember; returns what the former process left unanswered. StorageFailed."""
        note = await self._note.read()
        if not note:
            return []
        self._seen = dict.fromkeys(note["seen"])
        self._open = {row["key"]: Taken(**row) for row in note["open"]}
        return list(self._open.values())

    def known(self, names: Collection[str]) -> bool:
        return any(name in self._seen for name in names)

    async def take(self, names: Collection[str], incoming: Incoming | None, *, begun: bool) -> None:
        """Before it is acknowledged."""
        if incoming is None or isinstance(incoming, Opened) or not self._wanted(incoming):
            return
        self._open[incoming.key] = _taken(incoming, begun)
        self._names[incoming.key] = names
        saving = asyncio.create_task(self._save())
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await asyncio.shield(saving)
        except TimeoutError:
            log.warning("slack_inbox_slow")

    def acknowledged(self, names: Collection[str], incoming: Incoming | None) -> None:
        """From now on it is known: the same again is not handed on."""
        if incoming is not None:
            self._names.pop(incoming.key, None)
        self._seen |= dict.fromkeys(names)
        for old in list(self._seen)[:-_REMEMBERED]:
            del self._seen[old]

    async def not_acknowledged(self, incoming: Incoming | None) -> None:
        """Slack sends it again; nothing was done yet."""
        if incoming is not None and self._names.pop(incoming.key, None) is not None:
            self._open.pop(incoming.key, None)
            await self._save()

    def taken(self, incoming: Incoming) -> Taken | None:
        """None: it is not written down."""
        return self._open.get(incoming.key)

    async def answered(self, *keys: str) -> None:
        closed = [self._open.pop(key, None) is not None for key in keys]
        if any(closed):
            await self._save()

    async def _save(self) -> None:
        await self._note.write(self._content())

    def _content(self) -> dict[str, Any]:
        rows = [{name: getattr(taken, name) for name in Taken.__slots__} for taken in self._open.values()]
        under_way = [name for names in self._names.values() for name in names]
        return {"seen": [*list(self._seen)[-_KEPT:], *under_way], "open": rows}


def _taken(incoming: Typed | Pressed, begun: bool) -> Taken:
    at: datetime | None = incoming.at
    sent_at = at.isoformat() if at is not None else ""
    if isinstance(incoming, Pressed):
        channel = incoming.channel or incoming.user_id
        return Taken(incoming.key, incoming.user_id, channel, "", incoming.action, True, sent_at, begun)
    channel = incoming.user_id if incoming.response_url else incoming.channel
    return Taken(incoming.key, incoming.user_id, channel, incoming.thread, incoming.text, False, sent_at, begun)
