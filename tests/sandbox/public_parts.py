"""Builders for tests of the public side: a feed one writes by hand, and values with defaults."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import ClassVar

from sandbox.values import Bar, MarketInfo, Taker, Tick
from sandbox.wire import to_ms

D = Decimal
START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
SHARED_DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
"""Recorded samples beside the project; tests that need them skip when they are absent."""


def a_bar(
    market: str = "KRW-BTC",
    unit: str = "1m",
    opened_at: datetime = START,
    prices: str = "100 110 90 105",
    volume: str = "2",
) -> Bar:
    """`prices` is open, high, low, close."""
    o, h, lo, c = (Decimal(text) for text in prices.split())
    size = Decimal(volume)
    length = timedelta(days=1) if unit == "1d" else timedelta(minutes=1)
    return Bar(market, unit, opened_at, o, h, lo, c, size, size * c, opened_at + length - timedelta(seconds=1))


def a_tick(
    market: str = "KRW-BTC",
    price: str = "160000000",
    volume: str = "0.01",
    taker: Taker = "BID",
    at: datetime = START,
    sequence: int | None = None,
) -> Tick:
    number = to_ms(at) * 10_000 if sequence is None else sequence
    return Tick(market, at, Decimal(price), Decimal(volume), taker, number)


class HandFeed:
    """Three markets with a short past; trades happen when a test says so.

    The past of each: days 2026-11-17 to 19 and the minutes 09:55 to 09:59 of 2026-11-20.
    """

    PRICES: ClassVar = {"KRW-BTC": D("160000000"), "KRW-XRP": D("3300"), "KRW-USDT": D("1450.5")}

    def __init__(self) -> None:
        self._waiting: list[Tick] = []
        self._count = 0

    @property
    def markets(self) -> tuple[MarketInfo, ...]:
        return (
            MarketInfo("KRW-BTC", "비트코인", "Bitcoin"),
            MarketInfo("KRW-XRP", "엑스알피(리플)", "XRP", True, ("PRICE_FLUCTUATIONS",)),
            MarketInfo("KRW-USDT", "테더", "Tether"),
        )

    @property
    def start(self) -> datetime:
        return START

    def history(self) -> Iterable[Bar]:
        midnight = START.replace(hour=0)
        for market, price in self.PRICES.items():
            flat = f"{price} {price} {price} {price}"
            for days in (3, 2, 1):
                yield a_bar(market, "1d", midnight - timedelta(days=days), flat, "10")
            for minutes in (5, 4, 3, 2, 1):
                yield a_bar(market, "1m", START - timedelta(minutes=minutes), flat, "1")

    def trade(self, market: str, price: str, volume: str = "0.01", taker: Taker = "BID", after: float = 0.0) -> Tick:
        """A trade `after` seconds from the start; hand them in in time order."""
        self._count += 1
        at = START + timedelta(seconds=after)
        tick = a_tick(market, price, volume, taker, at, to_ms(at) * 10_000 + self._count)
        self._waiting.append(tick)
        return tick

    def advance(self, until: datetime) -> Iterator[Tick]:
        while self._waiting and self._waiting[0].at <= until:
            yield self._waiting.pop(0)

    def set_price(self, market: str, price: Decimal) -> None:
        self._waiting.insert(0, a_tick(market, str(price)))

    async def open(self) -> None: ...

    async def close(self) -> None: ...
