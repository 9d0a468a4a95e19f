"""What the parts of the sandbox hand to each other: plain frozen values and one protocol.

Prices, quantities and sums are `Decimal`; times are aware UTC in the sandbox's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, Protocol

Taker = Literal["ASK", "BID"]
"""Who crossed the spread: ASK = a seller hit the bid, BID = a buyer lifted the ask."""


@dataclass(frozen=True, slots=True)
class MarketInfo:
    """A row of `/v1/market/all`."""

    code: str
    korean_name: str
    english_name: str
    warning: bool = False
    caution: tuple[str, ...] = ()

    @property
    def quote(self) -> str:
        return self.code.split("-")[0]

    @property
    def base(self) -> str:
        return self.code.split("-")[1]


@dataclass(frozen=True, slots=True)
class Tick:
    """One public trade."""

    market: str
    at: datetime
    price: Decimal
    volume: Decimal
    taker: Taker
    sequence: int


@dataclass(frozen=True, slots=True)
class Level:
    price: Decimal
    size: Decimal


@dataclass(frozen=True, slots=True)
class Book:
    """Both sides of the order book, best first, at most 30 levels each."""

    market: str
    at: datetime
    asks: tuple[Level, ...]
    bids: tuple[Level, ...]


@dataclass(frozen=True, slots=True)
class Bar:
    """A candle; `unit` is 1s, 1m, 3m, 5m, 10m, 15m, 30m, 60m, 240m, 1d, 1w, 1M or 1y."""

    market: str
    unit: str
    opened_at: datetime
    open: Decimal
    high: Decimal
    low: Decimal
    close: Decimal
    volume: Decimal
    value: Decimal
    last_at: datetime


class Feed(Protocol):
    """Where prices come from. Ticks are pulled by the sandbox's heartbeat, in time order."""

    @property
    def markets(self) -> tuple[MarketInfo, ...]: ...

    @property
    def start(self) -> datetime:
        """The sandbox's time when it starts (the end of `history`)."""
        ...

    def history(self) -> Iterable[Bar]:
        """Closed 1d and 1m bars before `start`, oldest first within a market and unit."""
        ...

    def advance(self, until: datetime) -> Iterable[Tick]:
        """Every tick after the last one handed out and not later than `until`."""
        ...

    def set_price(self, market: str, price: Decimal) -> None:
        """The market jumps; later ticks go on from there."""
        ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...


PrivateMessage = dict[str, Any]
"""A myOrder or myAsset message in DEFAULT field names, numbers as Decimal."""


class Hub:
    """Tells the streams what happened: ticks, changed books, and private messages of the account."""

    def __init__(self) -> None:
        self._tick: list[Callable[[Tick], None]] = []
        self._book: list[Callable[[str], None]] = []
        self._private: list[Callable[[PrivateMessage], None]] = []

    def on_tick(self, listener: Callable[[Tick], None]) -> None:
        self._tick.append(listener)

    def on_book(self, listener: Callable[[str], None]) -> None:
        self._book.append(listener)

    def on_private(self, listener: Callable[[PrivateMessage], None]) -> None:
        self._private.append(listener)

    def tick(self, tick: Tick) -> None:
        for listener in self._tick:
            listener(tick)

    def book(self, market: str) -> None:
        for listener in self._book:
            listener(market)

    def private(self, message: PrivateMessage) -> None:
        for listener in self._private:
            listener(message)
