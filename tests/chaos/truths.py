"""What must hold at every moment, whatever has happened: our rows against the venue's own books.

`always` is about what our rows say now, `at_rest` about when nothing is on its way any more. Every equation is exact.
A failure is an AssertionError that names the order, position or currency."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, localcontext

from tests.chaos.unruly_venue import UnrulyVenue
from tests.examples import NOON, D
from trader.execution.lifecycle import OWN_COINS_SOLD
from trader.ledger.accounting import EXACT, cash_after
from trader.ledger.valuation import realised_since
from trader.model.difference import Agreed, Correction, Difference, DifferenceKind
from trader.model.events import Event, EventKind
from trader.model.market import Market
from trader.model.order import Fill, Order, OrderState, Origin, Side
from trader.model.portfolio import Balance, GuardLevels, Portfolio, Position
from trader.ports import Records, SpareBook
from trader.reconcile.reading import read_agreed

ZERO = D(0)
MANY = 100_000

S = OrderState
NEXT: dict[OrderState, frozenset[OrderState]] = {
    S.NEW: frozenset({S.SENT, S.ACCEPTED, S.UNKNOWN, S.PARTIAL, S.DONE, S.CANCELLED, S.REJECTED, S.EXPIRED}),
    S.SENT: frozenset({S.ACCEPTED, S.UNKNOWN, S.REJECTED}),
    S.UNKNOWN: frozenset({S.ACCEPTED, S.PARTIAL, S.DONE, S.CANCELLED, S.EXPIRED}),
    S.ACCEPTED: frozenset({S.PARTIAL, S.DONE, S.CANCELLED}),
    S.PARTIAL: frozenset({S.DONE, S.CANCELLED}),
    S.EXPIRED: frozenset({S.EXPIRED, S.ACCEPTED, S.PARTIAL, S.DONE, S.CANCELLED}),
    S.DONE: frozenset(),
    S.CANCELLED: frozenset(),
    S.REJECTED: frozenset(),
}
"""The allowed life of an order. That it was sent is written with what came of it, or never, when a look at the venue
comes first. One that was given up (EXPIRED) may surface after all, and only such a one."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Everything our memory says of one moment."""

    orders: list[Order]
    histories: dict[str, list[str]]
    fills: list[Fill]
    open: list[Position]
    closed: list[Position]
    guards: list[GuardLevels]
    corrections: list[Correction]
    differences: list[Difference]
    events: list[Event]
    agreed: Agreed | None
    realised: Decimal

    @property
    def positions(self) -> list[Position]:
        return [*self.open, *self.closed]

    def held(self, market: Market) -> Decimal:
        return total(p.quantity for p in self.open if p.market == market)


def total(parts: Iterable[Decimal]) -> Decimal:
    with localcontext(EXACT):
        return sum(parts, ZERO)


def read_rows(records: Records) -> Rows:
    orders = records.orders.since(NOON - timedelta(days=1))
    return Rows(
        orders,
        {o.client_order_id: [state for _, state, _ in records.orders.history(o.client_order_id)] for o in orders},
        records.fills.all(),
        records.positions.open(),
        records.positions.recent_closed(MANY),
        records.guards.all(),
        records.corrections.all(),
        records.differences.recent(MANY),
        records.events.since(NOON - timedelta(days=1)),
        read_agreed(records),
        total(step.pnl for step in realised_since(records, NOON - timedelta(days=1))),
    )


# ---------------------------------------------------------------- always


def always(rows: Rows, venue: UnrulyVenue, start: Decimal, spare: SpareBook) -> None:
    _the_venue_is_right(venue, start)
    _each_order_was_written_first_and_sent_once(rows, venue, spare)
    _each_order_lives_as_allowed(rows)
    _each_fill_is_the_venues_and_booked_once(rows, venue)
    _coins_are_bought_less_sold(rows)
    _results_add_up(rows, start)
    _guards_stand_over_what_is_open(rows)
    _people_hear_of_every_fill_once(rows)


def _the_venue_is_right(venue: UnrulyVenue, start: Decimal) -> None:
    """Or nothing can be held against it: nobody ever owes it anything."""
    for currency in venue.totals:
        assert venue.free(currency) >= 0, currency
    with localcontext(EXACT):
        cash = start + venue.outside.get("KRW", ZERO)
        for order in venue.orders.values():
            funds = total(fill.funds for fill in order.fills)
            cash += (funds if order.side is Side.SELL else -funds) - order.paid_fee
    assert cash == venue.totals["KRW"]


def _each_order_was_written_first_and_sent_once(rows: Rows, venue: UnrulyVenue, spare: SpareBook) -> None:
    """Into the books, or beside them: then it protects."""
    sent = Counter(request.client_order_id for request in venue.requests)
    assert not [name for name, times in sent.items() if times > 1], "sent twice"
    known = {order.client_order_id for order in rows.orders}
    apart = {entry.client_order_id: entry for entry in spare.entries() if isinstance(entry, Order)}
    assert all(order.origin in (Origin.GUARD, Origin.PANIC) for order in apart.values())
    assert not sent.keys() - known - apart.keys(), "sent without a row"
    assert len(known) == len(rows.orders)


def _each_order_lives_as_allowed(rows: Rows) -> None:
    for name, history in rows.histories.items():
        assert history[0] == S.NEW, (name, history)
        for before, after in itertools.pairwise(history):
            assert S(after) in NEXT[S(before)] or (before == after and not S(before).final), (name, history)


def _each_fill_is_the_venues_and_booked_once(rows: Rows, venue: UnrulyVenue) -> None:
    assert len({fill.fill_id for fill in rows.fills}) == len(rows.fills), "a fill booked twice"
    booked: dict[str, list[Fill]] = {}
    for fill in rows.fills:
        booked.setdefault(fill.client_order_id, []).append(fill)
    for order in rows.orders:
        ours, theirs = booked.pop(order.client_order_id, []), venue.orders.get(order.client_order_id)
        assert order.executed_quantity == total(f.quantity for f in ours), order
        assert order.executed_funds == total(f.funds for f in ours), order
        assert order.paid_fee == total(f.fee for f in ours), order
        if theirs is None:
            assert not ours, order
            continue
        there = {f.fill_id: (f.price, f.quantity, f.funds) for f in theirs.fills}
        assert all(there[f.fill_id] == (f.price, f.quantity, f.funds) for f in ours), order
        assert all(f.fee >= 0 for f in ours), order
        assert order.paid_fee <= theirs.paid_fee, order
        if len(ours) == len(there):
            assert order.paid_fee == theirs.paid_fee, order
        if order.state in (S.DONE, S.CANCELLED):
            assert not theirs.open, order
            assert len(ours) == len(there), order
        assert order.state is not S.REJECTED, f"exists at the venue: {order}"
    assert not booked, "fills of unknown orders"


def _coins_are_bought_less_sold(rows: Rows) -> None:
    for position in rows.positions:
        assert position.quantity >= 0, position
        assert position.cost >= 0, position
        assert (position.quantity == 0) == (not position.open), position
    assert len({p.market for p in rows.open}) == len(rows.open), "two positions in one market"
    for market in {fill.market for fill in rows.fills} | {c.market for c in rows.corrections}:
        with localcontext(EXACT):
            traded = total(f.quantity if f.side is Side.BUY else -f.quantity for f in rows.fills if f.market == market)
            moved = total(c.quantity for c in rows.corrections if c.market == market)
            assert rows.held(market) == traded + moved, market


def _results_add_up(rows: Rows, start: Decimal) -> None:
    """What sales won = money now − money at first + what is still held at cost − what was taken in or out at cost."""
    with localcontext(EXACT):
        realised = total(p.realised_pnl for p in rows.positions)
        cost = total(p.cost for p in rows.open) - total(c.cost for c in rows.corrections)
        assert realised == cash_after(rows.fills, start) - start + cost
        assert rows.realised == realised, "position by position and sale by sale"
        assert total(p.fees for p in rows.positions) == total(f.fee for f in rows.fills)


def _guards_stand_over_what_is_open(rows: Rows) -> None:
    assert sorted(row.position_id for row in rows.guards) == sorted(p.position_id for p in rows.open)


def _people_hear_of_every_fill_once(rows: Rows) -> None:
    told: dict[str, list[Decimal]] = {}
    for event in rows.events:
        if event.kind is EventKind.FILL:
            told.setdefault(event.data["client_order_id"], []).append(D(event.data["quantity"]))
    assert {name: total(parts) for name, parts in told.items()} == {
        order.client_order_id: order.executed_quantity for order in rows.orders if order.executed_quantity
    }
    faults = [event.data for event in rows.events if event.kind is EventKind.ERROR]
    assert not [d for d in faults if d["where"] == "order" and d["cause"] != OWN_COINS_SOLD], faults


# ---------------------------------------------------------------- at rest


def at_rest(rows: Rows, venue: UnrulyVenue, start: Decimal, portfolio: Portfolio) -> None:
    """Nothing is on its way: every order is known to its end, and both accounts are one."""
    _orders_are_known(rows, venue)
    assert rows.agreed is not None
    short = False
    with localcontext(EXACT):
        outside = total(d.change for d in rows.differences if d.kind is DifferenceKind.CASH)
        ours = cash_after(rows.fills, start)
        assert ours + venue.outside.get("KRW", ZERO) == venue.totals["KRW"]
        assert ours + outside + rows.agreed.rounding == venue.totals["KRW"] == rows.agreed.krw
        for market in venue.prices:
            theirs = venue.totals.get(market.base, ZERO)
            assert rows.held(market) + rows.agreed.outside.get(market.base, ZERO) == theirs, market
            traded = total(f.quantity if f.side is Side.BUY else -f.quantity for f in rows.fills if f.market == market)
            assert traded + venue.outside.get(market.base, ZERO) == theirs, market
            short = short or rows.held(market) > theirs
        bids = {market: prices[0] for market, prices in venue.prices.items()}
        equity = venue.totals["KRW"] + total(p.quantity * bids[p.market] for p in rows.open)
        gain = total(
            [*(p.realised_pnl for p in rows.positions), *(p.unrealised_pnl(bids[p.market]) for p in rows.open)]
        )
        brought = venue.outside.get("KRW", ZERO) + total(c.cost for c in rows.corrections)
        assert gain == equity - start - brought, "won = worth now − worth at first − what others brought"
    if not short:  # missing coins may be those that a sale under way is selling: they are not counted as worth
        assert portfolio.equity == equity
        assert portfolio.cash == Balance("KRW", venue.free("KRW"), venue.locked("KRW"))


def _orders_are_known(rows: Rows, venue: UnrulyVenue) -> None:
    for order in rows.orders:
        theirs = venue.orders.get(order.client_order_id)
        if theirs is None:
            assert order.state in (S.REJECTED, S.EXPIRED), f"never came to be: {order}"
        else:
            assert order.executed_quantity == theirs.executed_quantity, order
            assert order.state.final == (not theirs.open), order
            assert order.state is not S.EXPIRED, f"exists at the venue: {order}"
