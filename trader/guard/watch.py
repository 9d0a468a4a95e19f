"""The guard: every price of a market is held against the levels of our position in it.

In: prices from the stream, levels from rows. Out: a call of `leave` when a level is reached. It waits for no job, no
model and no person; what it knows is in rows, so a restart loses nothing but the last second of a high-water mark."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import TraderError, cause_of
from trader.guard.levels import evaluate, held_too_long
from trader.model.events import EventKind, Severity
from trader.model.market import Market
from trader.model.plain import plain
from trader.model.portfolio import GuardLevels, Position
from trader.ports import Records

log = structlog.get_logger(__name__)

Leave = Callable[[Position, str, Decimal], Awaitable[bool]]
"""Sell the position: (position, code, price that set it off) → whether nothing is left to do."""

RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 15.0)
"""Real seconds between attempts at an exit that did not go through; the last one repeats."""

TOLD_STEP = Decimal("0.01")
"""A stop that was pulled up by this fraction is told; each smaller step would be noise in the audit trail."""

LATE_TRADE_SECONDS = 5.0
"""Real seconds for which a trade may be on its way through the stream."""

TELL_AFTER = 2
"""Attempts that may fail with an error before people are told: most faults of a network are over by then."""


@dataclass(slots=True)
class _Watched:
    """`price` is the last one seen since this position is held: an older one must never set off an exit.

    `since` is when it was taken in hand here; `told_stop` the stop people have heard of."""

    levels: GuardLevels
    position: Position
    written_high: Decimal
    told_stop: Decimal | None
    since: datetime
    price: Decimal | None = None
    leaving: asyncio.Task[None] | None = None


class Guard:
    """One exit per market at a time. `evaluated_at`: when a price was last held against levels, for the watchdog."""

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
            now = self._clock.now()
            self._watched[levels.market] = _Watched(levels, position, levels.high, levels.effective_stop, now)

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
        if watched is None or (at is not None and self._before(watched, at)):
            return
        watched.price = price
        self._evaluate(watched, price)

    def _before(self, watched: _Watched, at: datetime) -> bool:
        """A trade of before the position can only come soon after it began; one that comes later and is dated before
        it says that the venue's clock has gone back, and a guard that believed it would be blind for as long."""
        if at >= watched.levels.opened_at:
            return False
        return self._clock.now() - watched.since < timedelta(seconds=LATE_TRADE_SECONDS * self._clock.speed)

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
                        await self._tell(watched.position, err)
                await asyncio.sleep(RETRY_SECONDS[min(attempt, len(RETRY_SECONDS) - 1)])
                attempt += 1
        finally:
            watched.leaving = None

    async def _tell(self, position: Position, fault: Exception) -> None:
        count = str(TELL_AFTER + 1)
        data = {"where": "guard", "cause": cause_of(fault), "message": str(fault), "count": count, "again": "yes"}
        await self._chronicle.tell_or_log(
            EventKind.ERROR,
            market=position.market,
            thread=position.thread_id,
            severity=Severity.CRITICAL,
            data=data,
        )

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
            moved = [_moved(w) for w in raised]

            def write(records: Records, tell: Tell) -> None:
                _store(records, rows)
                for watched, step in zip(raised, moved, strict=True):
                    if step is not None:
                        _tell_moved(tell, watched, step)

            await self._chronicle.write(write)
            for watched, levels, step in zip(raised, rows, moved, strict=True):
                watched.written_high = levels.high
                watched.told_stop = watched.told_stop if step is None else step

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


def _moved(watched: _Watched) -> Decimal | None:
    """The stop, when it has moved so far up that people are told of it: they follow a trailing stop on the card."""
    stop, told, breakeven = watched.levels.effective_stop, watched.told_stop, watched.levels.breakeven_stop
    if stop is None or (told is not None and stop <= told):
        return None
    to_breakeven = breakeven is not None and (told is None or told < breakeven)
    return stop if told is None or to_breakeven or stop >= told * (1 + TOLD_STEP) else None


def _tell_moved(tell: Tell, watched: _Watched, stop: Decimal) -> None:
    position = watched.position
    data = {
        "position_id": position.position_id,
        "stop": plain(stop),
        "before": plain(watched.told_stop),
        "cause": "breakeven" if stop == watched.levels.breakeven_stop else "trail",
    }
    tell(EventKind.GUARD_MOVED, market=position.market, thread=position.thread_id, data=data)


def _store(records: Records, rows: Sequence[GuardLevels]) -> None:
    """Only the high: the position may have been closed, or its plan changed, since `rows` were read."""
    for levels in rows:
        stored = records.guards.get(levels.position_id)
        if stored is not None and levels.high > stored.high:
            records.guards.save(stored.with_high(levels.high))
