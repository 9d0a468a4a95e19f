"""Account and books of one moment.  In: Exchange, Storage.  Out: Snapshot, or None while everything moves.

The venue has no call that shows balances and orders together. So balances are read before and after the open orders,
and our fills before and after them all: where none of the three changed meanwhile, they belong together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.ledger.differences import Account, Books
from trader.model.difference import Agreed
from trader.model.order import Order, VenueOrder
from trader.model.portfolio import Balance
from trader.ports import Exchange, Records, Storage

ATTEMPTS = 4

_KEY = "agreed_account"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """`strays` are orders of ours that the books call over and the venue shows as open."""

    account: Account
    books: Books
    agreed: Agreed | None
    strays: tuple[Order, ...] = ()


async def take_snapshot(exchange: Exchange, storage: Storage) -> Snapshot | None:
    """VenueError, StorageFailed. None: something moved during each of the attempts."""
    for _ in range(ATTEMPTS):
        mark = await storage.read(lambda records: records.fills.mark())
        before = _totals(await exchange.balances())
        orders = await exchange.open_orders()
        balances = await exchange.balances()
        if _totals(balances) != before:
            continue
        account = Account(balances, orders)
        snapshot = await storage.read(lambda records, seen=account: read_books(records, seen))  # type: ignore[misc]
        if snapshot.books.mark == mark:
            return snapshot
    return None


def _totals(balances: dict[str, Balance]) -> dict[str, Decimal]:
    """Orders placed and taken off move money between free and locked; only trades and transfers change these."""
    return {name: row.total for name, row in balances.items() if row.total}


def read_books(records: Records, account: Account) -> Snapshot:
    agreed = read_agreed(records)
    known = {order.venue_id: _ours(records, order) for order in account.orders}
    ours = {venue_id: order for venue_id, order in known.items() if order is not None}
    books = Books(
        positions=records.positions.open(),
        unfinished=records.orders.unfinished(),
        fills=records.fills.booked_after(agreed.mark) if agreed else (),
        mark=records.fills.mark(),
        ours=frozenset(ours),
        reported=records.differences.reported(known.keys() - ours.keys()),
        open=records.differences.open(),
    )
    return Snapshot(account, books, agreed, tuple(order for order in ours.values() if order.state.final))


def _ours(records: Records, order: VenueOrder) -> Order | None:
    named = records.orders.get(order.client_order_id) if order.client_order_id else None
    return named or records.orders.by_venue_id(order.venue_id)


def read_agreed(records: Records) -> Agreed | None:
    """What was last agreed; None before the first look."""
    row = records.notes.get(_KEY)
    if row is None:
        return None
    return Agreed(
        at=datetime.fromisoformat(row["at"]),
        krw=Decimal(row["krw"]),
        mark=int(row["mark"]),
        outside={name: Decimal(text) for name, text in row["outside"].items()},
        rounding=Decimal(row["rounding"]),
    )


def write_agreed(records: Records, agreed: Agreed) -> None:
    row = {
        "at": agreed.at.isoformat(),
        "krw": f"{agreed.krw:f}",
        "mark": agreed.mark,
        "outside": {name: f"{amount:f}" for name, amount in agreed.outside.items()},
        "rounding": f"{agreed.rounding:f}",
    }
    records.notes.put(_KEY, row)


def same(one: Agreed | None, other: Agreed | None) -> bool:
    """Nothing but the time of looking differs."""
    if one is None or other is None:
        return one is other
    return _figures(one) == _figures(other)


def _figures(agreed: Agreed) -> Sequence[object]:
    return (agreed.krw, agreed.mark, agreed.outside, agreed.rounding)
