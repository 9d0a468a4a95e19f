"""Buy when the market comes back from oversold, leave when it comes back from overbought (E1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from trader.indicators import atr, crossed_above, crossed_below, latch, rsi
from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals.params import param
from trader.signals.registry import Strategy, strategy


@strategy("rsi_zones")
@dataclass(frozen=True)
class RsiZones(Strategy):
    """Enter when the RSI leaves the oversold zone upward, exit when it leaves the overbought zone downward."""

    period: int = param(14, "smoothing of the RSI (candles)", low=2, high=100)
    oversold: float = param(30.0, "the oversold zone lies at and below this (RSI, 0–100)", low=1, high=49)
    overbought: float = param(70.0, "the overbought zone lies at and above this (RSI, 0–100)", low=51, high=99)
    stop_atr: float = param(3.0, "stop below the close (average true ranges; 0 = none)", low=0, high=20)
    atr_period: int = param(14, "smoothing of the true range (candles)", low=2, high=100)

    default_timeframe: ClassVar[Timeframe] = Timeframe.M15
    enter_reason: ClassVar[str] = "left_oversold"
    exit_reasons: ClassVar[tuple[str, ...]] = ("left_overbought",)

    @property
    def warmup(self) -> int:
        return max(self.period, self.atr_period) + 1

    def signals(self, candles: CandleArrays) -> SignalArrays:
        strength = rsi(candles.close, self.period)
        inside, known = latch(crossed_above(strength, self.oversold), crossed_below(strength, self.overbought))
        return SignalArrays(
            exposure=inside.astype(np.float64),
            stop=self._stop(candles),
            score=(50.0 - strength) / 50.0,
            known=known,
        )

    def _stop(self, candles: CandleArrays) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        if not self.stop_atr:
            return np.full(len(candles), np.nan)
        stop = candles.close - self.stop_atr * atr(candles.high, candles.low, candles.close, self.atr_period)
        return np.where(stop > 0, stop, np.nan)

    def details(self, candles: CandleArrays) -> dict[str, float]:
        strength = rsi(candles.close, self.period)
        before = strength[-2] if len(strength) > 1 else np.nan
        return {"rsi": strength[-1], "rsi_before": before, "oversold": self.oversold, "overbought": self.overbought}
