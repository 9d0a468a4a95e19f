"""The job that finds out what became of what was said (R9).

In: consultations whose horizons have come, stored candles. Out: outcome rows. Runs at each candle; what cannot be told
yet (the collector is behind, the market was taken off the list) is looked at again until it is too old."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from trader.clock import Clock
from trader.model.advice import Consultation
from trader.model.market import Timeframe
from trader.model.reflection import Move
from trader.ports import Records, Storage
from trader.reflection.outcomes import move_after

HORIZONS = (1, 4, 12, 24, 96)
"""Candles; the list a member may choose from."""
GIVE_UP_AFTER = 40
"""Candles after the last horizon: what has no candles by then never will."""


class Resolver:
    """`timeframe` in force; what was asked on a much longer one before it changed is given up."""

    def __init__(self, storage: Storage, clock: Clock, timeframe: Callable[[], Timeframe]) -> None:
        self._storage = storage
        self._clock = clock
        self._timeframe = timeframe

    async def run(self) -> int:
        """How many outcomes were found."""
        found = await self._storage.read(self._found)  # reads much, so not where it would hold up those who write
        if found:
            await self._storage.write(lambda records: _store(records, found))
        return len(found)

    def _found(self, records: Records) -> list[tuple[str, Move]]:
        span = timedelta(seconds=self._timeframe().seconds) * (HORIZONS[-1] + GIVE_UP_AFTER)
        recent = [one for one in records.consultations.since(self._clock.now() - span) if not one.shadow]
        known = records.outcomes.of(one.consultation_id for one in recent)
        found: list[tuple[str, Move]] = []
        for one in recent:
            have = {move.horizon for move in known.get(one.consultation_id, ())}
            found += [(one.consultation_id, move) for move in self._due(records, one, have)]
        return found

    def _due(self, records: Records, one: Consultation, have: set[int]) -> list[Move]:
        asked, now = one.question, self._clock.now()
        step = timedelta(seconds=asked.timeframe.seconds)
        missing = [h for h in HORIZONS if h not in have and asked.candle + step * (h + 1) <= now]
        if not missing:
            return []
        until = asked.candle + step * (missing[-1] + 2)
        candles = records.candles.latest(asked.market, asked.timeframe, missing[-1] + 3, until)
        filled = _average_fill(records, one.client_order_id)
        moves = (move_after(candles, asked.candle, asked.timeframe, h, filled) for h in missing)
        return [move for move in moves if move is not None]


def _store(records: Records, found: list[tuple[str, Move]]) -> None:
    for consultation_id, move in found:
        records.outcomes.add(consultation_id, move)


def _average_fill(records: Records, client_order_id: str) -> Decimal | None:
    """KRW per coin, without fees; None where nothing was traded."""
    fills = records.fills.of_order(client_order_id) if client_order_id else []
    quantity = sum((fill.quantity for fill in fills), Decimal(0))
    return sum((fill.price * fill.quantity for fill in fills), Decimal(0)) / quantity if quantity else None
