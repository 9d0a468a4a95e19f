"""What strategies want. A signal is never an order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING

from trader.model.market import Market, Timeframe

if TYPE_CHECKING:
    from trader.model.market import BoolArray, FloatArray


@dataclass(frozen=True, slots=True)
class SignalArrays:
    """A strategy's opinion at every candle; shape (n,), row i uses rows 0..i only.

    `exposure` is the share of the allotted money that should be in the market, 0…1, and 0 during warm-up.
    `stop` is the price (KRW) below which the idea is wrong, NaN where there is none.
    `score` is the strength behind it (−1…1), NaN where the strategy has no such measure.
    `known` is False where an exposure of 0 may only mean that the rows do not reach back far enough to tell;
    None = it can be told as soon as the warm-up is over."""

    exposure: FloatArray
    stop: FloatArray
    score: FloatArray
    known: BoolArray | None = None


class Action(StrEnum):
    ENTER = "enter"
    EXIT = "exit"
    HOLD = "hold"
    STAY_OUT = "stay_out"


@dataclass(frozen=True, slots=True)
class Signal:
    """The last closed row of a strategy, in words the rest of the program uses.

    ENTER and EXIT are edges for entries (the exposure rose with this very candle) and a level for exits (exposure
    is 0), so that a restart neither chases an old entry nor misses an exit."""

    market: Market
    strategy: str
    timeframe: Timeframe
    candle: datetime
    action: Action
    exposure: float
    close: Decimal
    stop: Decimal | None = None
    score: float | None = None
    reason: str = ""
    details: dict[str, str] = field(default_factory=dict)
