"""The queue between the streams and their one consumer. In: events.  Out: the same events, in order.

While the consumer keeps up it sees everything. When it falls `bound` market events behind, only the newest tick and
quote of each market stay; what concerns our own orders, balances and the streams themselves is never dropped."""

from __future__ import annotations

import asyncio
from collections import deque

from trader.model.market import Market, Quote
from trader.ports import StreamEvent, TradeTick

BOUND = 1_000


class Inbox:
    def __init__(self, bound: int = BOUND) -> None:
        self._events: deque[StreamEvent] = deque()
        self._bound = bound
        self._market_events = 0
        self._waiting: asyncio.Future[None] | None = None
        self._closed = False
        self.coalesced = 0

    def put(self, event: StreamEvent) -> None:
        """Never blocks; wakes the consumer at the loop's next turn."""
        self._events.append(event)
        if isinstance(event, TradeTick | Quote):
            self._market_events += 1
            if self._market_events > self._bound:
                self._coalesce()
        self._wake()

    async def get(self) -> StreamEvent | None:
        """The oldest event; None once closed and empty. For one consumer."""
        while not self._events:
            if self._closed:
                return None
            self._waiting = asyncio.get_running_loop().create_future()
            try:
                await self._waiting
            finally:
                self._waiting = None
        event = self._events.popleft()
        if isinstance(event, TradeTick | Quote):
            self._market_events -= 1
        return event

    def close(self) -> None:
        self._closed = True
        self._wake()

    def __len__(self) -> int:
        return len(self._events)

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _coalesce(self) -> None:
        """Keep the last tick and quote of every market, at the place of the last one."""
        seen: set[tuple[type, Market]] = set()
        kept: deque[StreamEvent] = deque()
        for event in reversed(self._events):
            if isinstance(event, TradeTick | Quote):
                key = (type(event), event.market)
                if key in seen:
                    continue
                seen.add(key)
            kept.appendleft(event)
        self.coalesced += len(self._events) - len(kept)
        self._events = kept
        self._market_events = len(seen)
