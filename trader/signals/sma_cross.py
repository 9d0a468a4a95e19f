"""Hold while the fast mean of closes is above the slow one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from trader.indicators import sma
from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals.params import Contradiction, param
from trader.signals.registry import Strategy, strategy

SAME = 1e-12
"""Means closer than this share of the price are equal: in a flat market only rounding tells them apart."""


@strategy("sma_cross")
@dataclass(frozen=True)
class SmaCross(Strategy):
    """Trend following by two simple moving averages."""

    fast: int = param(12, "candles in the fast mean (candles)", low=2, high=200)
    slow: int = param(48, "candles in the slow mean (candles)", low=5, high=400)

    default_timeframe: ClassVar[Timeframe] = Timeframe.H1
    enter_reason: ClassVar[str] = "crossed_up"
    exit_reasons: ClassVar[tuple[str, ...]] = ("crossed_down",)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fast >= self.slow:
            raise Contradiction("param-not-below", lower="fast", low=self.fast, upper="slow", high=self.slow)

    @property
    def warmup(self) -> int:
        return self.slow

    def signals(self, candles: CandleArrays) -> SignalArrays:
        fast, slow = sma(candles.close, self.fast), sma(candles.close, self.slow)
        with np.errstate(invalid="ignore"):
            above = fast > slow * (1.0 + SAME)
        nothing = np.full(len(candles), np.nan)
        return SignalArrays(exposure=above.astype(np.float64), stop=nothing, score=nothing)

    def details(self, candles: CandleArrays) -> dict[str, float]:
        return {"fast": sma(candles.close, self.fast)[-1], "slow": sma(candles.close, self.slow)[-1]}
