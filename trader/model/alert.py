"""What a person wants to be told of: a condition on a market, whom it concerns, and how it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from trader.model.market import Market, Timeframe


class AlertKind(StrEnum):
    """PRICE of the last trade · MOVE of it within a time · RSI, SMA and VOLUME of closed candles."""

    PRICE = "price"
    MOVE = "move"
    RSI = "rsi"
    SMA = "sma"
    VOLUME = "volume"

    @property
    def live(self) -> bool:
        """Told by every trade, not by closed candles."""
        return self in (AlertKind.PRICE, AlertKind.MOVE)


class Comparison(StrEnum):
    """EITHER: a move in any direction."""

    ABOVE = ">"
    AT_LEAST = ">="
    BELOW = "<"
    AT_MOST = "<="
    EITHER = "<>"

    def holds(self, left: Decimal, right: Decimal) -> bool:
        """Whether `left` stands so to `right`. ValueError for EITHER, which compares a move, not a figure."""
        match self:
            case Comparison.ABOVE:
                return left > right
            case Comparison.AT_LEAST:
                return left >= right
            case Comparison.BELOW:
                return left < right
            case Comparison.AT_MOST:
                return left <= right
        raise ValueError("a move in either direction has no single figure")


@dataclass(frozen=True, slots=True)
class Condition:
    """PRICE: `value` KRW per coin · MOVE: `value` a fraction, `span` seconds · RSI: `value` 0…100 over `span` candles ·
    SMA: the close against the mean of `span` closes · VOLUME: `value` times the mean of the `span` candles before.

    `timeframe` belongs to the three of closed candles."""

    kind: AlertKind
    comparison: Comparison
    value: Decimal = Decimal(0)
    span: int = 0
    timeframe: Timeframe | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """A condition held against the market: whether it is true, and the figure it was judged by (None: not known)."""

    holds: bool
    value: Decimal | None


class AlertState(StrEnum):
    ACTIVE = "active"
    FIRED = "fired"
    EXPIRED = "expired"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class Alert:
    """`person` as `telegram:123`; `place` the conversation it is told in (`telegram:-100/7`), empty: where all is told.
    It fires when the condition becomes true after having been false: `holds` says how it was last seen.

    While `muted_until` lies ahead it is not looked at. `fired_at` is the last time; one that does not `repeat` is over
    then."""

    alert_id: str
    person: str
    place: str
    market: Market
    condition: Condition
    repeat: bool
    created_at: datetime
    expires_at: datetime
    holds: bool = False
    state: AlertState = AlertState.ACTIVE
    fired_at: datetime | None = None
    muted_until: datetime | None = None

    def muted(self, now: datetime) -> bool:
        return self.muted_until is not None and now < self.muted_until
