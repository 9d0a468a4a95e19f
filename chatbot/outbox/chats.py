"""What a sender remembers of each chat, while it runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from aiolimiter import AsyncLimiter

from chatbot.delivery import Backoff
from chatbot.outbox.parcels import Parcel
from chatbot.outbox.reading import Row
from chatbot.reply import Reply
from trader.model.events import Severity

_REMEMBERED = 200
"""Topics of a chat of which it is known when they were edited."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A chat service does not deliver: since when the oldest message waits, why (a key of `delivery.FAULTS`), and how
    many wait."""

    since: datetime
    fault: str
    waiting: int


@dataclass(slots=True)
class Chat:
    """`cause`: why the last attempt failed, in the service's words, and `fault`, the kind of it; empty when it went
    through. `since`: when the oldest of `waiting` rows was written. `edited` and `recheck` (due) by topic; `shown` what
    the card of a topic says; `held` are rows that wait for the next edit of their card, until `held_until`; `slept`
    such that wait for the end of quiet hours; `ended` when what is over was put to its end. Times are the event loop's.
    `gives_way`: the task in hand may be broken off for something to deliver; `overtaken`: something critical came after
    the rows `in_hand`."""

    pace: AsyncLimiter
    waits: Backoff
    task: asyncio.Task[None] | None = None
    gives_way: bool = False
    silent_until: float = 0.0
    cause: str = ""
    fault: str = ""
    since: datetime | None = None
    waiting: int = 0
    edited: dict[str, float] = field(default_factory=dict)
    recheck: dict[str, float] = field(default_factory=dict)
    shown: dict[str, Reply] = field(default_factory=dict)
    refreshed: float = 0.0
    held: set[str] = field(default_factory=set)
    held_until: float = 0.0
    slept: set[str] = field(default_factory=set)
    ended: dict[str, float] = field(default_factory=dict)
    in_hand: frozenset[str] = frozenset()
    overtaken: bool = False

    @property
    def due(self) -> tuple[float, ...]:
        """When there may be something to do again."""
        return (self.silent_until, self.held_until, *self.recheck.values())

    def said(self, topic: str, reply: Reply | None, now: float) -> None:
        """`reply` None: what stands there is not compared any more."""
        self.edited.pop(topic, None)  # the newest last
        self.edited[topic] = now
        if reply is not None:
            self.shown[topic] = reply
        else:
            self.shown.pop(topic, None)
        for old in list(self.edited)[:-_REMEMBERED]:
            del self.edited[old]
            self.shown.pop(old, None)

    def takes(self, rows: Iterable[Row]) -> None:
        """They are in hand now."""
        self.held.clear()
        self.held_until = 0.0
        self.in_hand = frozenset(message.message_id for message, _ in rows)
        self.overtaken = False

    def look_past(self, rows: Iterable[Row]) -> None:
        """These wait while others are in hand."""
        loud = (message for message, event in rows if event.severity is Severity.CRITICAL)
        self.overtaken = self.overtaken or any(message.message_id not in self.in_hand for message in loud)

    def put_off(self, parcels: Iterable[Parcel]) -> None:
        """They were not handed over. Rows still wait; an edit without rows is remembered here."""
        now = asyncio.get_running_loop().time()
        for parcel in parcels:
            if not parcel.rows and parcel.topic:
                self.recheck.setdefault(parcel.topic, now)

    def went_through(self) -> None:
        self.cause = self.fault = ""
        self.waits.reset()

    def failed(self, cause: str, fault: str, wait: float) -> None:
        self.cause, self.fault = cause, fault
        self.silent_until = asyncio.get_running_loop().time() + wait


def stuck(chats: Iterable[Chat], now: datetime, longer_than: timedelta) -> Stuck | None:
    """Whether every attempt fails while something waits longer than this; None: all is well as far as is known."""
    bad = [chat for chat in chats if chat.cause and chat.since is not None and now - chat.since >= longer_than]
    if not bad:
        return None
    first = min(bad, key=lambda chat: chat.since or now)
    return Stuck(first.since or now, first.fault, sum(chat.waiting for chat in bad))
