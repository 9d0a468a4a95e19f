"""An engine on a fixed book, driven by hand: no server, no clock to wait for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.clock import SandboxClock
from sandbox.trading.account import Account
from sandbox.trading.matching import Engine
from sandbox.trading.orders import Order, OrderRequest
from sandbox.values import Book, Hub, Level, Taker, Tick

D = Decimal
MARKET = "KRW-BTC"
START = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)


def levels(*rows: tuple[str, str]) -> tuple[Level, ...]:
    return tuple(Level(D(price), D(size)) for price, size in rows)


class FixedMarket:
    """A book that only takers change."""

    def __init__(self, asks: tuple[Level, ...], bids: tuple[Level, ...]) -> None:
        self.asks, self.bids = list(asks), list(bids)
        self.printed: list[tuple[Decimal, Decimal, Taker]] = []
        self.shown: dict[tuple[str, Decimal], Decimal] = {}
        self.hub: Hub | None = None

    def book(self, market: str) -> Book:
        return Book(market, START, tuple(self.asks), tuple(self.bids))

    def consume(self, market: str, side: str, price: Decimal, size: Decimal) -> None:
        book = self.asks if side == "asks" else self.bids
        index = next(i for i, level in enumerate(book) if level.price == price)
        book[index] = Level(price, book[index].size - size)
        assert book[index].size >= 0
        if not book[index].size:
            del book[index]

    def add_resting(self, market: str, side: str, price: Decimal, size: Decimal) -> None:
        self.shown[side, price] = self.shown.get((side, price), D(0)) + size

    def remove_resting(self, market: str, side: str, price: Decimal, size: Decimal) -> None:
        self.shown[side, price] -= size
        assert self.shown[side, price] >= 0

    def print_trade(self, market: str, price: Decimal, volume: Decimal, taker: Taker) -> None:
        self.printed.append((price, volume, taker))
        if self.hub is not None:
            self.hub.tick(Tick(market, START + timedelta(days=1), price, volume, taker, 1))


class Desk:
    """An engine with its account, market and messages; scheduled work runs on `turn`."""

    def __init__(self, asks: tuple[Level, ...], bids: tuple[Level, ...], **balances: str) -> None:
        self.account = Account({name: D(amount) for name, amount in (balances or {"KRW": "10000000"}).items()})
        self.market = FixedMarket(asks, bids)
        self.hub = Hub()
        self.market.hub = self.hub
        self.messages: list[dict[str, Any]] = []
        self.hub.on_private(self.messages.append)
        self._later: list[Callable[[], None]] = []
        clock = SandboxClock(START, 0.001)
        self.engine = Engine(self.account, self.market, clock, self.hub, self._later.append)
        self.hub.on_tick(self.engine.on_tick)

    def turn(self) -> None:
        while self._later:
            self._later.pop(0)()

    def place(self, **fields: Any) -> Order:
        for name in ("price", "volume"):
            if fields.get(name) is not None:
                fields[name] = D(fields[name])
        order = self.engine.submit(OrderRequest(MARKET, **fields))
        self.turn()
        return order

    def tick(self, price: str, volume: str, taker: Taker = "ASK") -> None:
        self.hub.tick(Tick(MARKET, START + timedelta(seconds=10), D(price), D(volume), taker, 1))

    def states(self) -> list[str]:
        return [message["state"] for message in self.messages if message["type"] == "myOrder"]


def desk(**balances: str) -> Desk:
    """Asks 1001 x 5, 1002 x 5, 1003 x 90; bids 999 x 5, 998 x 5, 997 x 90."""
    asks = levels(("1001", "5"), ("1002", "5"), ("1003", "90"))
    bids = levels(("999", "5"), ("998", "5"), ("997", "90"))
    return Desk(asks, bids, **(balances or {"KRW": "10000000", "BTC": "100"}))
