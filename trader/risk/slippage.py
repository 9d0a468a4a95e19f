"""What an order would cost against the order book.  In: OrderBook.  Out: 1/10,000 of the best price.  Pure (S6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from trader.model.market import Level, OrderBook
from trader.model.order import ZERO

BPS = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Walk:
    """`slippage_bps`: mean price against the best one, positive = worse for us, over what the book can take.
    `available` is what the shown levels hold in all: KRW for a buy, base for a sale; `enough` if that covers it."""

    slippage_bps: Decimal
    available: Decimal
    enough: bool


def walk_buy(book: OrderBook, notional: Decimal) -> Walk:
    """Take asks, best first, until `notional` KRW is spent."""
    spent = bought = ZERO
    for level in book.asks:
        take = min(level.price * level.size, notional - spent)
        spent += take
        bought += take / level.price
        if spent >= notional:
            break
    available = sum((level.price * level.size for level in book.asks), ZERO)
    return Walk(_bps(book.asks, spent, bought), available, available >= notional)


def walk_sell(book: OrderBook, quantity: Decimal) -> Walk:
    """Meet bids, best first, until `quantity` is sold."""
    sold = earned = ZERO
    for level in book.bids:
        take = min(level.size, quantity - sold)
        sold += take
        earned += take * level.price
        if sold >= quantity:
            break
    available = sum((level.size for level in book.bids), ZERO)
    return Walk(-_bps(book.bids, earned, sold), available, available >= quantity)


def _bps(levels: Sequence[Level], funds: Decimal, quantity: Decimal) -> Decimal:
    if not levels or not quantity:
        return ZERO
    return (funds / quantity - levels[0].price) / levels[0].price * BPS
