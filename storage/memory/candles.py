"""The memory's candles; the same contract as over SQL."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from datetime import datetime

from storage.grid import gaps, refuse_unfit
from storage.memory.shelf import Shelf, Undo, checked
from trader.clock import Clock
from trader.model.market import Candle, Market, Timeframe


class MemoryCandles:
    def __init__(self, undo: Undo, clock: Clock | None) -> None:
        self._undo = undo
        self._clock = clock
        self._series: dict[tuple[Market, Timeframe], Shelf[datetime, Candle]] = {}

    def upsert(self, candles: Sequence[Candle]) -> int:
        refuse_unfit(candles, self._clock)
        newest = {(c.market, c.timeframe, c.opened_at): c for c in candles}
        changed = 0
        for candle in newest.values():
            candle = checked(candle)
            series = self._of(candle.market, candle.timeframe)
            if series.get(candle.opened_at) != candle:
                series.put(candle.opened_at, candle)
                changed += 1
        return changed

    def latest(self, market: Market, timeframe: Timeframe, limit: int, until: datetime | None = None) -> list[Candle]:
        series = self._of(market, timeframe)
        opened = sorted(series.keys())
        end = len(opened) if until is None else bisect_left(opened, until)
        found = (series.get(moment) for moment in opened[max(0, end - limit) : end])
        return [candle for candle in found if candle is not None]

    def missing(self, market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> list[datetime]:
        return gaps(timeframe, start, end, self._of(market, timeframe).keys())

    def _of(self, market: Market, timeframe: Timeframe) -> Shelf[datetime, Candle]:
        return self._series.setdefault((market, timeframe), Shelf(self._undo))
