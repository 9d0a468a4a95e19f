"""The guard: every price of a market is held against the levels of our position in it.

In: prices from the stream, levels from rows. Out: a call of `leave` when a level is reached. It waits for no job, no
model and no person; what it knows is in rows, so a restart loses nothing but the last second of a high-water mark."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import StorageFailed, TraderError
from trader.guard.levels import evaluate, held_too_long
from trader.model.events import EventKind, Severity
from trader.model.market import Market
from trader.model.portfolio import GuardLevels, Position
from trader.ports import Records

log = structlog.get_logger(__name__)

Leave = Callable[[Position, str, Decimal], Awaitable[bool]]
"""Sell the position: (position, code, price that set it off) → whether nothing is left to do."""

RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Real seconds between attempts at an exit that did not go through; the last one repeats."""

TELL_AFTER = 2
"""Attempts that may fail with an error before people are told: most faults of a network are over by then."""


@dataclass(slots=True)
class _Watched:
    """`price` is the last one seen since this position is held: an older one must never set off an exit."""

    levels: GuardLevels
    position: Position
    written_high: Decimal
    price: Decimal | None = None
    leaving: asyncio.Task[None] | None = None


class Guard:
    def __init__(self, chronicle: Chronicle, clock: Clock, leave: Leave) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._leave = leave
        self._watched: dict[Market, _Watched] = {}
        self._loading = asyncio.Lock()
        self._behind: set[Market | None] = set()
        self.evaluated_at: datetime | None = None

    async def load(self, market: Market | None = None) -> None:
        """Take levels and positions from the rows: at start, and whenever fills of a market were booked. One after the
        other, so that an older reading never replaces a newer one. StorageFailed: `sweep` tries again."""
        self._behind.add(market)
        async with self._loading:
            stored = await self._chronicle.storage.read(_guarded)
            self._behind.discard(market)
            self._take_all(stored, market)

    def _take_all(self, stored: dict[Market, tuple[GuardLevels, Position]], market: Market | None) -> None:
        for key in {market} if market else {*stored, *self._watched}:
            if key in stored:
                self._take(*stored[key])
            else:
                self._watched.pop(key, None)

    def _take(self, levels: GuardLevels, position: Position) -> None:
        known = self._watched.get(levels.market)
        if known is not None and known.levels.position_id == levels.position_id:
            known.levels = levels.with_high(max(levels.high, known.levels.high))
            known.position, known.written_high = position, levels.high
        else:
            self._watched[levels.market] = _Watched(levels, position, levels.high)

    def levels(self, market: Market) -> GuardLevels | None:
        watched = self._watched.get(market)
        return watched.levels if watched else None

    @property
    def markets(self) -> frozenset[Market]:
        return frozenset(self._watched)

    def price(self, market: Market, price: Decimal, at: datetime | None = None) -> None:
        """A price from the stream. Cheap where we hold nothing; starts the exit at once where a level is reached.

        `at` is when it was traded (the venue's time), None = it holds now. A trade of before the position is nothing
        to it."""
        watched = self._watched.get(market)
        if watched is None or (at is not None and at < watched.levels.opened_at):
            return
        watched.price = price
        self._evaluate(watched, price)

    def _evaluate(self, watched: _Watched, price: Decimal) -> None:
        now = self._clock.now()
        watched.levels, code = evaluate(watched.levels, price, now)
        self.evaluated_at = now
        if code is not None:
            self._start_exit(watched, code, price)

    def _start_exit(self, watched: _Watched, code: str, price: Decimal) -> None:
        if watched.leaving is None:
            watched.leaving = asyncio.create_task(
                self._exit(watched, code, price), name=f"exit {watched.levels.market}"
            )

    async def _exit(self, watched: _Watched, code: str, price: Decimal) -> None:
        """Try until the position is gone: an exit that failed once is not given up."""
        market, attempt = watched.levels.market, 0
        try:
            while self._watched.get(market) is watched:
                try:
                    if await self._leave(watched.position, code, watched.price or price):
                        return
                except Exception as err:
                    fault = not isinstance(err, TraderError)
                    log.error(
                        "exit_failed", market=str(market), code=code, attempt=attempt, error=str(err), exc_info=fault
                    )
                    if attempt == TELL_AFTER:
                        await self._tell(market, f"{code}: {err}")
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
        finally:
            watched.leaving = None

    async def _tell(self, market: Market, message: str) -> None:
        data = {"where": "guard", "message": message, "count": str(TELL_AFTER + 1)}
        try:
            await self._chronicle.tell(EventKind.ERROR, market=market, severity=Severity.CRITICAL, data=data)
        except StorageFailed as err:
            log.error("exit_failure_not_stored", market=str(market), error=str(err))

    async def sweep(self) -> None:
        """Once a second: holding times without a tick, high-water marks into the rows, and readings that failed."""
        for watched in list(self._watched.values()):
            if watched.price is not None:
                self._evaluate(watched, watched.price)
            elif held_too_long(watched.levels, self._clock.now()):
                self._start_exit(watched, "max_hold", watched.position.average_cost)
        for market in list(self._behind):
            await self.load(market)
        raised = [w for w in self._watched.values() if w.levels.high > w.written_high]
        if raised:
            rows = [w.levels for w in raised]
            await self._chronicle.storage.write(lambda records: _store(records, rows))
            for watched, levels in zip(raised, rows, strict=True):
                watched.written_high = levels.high

    async def close(self) -> None:
        tasks = [w.leaving for w in self._watched.values() if w.leaving]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _guarded(records: Records) -> dict[Market, tuple[GuardLevels, Position]]:
    positions = {position.position_id: position for position in records.positions.open()}
    return {
        levels.market: (levels, positions[levels.position_id])
        for levels in records.guards.all()
        if levels.position_id in positions
    }


def _store(records: Records, rows: Sequence[GuardLevels]) -> None:
    """Only the high: the position may have been closed, or its plan changed, since `rows` were read."""
    for levels in rows:
        stored = records.guards.get(levels.position_id)
        if stored is not None and levels.high > stored.high:
            records.guards.save(stored.with_high(levels.high))
