"""Our books against the exchange's own account, order by order and fill by fill, to the last digit.

In: the rows of the books (`read_books`) and `GET /sandbox/state`. Out: defects, each a kind and a sentence. Nothing
else of the product is used: sums are made again from the rows, and the guard's levels from what the orders asked for.
The crash machine of the tests compares with it, too."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Context, Decimal, localcontext
from pathlib import Path
from typing import Any

ZERO = Decimal(0)
EXACT = Context(prec=100)
Row = Mapping[str, Any]

FINAL = frozenset({"done", "cancelled", "rejected", "expired"})
NEVER_THERE = frozenset({"rejected", "expired"})
"""States that say: the exchange never had this order."""


@dataclass(frozen=True, slots=True)
class Defect:
    """`kind` is one of `KINDS`; `text` says which order, fill or position, and the two figures."""

    kind: str
    text: str


KINDS = (
    "order unknown to us",
    "order twice",
    "order that never was",
    "order in a wrong state",
    "order with wrong figures",
    "order unresolved",
    "order left open",
    "fill lost",
    "fill too many",
    "fill with wrong figures",
    "cash differs",
    "coins differ",
    "position differs",
    "result differs",
    "position without guard",
    "guard with wrong levels",
    "difference that is none",
    "books damaged",
    "service failed",
)


@dataclass(frozen=True, slots=True)
class Books:
    """Rows by column name, figures as text. `differences` are what the service believes somebody else has done."""

    orders: Sequence[Row]
    fills: Sequence[Row]
    positions: Sequence[Row]
    guards: Sequence[Row]
    differences: Sequence[Row] = ()

    @property
    def unfinished(self) -> list[Row]:
        return [order for order in self.orders if order["state"] not in FINAL]


def read_books(file: Path) -> Books:
    """Read-only, so that a crash's traces are left to the service. No file or table yet: empty."""
    if not file.exists():
        return Books((), (), (), ())
    with _opened(file) as books:
        made = {row["name"] for row in _rows(books, "SELECT name FROM sqlite_master WHERE type = 'table'")}
        tables = (table.name for table in fields(Books))
        return Books(*(_rows(books, f"SELECT * FROM {name}") if name in made else () for name in tables))


def check_whole(file: Path) -> list[Defect]:
    """SQLite's own check of the whole file."""
    with _opened(file) as books:
        found = [str(row["integrity_check"]) for row in _rows(books, "PRAGMA integrity_check")]
    return [] if found == ["ok"] else [Defect("books damaged", "; ".join(found[:5]))]


class _opened:
    """A connection that is closed at the end (sqlite3's own context only ends the transaction)."""

    def __init__(self, file: Path) -> None:
        self._books = sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=5)
        self._books.row_factory = sqlite3.Row

    def __enter__(self) -> sqlite3.Connection:
        return self._books

    def __exit__(self, *error: object) -> None:
        self._books.close()


def _rows(books: sqlite3.Connection, query: str) -> list[Row]:
    return [dict(row) for row in books.execute(query)]


def check_intents(books: Books, state: Row) -> list[Defect]:
    """What must hold at any moment: the exchange has no order whose intent was not written down before."""
    known = {order["client_order_id"] for order in books.orders}
    strange = [order for order in state["orders"] if order.get("identifier") not in known]
    return [Defect("order unknown to us", f"{o['uuid']} {o['market']} {o.get('identifier')}") for o in strange]


def compare(books: Books, state: Row, cash: Decimal) -> list[Defect]:
    """Everything, after a clean end with nothing under way. `cash` is the KRW the account began with."""
    with localcontext(EXACT):
        return [
            *check_intents(books, state),
            *_orders(books, state),
            *_fills(books, state),
            *_account(books, state, cash),
            *_positions(books),
            *_guards(books),
            *_differences(books),
        ]


def _orders(books: Books, state: Row) -> Iterable[Defect]:
    there = {order["identifier"]: order for order in state["orders"] if order.get("identifier")}
    reached = Counter(order["intent_id"] for order in books.orders if order["client_order_id"] in there)
    for intent, count in reached.items():
        if count > 1:
            yield Defect("order twice", f"intent {intent} has {count} orders at the exchange")
    for order in books.orders:
        name = f"{order['client_order_id']} {order['market']} {order['state']}"
        if order["state"] not in FINAL:
            yield Defect("order unresolved", name)
        venue = there.get(order["client_order_id"])
        if venue is None:
            if order["state"] not in NEVER_THERE or Decimal(order["executed_quantity"]):
                yield Defect("order that never was", name)
            continue
        yield from _order(order, venue, name)


def _order(order: Row, venue: Row, name: str) -> Iterable[Defect]:
    if venue["state"] == "wait":
        yield Defect("order left open", name)
    if order["state"] in NEVER_THERE:
        yield Defect("order in a wrong state", f"{name}, at the exchange {venue['state']}")
    by_sum = venue["volume"] is None
    full = Decimal(venue["executed_volume"]) > 0 if by_sum else venue["executed_volume"] == venue["volume"]
    if order["state"] in ("done", "cancelled") and (order["state"] == "done") != full:
        yield Defect("order in a wrong state", f"{name}, executed {venue['executed_volume']} of {venue['volume']}")
    figures = {
        "executed_quantity": Decimal(venue["executed_volume"]),
        "executed_funds": sum((Decimal(trade["funds"]) for trade in venue["trades"]), ZERO),
        "paid_fee": Decimal(venue["paid_fee"]),
    }
    for key, value in figures.items():
        if Decimal(order[key]) != value:
            yield Defect("order with wrong figures", f"{name}: {key} {order[key]}, at the exchange {value}")
    words = {"market": venue["market"], "side": "buy" if venue["side"] == "bid" else "sell", "venue_id": venue["uuid"]}
    for key, word in words.items():
        if order[key] != word:
            yield Defect("order with wrong figures", f"{name}: {key} {order[key]}, at the exchange {word}")


def _fills(books: Books, state: Row) -> Iterable[Defect]:
    there = {trade["uuid"]: (order, trade) for order in state["orders"] for trade in order["trades"]}
    ours = {fill["fill_id"]: fill for fill in books.fills}
    if len(ours) != len(books.fills):
        yield Defect("fill too many", f"{len(books.fills) - len(ours)} fill ids stand twice in the books")
    for fill_id in there.keys() - ours.keys():
        order, trade = there[fill_id]
        yield Defect("fill lost", f"{fill_id} {order['market']} {trade['volume']} of {order.get('identifier')}")
    for fill_id in ours.keys() - there.keys():
        yield Defect("fill too many", f"{fill_id} of {ours[fill_id]['client_order_id']}")
    fees: dict[str, Decimal] = defaultdict(Decimal)
    for fill_id in ours.keys() & there.keys():
        fill, (order, trade) = ours[fill_id], there[fill_id]
        fees[fill["client_order_id"]] += Decimal(fill["fee"])
        pairs = {"price": "price", "quantity": "volume", "funds": "funds"}
        same = all(Decimal(fill[own]) == Decimal(trade[other]) for own, other in pairs.items())
        if not same or fill["client_order_id"] != order.get("identifier") or fill["market"] != order["market"]:
            yield Defect("fill with wrong figures", f"{dict(fill)}, at the exchange {trade}")
        if Decimal(fill["fee"]) < 0:
            yield Defect("fill with wrong figures", f"{fill_id}: a fee of {fill['fee']}")
    for order in state["orders"]:
        if Decimal(order["paid_fee"]) != fees.get(order.get("identifier") or "", ZERO):
            yield Defect("fill with wrong figures", f"fees of {order.get('identifier')} do not add up")


def _account(books: Books, state: Row, cash: Decimal) -> Iterable[Defect]:
    """Cash and coins worked out from our fills alone; open positions must be exactly the coins."""
    coins: dict[str, Decimal] = defaultdict(Decimal)
    for fill in books.fills:
        quantity, funds, fee = (Decimal(fill[key]) for key in ("quantity", "funds", "fee"))
        base = fill["market"].partition("-")[2]
        buying = fill["side"] == "buy"
        coins[base] += quantity if buying else -quantity
        cash += -(funds + fee) if buying else funds - fee
    balances = {row["currency"]: Decimal(row["balance"]) + Decimal(row["locked"]) for row in state["balances"]}
    krw = balances.pop("KRW", ZERO)
    if krw != cash:
        yield Defect("cash differs", f"books {cash}, exchange {krw}")
    for base in coins.keys() | balances.keys():
        if coins[base] != balances.get(base, ZERO):
            yield Defect("coins differ", f"{base}: books {coins[base]}, exchange {balances.get(base, ZERO)}")
    held: dict[str, Decimal] = defaultdict(Decimal)
    for position in books.positions:
        if position["closed_at"] is None:
            held[position["market"].partition("-")[2]] += Decimal(position["quantity"])
        elif Decimal(position["quantity"]):
            yield Defect("position differs", f"{position['position_id']} is closed and holds {position['quantity']}")
    for base in coins.keys() | held.keys():
        if coins[base] != held[base]:
            yield Defect("position differs", f"{base}: position {held[base]}, fills {coins[base]}")


def _positions(books: Books) -> Iterable[Defect]:
    """Money is conserved: what all positions won, less what the open ones cost, is what the fills brought."""
    brought = ZERO
    for fill in books.fills:
        funds, fee = Decimal(fill["funds"]), Decimal(fill["fee"])
        brought += funds - fee if fill["side"] == "sell" else -(funds + fee)
    won = sum((Decimal(p["realised_pnl"]) - Decimal(p["cost"]) for p in books.positions), ZERO)
    if won != brought:
        yield Defect("position differs", f"results less costs {won}, fills {brought}")
    fees = sum((Decimal(p["fees"]) for p in books.positions), ZERO)
    paid = sum((Decimal(fill["fee"]) for fill in books.fills), ZERO)
    if fees != paid:
        yield Defect("position differs", f"fees of positions {fees}, of fills {paid}")


def _guards(books: Books) -> Iterable[Defect]:
    """Every open position has the levels its entries asked for: the tightest of them, the take profit in between."""
    rows = {row["position_id"]: row for row in books.guards}
    orders = {order["client_order_id"]: order for order in books.orders}
    is_open = {p["position_id"]: p for p in books.positions if p["closed_at"] is None}
    for stray in rows.keys() - is_open.keys():
        yield Defect("guard with wrong levels", f"{stray} guards a position that is not open")
    for position_id, position in is_open.items():
        row = rows.get(position_id)
        if row is None:
            yield Defect("position without guard", f"{position_id} {position['market']}")
            continue
        entries = [fill for fill in _fills_of(position, books.fills) if fill["side"] == "buy"]
        asked = [orders[fill["client_order_id"]] for fill in entries if fill["client_order_id"] in orders]
        for level, wanted in _wanted(asked).items():
            if not _is(row[level], wanted):
                yield Defect("guard with wrong levels", f"{position_id}: {level} {row[level]}, asked for {wanted}")
        top = max((Decimal(fill["price"]) for fill in entries), default=ZERO)
        if Decimal(row["high"]) < top:
            yield Defect("guard with wrong levels", f"{position_id}: high {row['high']} below an entry at {top}")


def _differences(books: Books) -> Iterable[Defect]:
    """Nobody but us has touched the account: a crash must not look like a person's trade or a withdrawal."""
    for row in books.differences:
        yield Defect("difference that is none", " ".join(f"{key}={value}" for key, value in row.items() if value))


def _fills_of(position: Row, fills: Sequence[Row]) -> list[Row]:
    """Those since the market was last flat, in the order they were booked."""
    own: list[Row] = []
    held = ZERO
    for fill in sorted((f for f in fills if f["market"] == position["market"]), key=lambda f: f["id"]):
        own.append(fill)
        held += Decimal(fill["quantity"]) if fill["side"] == "buy" else -Decimal(fill["quantity"])
        if not held:
            own = []
    return own


def _wanted(asked: Sequence[Row]) -> dict[str, tuple[Decimal, Decimal] | None]:
    """(lowest, highest) value each level may have; None = the level must not be there. A stop that moved to break even
    stands higher than anybody asked for."""
    stop = _extreme(asked, "exit_stop", max)
    moves = any(order.get("exit_breakeven_gain") is not None for order in asked)
    return {
        "stop": (stop[0], Decimal("Infinity")) if stop and moves else stop,
        "trail": _extreme(asked, "exit_trail", min),
        "max_hold_seconds": _extreme(asked, "exit_max_hold_seconds", min),
        "take": _between(asked, "exit_take"),
    }


def _extreme(asked: Sequence[Row], key: str, choose: Any) -> tuple[Decimal, Decimal] | None:
    values = [Decimal(order[key]) for order in asked if order[key] is not None]
    return (choose(values), choose(values)) if values else None


def _between(asked: Sequence[Row], key: str) -> tuple[Decimal, Decimal] | None:
    values = [Decimal(order[key]) for order in asked if order[key] is not None]
    return (min(values), max(values)) if values else None


def _is(value: Any, wanted: tuple[Decimal, Decimal] | None) -> bool:
    if wanted is None or value is None:
        return (wanted is None) == (value is None)
    return wanted[0] <= Decimal(value) <= wanted[1]
