"""The portfolio as the risk gate wants it, from rows and the venue's balances.  In: Records.  Out: Portfolio."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

from trader.ledger.valuation import day_use, total
from trader.model.difference import Difference, DifferenceKind
from trader.model.events import TicketState
from trader.model.market import Market
from trader.model.order import ZERO, Order, OrderState, Origin, Side
from trader.model.portfolio import Balance, Decline, Portfolio, Position, TradingState
from trader.model.ticket import Ticket
from trader.ports import Records
from trader.state import resumed_at

CASH = "KRW"

RECENT_EXITS = 200
"""Closings looked through for cool-downs and losing stops."""

STOPS = frozenset({"stop", "trail", "breakeven"})
"""Reasons of the guard's that count as a stop; a strategy's own end in `_stop`."""

NOT_LOCKED_YET = frozenset({OrderState.NEW, OrderState.SENT, OrderState.UNKNOWN})
"""States in which the venue may not have taken an order's money out of the free balance yet."""


def load_portfolio(
    records: Records,
    balances: Mapping[str, Balance],
    bids: Mapping[Market, Decimal],
    state: TradingState,
    now: datetime,
) -> Portfolio:
    """Cash as the venue tells it, the rest from rows. `free` excludes what open orders lock already (P6): what the
    venue has locked is not subtracted again. Positions are valued by `bids`."""
    unfinished = records.orders.unfinished()
    positions = {position.market: position for position in records.positions.open()}
    closed = records.positions.recent_closed(RECENT_EXITS)
    selling = open_sales(unfinished)
    return Portfolio(
        state=state,
        cash=balances.get(CASH, Balance(CASH, ZERO, ZERO)),
        positions=positions,
        bids=dict(bids),
        pending=frozenset(order.market for order in unfinished),
        unresolved=frozenset(order.market for order in unfinished if order.state is OrderState.UNKNOWN),
        pending_notional=pending_notional(unfinished),
        selling=selling,
        sold=just_sold(positions, balances, selling),
        buying=total(_open_notional(order) for order in unfinished if order.side is Side.BUY),
        last_exit=last_exits(closed),
        losing_stops=losing_stops(closed, resumed_at(records)),
        today=day_use(records, now),
        disputed=disputed(records.differences.open()),
    )


def just_sold(
    positions: Mapping[Market, Position], balances: Mapping[str, Balance], selling: Mapping[Market, Decimal]
) -> dict[Market, Decimal]:
    """Base that the venue holds less of than the books, where a sale of ours is under way and explains it.

    Cash comes from the venue and positions from rows: between a sale's fill and its booking the same money would be
    seen twice."""
    sold: dict[Market, Decimal] = {}
    for market, left in selling.items():
        position, balance = positions.get(market), balances.get(market.base)
        missing = (position.quantity if position else ZERO) - (balance.total if balance else ZERO)
        sold[market] = min(max(missing, ZERO), left)
    return sold


def disputed(differences: Iterable[Difference]) -> frozenset[Market]:
    """Markets of whose coins the venue holds less than our positions, and nobody has said why."""
    short = (d for d in differences if d.kind is DifferenceKind.SHORT)
    return frozenset(difference.market for difference in short if difference.market is not None)


def pending_notional(unfinished: Iterable[Order]) -> Decimal:
    """KRW of buys that the venue may not have locked yet."""
    return sum((_open_notional(o) for o in unfinished if o.side is Side.BUY and o.state in NOT_LOCKED_YET), ZERO)


def _open_notional(order: Order) -> Decimal:
    whole = order.notional
    if whole is None:
        whole = (order.price or order.decision_price) * (order.quantity or ZERO)
    return max(whole - order.executed_funds, ZERO)


def open_sales(unfinished: Iterable[Order]) -> dict[Market, Decimal]:
    """Base quantity that unfinished sales may still take, by market."""
    selling: dict[Market, Decimal] = {}
    for order in unfinished:
        if order.side is Side.SELL and order.quantity is not None:
            left = order.quantity - order.executed_quantity
            selling[order.market] = selling.get(order.market, ZERO) + left
    return selling


def last_exits(closed: Sequence[Position]) -> dict[Market, datetime]:
    """When a position of each market was last closed, as far as these closings (newest first) tell."""
    exits: dict[Market, datetime] = {}
    for position in closed:
        if position.closed_at is not None:
            exits.setdefault(position.market, position.closed_at)
    return exits


def stored_declines(records: Records, now: datetime, seconds: int) -> dict[tuple[str, Market, Side], Decline]:
    """`last_declines` of so long ago at most; 0 looks for none."""
    return last_declines(records.tickets.answered_since(now - timedelta(seconds=seconds))) if seconds else {}


def last_declines(answered: Iterable[Ticket]) -> dict[tuple[str, Market, Side], Decline]:
    """Wishes of strategies whose newest answer was a no or none at all, by owner, market and side.

    `answered` is in the order of the answers. One asked anew is no answer; nor is it a no when people were told that it
    goes on by itself and something else (the price, a limit) stood against it."""
    declines: dict[tuple[str, Market, Side], Decline] = {}
    for ticket in answered:
        intent = ticket.cleared.intent
        if intent.origin is not Origin.STRATEGY or ticket.state is TicketState.REPLACED:
            continue
        key, unanswered = (intent.owner, intent.market, intent.side), ticket.state is TicketState.EXPIRED
        ended = ticket.expires_at if unanswered else ticket.answered_at
        if ended is None or ticket.state is TicketState.APPROVED or (unanswered and ticket.silence_allows):
            declines.pop(key, None)
        else:
            declines[key] = Decline(ended, unanswered)
    return declines


def stored_stops(records: Records) -> tuple[datetime, ...]:
    """`losing_stops` as the rows tell them now."""
    return losing_stops(records.positions.recent_closed(RECENT_EXITS), resumed_at(records))


def losing_stops(closed: Sequence[Position], since: datetime | None) -> tuple[datetime, ...]:
    """When the newest positions were closed by a stop at a loss, without any other closing in between; oldest first.
    `closed` is newest first; nothing before `since` counts."""
    moments: list[datetime] = []
    for position in closed:
        stopped = position.exit_reason in STOPS or position.exit_reason.endswith("_stop")
        if position.closed_at is None or not stopped or position.realised_pnl >= 0:
            break
        if since is not None and position.closed_at <= since:
            break
        moments.append(position.closed_at)
    return tuple(reversed(moments))
