"""Markets, candles, quotes and the venue's trading rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    FloatArray = NDArray[np.float64]
    IntArray = NDArray[np.int64]
    BoolArray = NDArray[np.bool_]

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, order=True)
class Market:
    """What is traded against what. Written quote first, as Upbit does: `KRW-BTC`."""

    quote: str
    base: str

    @classmethod
    def parse(cls, code: str) -> Self:
        """`KRW-BTC` → Market. Raises ValueError for anything else."""
        quote, dash, base = code.strip().upper().partition("-")
        if not (dash and quote.isalnum() and base.isalnum() and code.isascii()):
            raise ValueError(f"not a market code: {code!r} (write it like KRW-BTC)")
        return cls(quote, base)

    @property
    def code(self) -> str:
        return f"{self.quote}-{self.base}"

    def __str__(self) -> str:
        return self.code


@dataclass(frozen=True, slots=True)
class MarketInfo:
    """A listed market. `warning` precedes delisting; `cautions` are the venue's caution flags."""

    market: Market
    korean_name: str
    english_name: str
    warning: bool = False
    cautions: tuple[str, ...] = ()


class Timeframe(StrEnum):
    """Length of a candle. Every one divides a UTC day and opens on a multiple of itself."""

    M1 = "1m"
    M3 = "3m"
    M5 = "5m"
    M10 = "10m"
    M15 = "15m"
    M30 = "30m"
    H1 = "1h"
    H4 = "4h"
    D1 = "1d"

    @property
    def seconds(self) -> int:
        return _SECONDS[self.value]

    @property
    def span(self) -> timedelta:
        return timedelta(seconds=self.seconds)

    def floor(self, moment: datetime) -> datetime:
        """Opening time of the candle that holds `moment`."""
        return EPOCH + (moment - EPOCH) // self.span * self.span


_SECONDS = {"1m": 60, "3m": 180, "5m": 300, "10m": 600, "15m": 900, "30m": 1800, "1h": 3600, "4h": 14400, "1d": 86400}


@dataclass(frozen=True, slots=True)
class Candle:
    """A closed candle, named by its opening time. `filled` marks a minute without a trade that we
    filled ourselves (close carried on, volume 0): Upbit has no candle there."""

    market: Market
    timeframe: Timeframe
    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    value: Decimal
    filled: bool = False

    @property
    def closed_at(self) -> datetime:
        return self.opened_at + self.timeframe.span


@dataclass(frozen=True, slots=True)
class CandleArrays:
    """Candles as columns, oldest first, gap-free, the last one closed. Arrays have shape (n,);
    prices are float64 KRW, volume float64 in base, `opened_at` int64 seconds since 1970 UTC."""

    market: Market
    timeframe: Timeframe
    opened_at: IntArray
    open: FloatArray
    high: FloatArray
    low: FloatArray
    close: FloatArray
    volume: FloatArray

    @classmethod
    def from_candles(cls, candles: Sequence[Candle]) -> Self:
        """The one crossing from Decimal to float64. Raises ValueError for none, mixed or unsorted candles."""
        import numpy as np

        if not candles:
            raise ValueError("no candles")
        first = candles[0]
        if any(c.market != first.market or c.timeframe != first.timeframe for c in candles):
            raise ValueError("candles of several markets or timeframes")
        opened = np.array([int(c.opened_at.timestamp()) for c in candles], dtype=np.int64)
        if len(opened) > 1 and bool((np.diff(opened) <= 0).any()):
            raise ValueError("candles are not in ascending order")
        columns = [
            np.array([float(getattr(c, name)) for c in candles], dtype=np.float64)
            for name in ("open", "high", "low", "close", "volume")
        ]
        return cls(first.market, first.timeframe, opened, *columns)

    def __len__(self) -> int:
        return len(self.close)

    def until(self, n: int) -> Self:
        """The first `n` rows, as they were known when row n − 1 closed."""
        columns = (getattr(self, name)[:n] for name in ("opened_at", "open", "high", "low", "close", "volume"))
        return type(self)(self.market, self.timeframe, *columns)


@dataclass(frozen=True, slots=True)
class Level:
    """One line of an order book: price in quote, size in base."""

    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class OrderBook:
    """Both sides, best first, at most 30 levels."""

    market: Market
    asks: tuple[Level, ...]
    bids: tuple[Level, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Quote:
    """Best prices now. `last` is the last trade; `at` the venue's time of the newest of the three."""

    market: Market
    bid: Decimal
    ask: Decimal
    last: Decimal
    at: datetime

    @property
    def mid(self) -> Decimal:
        return (self.bid + self.ask) / 2

    @property
    def spread_bps(self) -> Decimal:
        """Ask − bid in 1/10,000 of the mid."""
        return (self.ask - self.bid) / self.mid * 10_000


@dataclass(frozen=True, slots=True)
class Ticker:
    """A market's day so far, prices in quote. The venue's day begins at 00:00 UTC (09:00 in Seoul); `turnover` is the
    quote traded in the last 24 hours; `at` the last trade."""

    market: Market
    last: Decimal
    high: Decimal
    low: Decimal
    previous_close: Decimal
    turnover: Decimal
    at: datetime

    @property
    def change(self) -> Decimal:
        """Since the previous day's close, as a fraction; 0 where there was none."""
        return self.last / self.previous_close - 1 if self.previous_close else Decimal(0)

    @property
    def true_range(self) -> Decimal:
        """Highest less lowest of the day, the previous close among them, as a fraction of that close. Source: Wilder
        (1978), "New Concepts in Technical Trading Systems". A young day is small, never empty."""
        if not self.previous_close:
            return Decimal(0)
        return (max(self.high, self.previous_close) - min(self.low, self.previous_close)) / self.previous_close
