"""The guard: every price of a market is held against the levels of our position in it.

In: prices from the stream, levels from rows. Out: a call of `leave` when a level is reached. It waits for no job, no
model and no person; what it knows is in rows, so a restart loses nothing. High-water marks are written at most once a
second, and again before every exit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

import structlog

from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.errors import TraderError
from trader.guard.levels import evaluate
from trader.model.market import Market
from trader.model.portfolio import GuardLevels, Position
from trader.ports import Records

log = structlog.get_logger(__name__)

Leave = Callable[[Position, str, Decimal], Awaitable[bool]]
"""Sell the position: (position, code, price that set it off) → whether nothing is left to do."""

RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Real seconds between attempts at an exit that did not go through; the last one repeats."""


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
        self.evaluated_at: datetime | None = None

    async def load(self, market: Market | None = None) -> None:
        """Take levels and positions from the rows: at start, and whenever fills of a market were booked."""
        stored = await self._chronicle.storage.read(_guarded)
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

    def price(self, market: Market, price: Decimal) -> None:
        """A price from the stream. Cheap where we hold nothing; starts the exit at once where a level is reached."""
        watched = self._watched.get(market)
        if watched is None:
            return
        watched.price = price
        self._evaluate(watched, price)

    def _evaluate(self, watched: _Watched, price: Decimal) -> None:
        now = self._clock.now()
        watched.levels, code = evaluate(watched.levels, price, now)
        self.evaluated_at = now
        if code is not None and watched.leaving is None:
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
                except TraderError as err:
                    log.error("exit_failed", market=str(market), code=code, attempt=attempt, error=str(err))
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
        finally:
            watched.leaving = None

    async def sweep(self) -> None:
        """Once a second: holding times without a tick, and high-water marks into the rows."""
        for watched in list(self._watched.values()):
            if watched.price is not None:
                self._evaluate(watched, watched.price)
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
    for levels in rows:
        records.guards.save(levels)
