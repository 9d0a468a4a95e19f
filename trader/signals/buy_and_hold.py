"""Always in: the yardstick every other strategy is held against."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from trader.model.market import CandleArrays, Timeframe
from trader.model.signal import SignalArrays
from trader.signals.registry import Strategy, strategy


@strategy("buy_and_hold")
@dataclass(frozen=True)
class BuyAndHold(Strategy):
    """Buy at the first candle and never leave."""

    default_timeframe: ClassVar[Timeframe] = Timeframe.D1
    level_entry: ClassVar[bool] = True
    enter_reason: ClassVar[str] = "always_in"

    @property
    def warmup(self) -> int:
        return 0

    def signals(self, candles: CandleArrays) -> SignalArrays:
        nothing = np.full(len(candles), np.nan)
        return SignalArrays(exposure=np.ones(len(candles)), stop=nothing, score=nothing)

    def details(self, candles: CandleArrays) -> dict[str, float]:
        return {}
