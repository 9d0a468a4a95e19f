"""What an event does to an order, the account, the public book and the private streams: accept, fill, cut, finish.

The engine decides what happens; here it is carried out, always all four together. Callers hold the exact decimal
context."""

from __future__ import annotations

import uuid
from bisect import insort
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from sandbox.clock import SandboxClock
from sandbox.trading.account import Account
from sandbox.trading.orders import Fill, Order, Side, my_asset, my_order
from sandbox.values import Book, Hub, Taker

ZERO = Decimal(0)
BookSide = Literal["asks", "bids"]
SHOWN_ON: dict[Side, BookSide] = {"bid": "bids", "ask": "asks"}


class MarketView(Protocol):
    """What is needed of the public market; `MarketData` is one. `book` holds no local orders."""

    def book(self, market: str) -> Book: ...

    def consume(self, market: str, side: BookSide, price: Decimal, size: Decimal) -> None: ...

    def add_resting(self, market: str, side: BookSide, price: Decimal, size: Decimal) -> None: ...

    def remove_resting(self, market: str, side: BookSide, price: Decimal, size: Decimal) -> None: ...

    def print_trade(self, market: str, price: Decimal, volume: Decimal, taker: Taker) -> None: ...


@dataclass(slots=True)
class Resting:
    """Own limit orders on the book of one market, each side best price first, then oldest first."""

    bids: list[Order] = field(default_factory=list)
    asks: list[Order] = field(default_factory=list)

    def side(self, side: Side) -> list[Order]:
        return self.bids if side == "bid" else self.asks


def limit_price(order: Order) -> Decimal:
    """The price of a limit order."""
    price = order.request.price
    assert price is not None, "only limit orders have a limit price"
    return price


def _priority(order: Order) -> tuple[Decimal, int]:
    price = limit_price(order)
    return (-price if order.side == "bid" else price, order.serial)


class Settlement:
    """Every order ever accepted, and the one way to change them."""

    def __init__(self, account: Account, market: MarketView, clock: SandboxClock, hub: Hub) -> None:
        self.account = account
        self.orders: dict[str, Order] = {}
        self.by_identifier: dict[str, Order] = {}
        self.open: dict[str, Order] = {}
        self.resting: dict[str, Resting] = {}
        self.trades_count = 0
        self._market = market
        self._clock = clock
        self._hub = hub

    def accept(self, order: Order) -> None:
        """Hold the order's funds and announce it.

        Raises:
            ValueError: the funds are not there; nothing changed.
        """
        self.account.lock(order.held_currency, order.hold)
        self.orders[order.uuid] = self.open[order.uuid] = order
        if order.request.identifier is not None:
            self.by_identifier[order.request.identifier] = order
        self._announce(order, "wait", order.created_at)

    def rest(self, order: Order) -> None:
        """Put a limit order's rest on the book."""
        order.resting = True
        insort(self.resting.setdefault(order.market, Resting()).side(order.side), order, key=_priority)
        volume = order.remaining_volume or ZERO
        self._market.add_resting(order.market, SHOWN_ON[order.side], limit_price(order), volume)

    def fill(self, order: Order, price: Decimal, volume: Decimal, at: datetime, *, is_maker: bool) -> None:
        """Trade `volume` at `price`: buys pay funds plus fee from their hold, sells get funds less fee."""
        quote, base = order.market.split("-")
        funds = price * volume
        fee = funds * order.fee_rate
        order.executed_volume += volume
        order.executed_funds += funds
        order.paid_fee += fee
        if order.side == "bid":
            self.account.spend(quote, funds + fee)
            self.account.bought(base, volume, funds, quote)
            order.left -= funds if order.by_sum else ZERO
            hold = order.hold - funds - fee if order.by_sum else _limit_hold(order)
            self.account.release(quote, order.hold - funds - fee - hold)
        else:
            self.account.spend(base, volume)
            self.account.deposit(quote, funds - fee)
            hold = order.hold - volume
        order.hold = order.locked = hold
        self._unshow(order, volume)
        taker: Taker = "BID" if (order.side == "bid") != is_maker else "ASK"
        fill = Fill(str(uuid.uuid4()), price, volume, funds, fee, at, is_maker, taker)
        order.fills.append(fill)
        self.trades_count += 1
        self._announce(order, "trade", at, fill)
        complete = not order.left if order.by_sum else not order.remaining_volume
        if complete:
            self.finish(order, "cancel" if order.prevented_volume else "done", at)

    def cut(self, order: Order, volume: Decimal, price: Decimal) -> None:
        """Take `volume` out of an order without trading it (self-match prevention); cut to nothing, it ends.

        Args:
            price: at which a buy by sum would have bought.
        """
        if order.by_sum:
            order.left -= volume * price
            released = volume * price * (1 + order.fee_rate)
        elif order.side == "bid":
            released = volume * limit_price(order) * (1 + order.fee_rate)
        else:
            released = volume
        order.prevented_volume += volume
        order.prevented_locked += released
        order.hold -= released
        order.locked = order.hold
        self.account.release(order.held_currency, released)
        self._unshow(order, volume)
        self._announce(order, "prevented", self._clock.now())
        if not order.by_sum and not order.remaining_volume:
            self.finish(order, "cancel")

    def finish(self, order: Order, state: Literal["done", "cancel"], at: datetime | None = None) -> None:
        """End an order and free what it still holds; its `locked` stays as it was last shown (reference §9.4)."""
        order.state = state
        self.account.release(order.held_currency, order.hold)
        order.hold = ZERO
        del self.open[order.uuid]
        if order.resting:
            self._unshow(order, order.remaining_volume or ZERO)
            self.resting[order.market].side(order.side).remove(order)
            order.resting = False
        self._announce(order, state, at or self._clock.now())

    def announce_assets(self, at: datetime) -> None:
        """Send the balances that changed since the last time."""
        rows = self.account.take_changes()
        if rows:
            self._hub.private(my_asset(str(uuid.uuid4()), rows, at))

    def _unshow(self, order: Order, volume: Decimal) -> None:
        """Take a resting order's volume out of the public book."""
        if order.resting and volume:
            self._market.remove_resting(order.market, SHOWN_ON[order.side], limit_price(order), volume)

    def _announce(self, order: Order, state: str, at: datetime, fill: Fill | None = None) -> None:
        self._hub.private(my_order(order, state, at, fill))


def _limit_hold(order: Order) -> Decimal:
    """What the rest of a limit buy needs; a fill below the limit frees the difference."""
    return (order.remaining_volume or ZERO) * limit_price(order) * (1 + order.fee_rate)
