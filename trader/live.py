"""The live streams, taken in: one loop that hands every event to whoever needs it.

Trades → guard, quotes and alerts · quotes → board · own orders → executor · balances → reconciler · up and down →
catch-up by REST and a message.
Nothing here waits: what takes time is started as a task, so that the next price is never late for the guard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from trader.background import Background
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import TraderError
from trader.execution.executor import Executor
from trader.guard.watch import Guard
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity
from trader.model.market import Market, Quote
from trader.ports import BalancesChanged, OwnOrderChanged, StreamDown, StreamEvent, Streams, StreamUp, TradeTick

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class StreamHealth:
    """`up` None = not connected yet."""

    up: bool | None = None
    lost_at: datetime | None = None
    losses: int = 0


class LiveFeed:
    """`catch_up` reads by REST what a stream may have missed; it is called after every (re)connect.
    `balances_changed` is told of every balance that moved, by an order of ours or by somebody else. `traded` hears of
    every trade, after the guard."""

    def __init__(
        self,
        streams: Streams,
        quotes: QuoteBoard,
        guard: Guard,
        executor: Executor,
        chronicle: Chronicle,
        clock: Clock,
        catch_up: Callable[[str], Awaitable[None]],
        balances_changed: Callable[[], None],
        traded: Callable[[Market, Decimal, datetime], None],
    ) -> None:
        self._streams = streams
        self._quotes = quotes
        self._guard = guard
        self._executor = executor
        self._chronicle = chronicle
        self._clock = clock
        self._catch_up = catch_up
        self._balances_changed = balances_changed
        self._traded = traded
        self._background = Background()
        self.failures = 0
        self.health = {"public": StreamHealth(), "private": StreamHealth()}

    async def run(self) -> None:
        """Until the streams are closed. An event that cannot be taken in is told, and stops no other: the guard lives
        on the ones that follow."""
        async for event in self._streams.events():
            try:
                self.take(event)
            except Exception as err:  # noqa: BLE001 - whatever it was, the next price must still reach the guard
                self._failed(err)

    def _failed(self, err: Exception) -> None:
        self.failures += 1
        log.error("stream_event_failed", count=self.failures, exc_info=err)
        if self.failures == 1:
            data = {"where": "stream", "cause": "fault", "message": f"{type(err).__name__}: {err}", "count": "1"}
            self._start(self._chronicle.tell(EventKind.ERROR, severity=Severity.CRITICAL, data=data))

    def take(self, event: StreamEvent) -> None:
        if isinstance(event, TradeTick):
            self._guard.price(event.market, event.price, event.at)
            self._quotes.on_event(event)
            self._traded(event.market, event.price, event.at)
        elif isinstance(event, Quote):
            self._quotes.on_event(event)
        elif isinstance(event, OwnOrderChanged):
            self._executor.hear(event.venue_id, event.client_order_id)
        elif isinstance(event, BalancesChanged):
            self._balances_changed()
        elif isinstance(event, StreamUp):
            self._start(self._up(event))
        elif isinstance(event, StreamDown):
            self._start(self._down(event))

    async def _up(self, event: StreamUp) -> None:
        health = self.health[event.stream]
        lost_at, health.up, health.lost_at = health.lost_at, True, None
        try:
            await self._catch_up(event.stream)
        except TraderError as err:
            log.warning("catch_up_failed", stream=event.stream, error=str(err))
        if lost_at is not None:
            seconds = int((self._clock.now() - lost_at).total_seconds())
            await self._chronicle.tell(EventKind.STREAM_BACK, data={"stream": event.stream, "seconds": str(seconds)})

    async def _down(self, event: StreamDown) -> None:
        health = self.health[event.stream]
        if health.up is False:
            return
        health.up, health.lost_at = False, self._clock.now()
        health.losses += 1
        data = {"stream": event.stream, "cause": event.cause}
        await self._chronicle.tell(EventKind.STREAM_LOST, severity=Severity.WARNING, data=data)

    def _start(self, work: Coroutine[None, None, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except TraderError as err:
                log.error("stream_event_failed", error=str(err))

        task = self._background.start(guarded())
        task.add_done_callback(lambda _: work.close())
