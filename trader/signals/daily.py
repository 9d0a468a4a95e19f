"""Days out of intraday rows.  In: CandleArrays.  Out: a column per day, and which rows may know it.  Pure.

A day begins at 00:00 UTC = 09:00 in Seoul, as Upbit's daily candles do. Only days that are over are handed to a row,
so intraday strategies stay causal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trader.indicators import sma

if TYPE_CHECKING:
    from trader.model.market import BoolArray, CandleArrays, FloatArray, IntArray

DAY = 86_400


@dataclass(frozen=True, slots=True)
class Days:
    """`of_row` (n,) is the number of a row's day; the other columns have one value per day, the last of which may not
    be over. `whole` is False for a first day that began before the rows did."""

    of_row: IntArray
    starts: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    whole: BoolArray

    @classmethod
    def of(cls, candles: CandleArrays) -> Days:
        """ValueError: no rows."""
        if not len(candles):
            raise ValueError("no candles")
        date = candles.opened_at // DAY
        starts = np.flatnonzero(np.diff(date, prepend=date[0] - 1))
        whole = np.ones(len(starts), dtype=np.bool_)
        whole[0] = candles.opened_at[0] % DAY == 0
        return cls(
            of_row=np.repeat(np.arange(len(starts)), np.diff(starts, append=len(date))),
            starts=starts,
            open=candles.open[starts],
            high=np.maximum.reduceat(candles.high, starts),
            low=np.minimum.reduceat(candles.low, starts),
            close=candles.close[np.append(starts[1:], len(date)) - 1],
            whole=whole,
        )

    def today(self, per_day: FloatArray) -> FloatArray:
        """For every row the value of its own day: only for what is known when the day begins, its open."""
        return per_day[self.of_row]

    def yesterday(self, per_day: FloatArray) -> FloatArray:
        """For every row the value of the day before; NaN in the first day, and in the second if the first is cut."""
        before = np.full(len(per_day), np.nan)
        before[1:] = np.where(self.whole[:-1], per_day[:-1], np.nan)
        return before[self.of_row]

    def average_true_range(self, days: int) -> FloatArray:
        """Per day: mean true range of the last `days` days. The first day has none: its close before is not known."""
        ranges = np.full(len(self.open), np.nan)
        before = self.close[:-1]
        ranges[1:] = np.maximum(self.high[1:], before) - np.minimum(self.low[1:], before)
        return sma(ranges, days)


def closes_day(candles: CandleArrays) -> BoolArray:
    """True for rows whose close is the day's end."""
    closing: BoolArray = (candles.opened_at + candles.timeframe.seconds) % DAY == 0
    return closing
