"""A chat service that fails on demand, and an outbox that waits for nothing: for examples that take milliseconds."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from decimal import Decimal

from aiolimiter import AsyncLimiter

from chatbot.coins import Coins
from chatbot.delivery import ChatGone, ChatUnreachable
from chatbot.outbox import OutboxSender
from chatbot.outbox.asking import Album, Draw
from chatbot.outbox.parcels import Speech
from chatbot.outbox.sender import Quiet
from chatbot.reply import Reply
from chatbot.wording import Words
from storage.memory import MemoryStorage
from tests.examples import NOON
from trader.clock import ManualClock
from trader.model.events import Event, EventKind, OutboxMessage
from trader.ports import Records

WORDS = Words("en", Coins())


class Chat:
    """A chat service: remembers what it took, and fails on demand."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Reply, str]] = []
        self.shown: dict[str, Reply] = {}
        """What stands in the chat now, by message id."""
        self.threads: list[str] = []
        self.gone: set[str] = set()
        self.failures: list[Exception] = []
        self.down: set[str] = set()
        self.calls = 0
        self._changed = asyncio.Event()

    async def send(self, target: str, reply: Reply, *, edit: str = "", thread: str = "") -> str:
        self.calls += 1
        self._changed.set()
        if self.failures:
            raise self.failures.pop(0)
        if target in self.down:
            raise ChatUnreachable("down")
        if edit in self.gone:
            raise ChatGone("deleted")
        self.taken.append((target, reply, edit))
        self.threads.append(thread)
        message_id = edit or f"m{len(self.taken)}"
        self.shown[message_id] = reply
        return message_id

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(5):
            while not true():
                self._changed.clear()
                await self._changed.wait()

    def titles(self, target: str = "1") -> list[str]:
        return [reply.title for to, reply, _ in self.taken if to == target]


def event(number: int, kind: EventKind = EventKind.ERROR, at: datetime = NOON, **fields: object) -> Event:
    values: dict[str, object] = {"data": {"where": f"place {number}", "message": f"message {number}"}}
    return Event(f"e{number}", kind, at, **{**values, **fields})  # type: ignore[arg-type]


async def put(
    storage: MemoryStorage, *events: Event, target: str = "1", channel: str = "telegram", at: datetime = NOON
) -> None:
    """Events and a row each, written at `at`."""

    def add(records: Records) -> None:
        for one in events:
            if records.events.get(one.event_id) is None:
                records.events.add(one)
            records.outbox.add(OutboxMessage(f"{one.event_id}-{channel}-{target}", one.event_id, channel, target, at))

    await storage.write(add)


async def pending(storage: MemoryStorage, channel: str = "telegram") -> list[OutboxMessage]:
    return [m for m, _ in await storage.read(lambda r: r.outbox.pending(channel, 1000))]


@contextlib.asynccontextmanager
async def sending(
    storage: MemoryStorage,
    chat: Chat,
    clock: ManualClock,
    *,
    channel: str = "telegram",
    bids: dict[str, Decimal] | None = None,
    edit_every: float = 0.0,
    card_every: float = 3600.0,
    count_every: float = 3600.0,
    draw: Draw | None = None,
    quiet: Quiet = lambda place, now: None,
    words: Speech = lambda target: WORDS,
) -> AsyncIterator[OutboxSender]:
    """Fast waits, no pacing and edits at once, so that an example takes milliseconds."""
    prices = bids if bids is not None else {}
    sender = OutboxSender(
        storage,
        clock,
        channel,
        chat.send,
        words,
        prices.get,
        tick_seconds=0.02,
        backoff=(0.01, 0.04),
        pace=lambda channel, target: AsyncLimiter(1000, 0.01),
        edit_every=edit_every,
        card_every=card_every,
        count_every=count_every,
        album=None if draw is None else Album(storage, draw),
        quiet=quiet,
    )
    await sender.start()
    try:
        yield sender
    finally:
        await sender.stop()


async def drained(storage: MemoryStorage) -> list[OutboxMessage]:
    """What is left once nothing is left, or after a second."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(1):
            while await pending(storage):  # noqa: ASYNC110 (the store has no signal to wait for)
                await asyncio.sleep(0.005)
    return await pending(storage)
