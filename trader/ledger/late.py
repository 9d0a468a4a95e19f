"""Books what the venue did even where our books had no room for it.  In: Records, Order, Fills.  Out: BookedFills.

A sale that was given up, surfaces late and finds its coins sold again, or taken out by a person, has sold coins of the
person's own. It is a fact all the same: those coins are taken in at the price they fetched, and sold with the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import localcontext

from trader.ledger.accounting import EXACT
from trader.ledger.books import NO_EXITS, BookedFills, book
from trader.ledger.corrections import take_in
from trader.model.order import ZERO, Fill, Order, Side
from trader.ports import Records


def book_fact(records: Records, order: Order, fills: Sequence[Fill], now: datetime) -> BookedFills:
    """As `book`, and never refused; `taken_in` says how much of a sale the books did not hold. `fills` are new."""
    if order.side is Side.BUY or not fills:
        return book(records, order, fills, now)
    position = records.positions.open_for(order.market)
    with localcontext(EXACT):
        missing = sum((fill.quantity for fill in fills), ZERO) - (position.quantity if position else ZERO)
    if missing <= 0:
        return book(records, order, fills, now)
    last = max(fills, key=lambda fill: fill.at)
    name = f"c-{last.fill_id}"
    take_in(records, order.market, missing, last.price, NO_EXITS, name, order.owner, now)
    return replace(book(records, order, fills, now), before=position, taken_in=missing)
