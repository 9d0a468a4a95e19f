"""Volatility breakout: buy the day that rises by a part of yesterday's range above its open (E1).

Source: Williams (1999), "Long-Term Secrets to Short-Term Trading", chapter 4."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals.daily import DAY, Days, closes_day
from trader.signals.params import param
from trader.signals.registry import Strategy, strategy

if TYPE_CHECKING:
    from trader.model.market import BoolArray, FloatArray, IntArray

FIRST_LOOK = 512
"""Rows searched for a reached stop at first; doubled until one is found, so long holds stay cheap."""

STOP_REASONS = {"atr": "atr_stop", "trail": "trailing_stop", "prev_low": "prev_low_stop"}
DAY_END = "day_end"


@strategy("volatility_breakout")
@dataclass(frozen=True)
class VolatilityBreakout(Strategy):
    """Enter at the day's first close above day open + k × yesterday's range; leave at the stop or the day's end."""

    k: float = param(0.5, "part of yesterday's range to break out by (fraction)", low=0.05, high=2)
    exit: str = param("atr", "which stop (kind)", choices=("atr", "trail", "prev_low"))
    atr_days: int = param(3, "days in the average true range, for exit atr (days)", low=1, high=30)
    atr_factor: float = param(0.5, "stop below the entry, for exit atr (average true ranges)", low=0.1, high=5)
    trail: float = param(0.02, "stop below the high since the entry, for exit trail (fraction)", low=0.002, high=0.3)
    leave_at_day_end: bool = param(True, "sell at 09:00 Seoul time whatever happened (yes/no)")
    target_volatility: float = param(
        0.0, "size so that yesterday's range costs this (fraction; 0 = off)", low=0, high=1
    )

    default_timeframe: ClassVar[Timeframe] = Timeframe.M15
    enter_reason: ClassVar[str] = "broke_out"
    exit_reasons: ClassVar[tuple[str, ...]] = (DAY_END, *STOP_REASONS.values())

    @property
    def warmup(self) -> int:
        return self.warmup_on(self.default_timeframe)

    def warmup_on(self, timeframe: Timeframe) -> int:
        """Days that must be over, and the one that was cut by the first row."""
        days = self.atr_days + 2 if self.exit == "atr" else 2
        return days * (DAY // timeframe.seconds)

    def exit_reason(self, candles: CandleArrays) -> str:
        if self.leave_at_day_end and closes_day(candles)[-1]:
            return DAY_END
        return STOP_REASONS[self.exit]

    def signals(self, candles: CandleArrays) -> SignalArrays:
        """The stop is looked at in every candle's low, from the candle after the entry on."""
        rows = len(candles)
        days, closing = Days.of(candles), closes_day(candles)
        exposure, stop = np.zeros(rows), np.full(rows, np.nan)
        known = closing.copy() if self.leave_at_day_end else np.zeros(rows, dtype=np.bool_)
        first_stop, share = self._first_stop(candles, days), self._share(days)
        closing_rows = np.flatnonzero(closing)
        out_again = -1
        for entry in self._breakouts(candles, days, closing):
            if entry <= out_again or not first_stop[entry] < candles.close[entry]:
                continue
            end = rows
            if self.leave_at_day_end:
                after = int(np.searchsorted(closing_rows, entry, side="right"))
                end = int(closing_rows[after]) if after < len(closing_rows) else rows
            out_again, stops = self._hold(candles, int(entry), end, float(first_stop[entry]))
            exposure[entry:out_again] = share[entry]
            stop[entry:out_again] = stops
            known[entry] = True
        nothing = np.full(rows, np.nan)
        return SignalArrays(exposure, stop, nothing, known=np.logical_or.accumulate(known))

    def _target(self, days: Days) -> FloatArray:
        """Day open + k × yesterday's range; NaN after a day without any movement."""
        spread = days.yesterday(days.high - days.low)
        return days.today(days.open) + self.k * np.where(spread > 0, spread, np.nan)

    def _breakouts(self, candles: CandleArrays, days: Days, closing: BoolArray) -> IntArray:
        """The first row of each day that closes above its target. A row that ends its day is no entry when positions
        are left at the day's end – unless rows are days."""
        with np.errstate(invalid="ignore"):
            above = np.flatnonzero(candles.close > self._target(days))
        firsts = above[np.unique(days.of_row[above], return_index=True)[1]]
        if self.leave_at_day_end and candles.timeframe is not Timeframe.D1:
            firsts = firsts[~closing[firsts]]
        return firsts

    def _first_stop(self, candles: CandleArrays, days: Days) -> FloatArray:
        """Where an entry in this row would be given up; NaN while that is not known."""
        if self.exit == "atr":
            return candles.close - self.atr_factor * days.yesterday(days.average_true_range(self.atr_days))
        if self.exit == "trail":
            return candles.close * (1.0 - self.trail)
        return days.yesterday(days.low)

    def _share(self, days: Days) -> FloatArray:
        """Target volatility ÷ yesterday's range as a share of its close, at most 1."""
        if not self.target_volatility:
            return np.ones(len(days.of_row))
        with np.errstate(invalid="ignore", divide="ignore"):
            share = self.target_volatility / days.yesterday((days.high - days.low) / days.close)
        return np.minimum(share, 1.0)

    def _hold(self, candles: CandleArrays, entry: int, end: int, stop: float) -> tuple[int, FloatArray]:
        """The row in which a position is left (`end` at the latest), and the stop after each row until then."""
        peak, look, start = float(candles.close[entry]), FIRST_LOOK, entry + 1
        stops = [np.array([stop])]
        last = min(end, len(candles) - 1)
        while start <= last:
            stretch = slice(start, min(start + look, last + 1))
            before, after = self._stops(candles.high[stretch], peak, stop)
            reached = np.flatnonzero(candles.low[stretch] <= before)
            if len(reached):
                stops.append(after[: reached[0]])
                return start + int(reached[0]), np.concatenate(stops)
            stops.append(after)
            peak = max(peak, float(candles.high[stretch].max()))
            start, look = stretch.stop, look * 2
        held = np.concatenate(stops)
        return end, held[: end - entry]

    def _stops(self, high: FloatArray, peak: float, stop: float) -> tuple[FloatArray, FloatArray]:
        """The stop before and after each row: it follows the high for exit trail, and stands still otherwise."""
        if self.exit != "trail":
            fixed = np.full(len(high), stop)
            return fixed, fixed
        peaks = np.maximum.accumulate(np.concatenate(([peak], high)))
        trailing = peaks * (1.0 - self.trail)
        return trailing[:-1], trailing[1:]

    def details(self, candles: CandleArrays) -> dict[str, float]:
        days = Days.of(candles)
        return {
            "day_open": days.open[-1],
            "range_yesterday": days.yesterday(days.high - days.low)[-1],
            "target": self._target(days)[-1],
        }
