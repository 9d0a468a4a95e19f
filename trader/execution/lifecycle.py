"""What is written at each step of an order's life. Every function runs inside one transaction.

In: the order in our books and the venue's view of it. Out: the next order, its new fills, and the events."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_DOWN, Context, Decimal, localcontext
from typing import Protocol

from trader.chronicle import Tell
from trader.errors import OrderPending
from trader.model.events import EventKind, Severity
from trader.model.order import ZERO, Fill, Order, OrderState, OrderType, Origin, Side, VenueFill, VenueOrder
from trader.model.plain import plain
from trader.model.portfolio import Position, TradingState
from trader.ports import Records
from trader.state import stored_state

FEE_STEP = Decimal("1e-12")
"""Parts of a fee are cut here, so that they add up without rounding."""

PROTECTING = frozenset({Origin.GUARD, Origin.PANIC})
"""Who sells to protect: such a sale is tried again until the position is gone."""

EXACT = Context(prec=80)
"""Wide enough that sums of funds and fees are never rounded."""


OWN_COINS_SOLD = "own coins sold"
"""Why people are told of an order that sold what the books did not hold."""

_GIVEN_UP = "given_up_orders"
"""The note with the ids of orders that are still looked for."""


class BookedFills(Protocol):
    """What booking changed: the position before and after (None = there was none), and how much of a sale the books
    did not hold."""

    @property
    def before(self) -> Position | None: ...
    @property
    def after(self) -> Position | None: ...
    @property
    def taken_in(self) -> Decimal: ...


class Book(Protocol):
    """Puts new fills of an order into the books (positions, guard levels)."""

    def __call__(self, records: Records, order: Order, fills: Sequence[Fill], now: datetime, /) -> BookedFills: ...


@dataclass(frozen=True, slots=True)
class Absorbed:
    """The order as it stands now, and those of its fills that the books did not know yet."""

    order: Order
    new_fills: tuple[Fill, ...]


def intend(records: Records, order: Order) -> None:
    """The intent, committed before anything is sent. Only what must be there first: this is the way of a stop loss.

    Raises OrderPending when it would collide with another order: there is one writer, so no two can pass this door. One
    that came into the books by way of the spare one stays as it is: this write was slow, the order is on its way."""
    if records.orders.get(order.client_order_id) is not None:
        return
    _check_free(records, order)
    records.orders.add(order)


class Step(Protocol):
    """Writes the next value of an order."""

    def __call__(self, records: Records, tell: Tell, order: Order, /) -> None: ...


def after(sent: Order, step: Step) -> Step:
    """`step`, and before it that the order was sent, with its time: written together with what came of it, because a
    write of its own would stand between a stop loss and the venue."""

    def both(records: Records, tell: Tell, order: Order) -> None:
        records.orders.save(sent)
        step(records, tell, order)

    return both


def accept(records: Records, tell: Tell, order: Order) -> None:
    """The venue has taken it."""
    records.orders.save(order)
    data = {
        "client_order_id": order.client_order_id,
        "side": order.side.value,
        "order_type": order.order_type.value,
        "notional": plain(order.notional),
        "quantity": plain(order.quantity),
        "price": plain(order.price),
        "owner": order.owner,
        "reason": order.reason,
    }
    tell(EventKind.ORDER, market=order.market, thread=order.thread_id, data=data)


def doubt(records: Records, tell: Tell, order: Order) -> None:
    """The answer was lost: it may exist or not."""
    records.orders.save(order)
    data = {"client_order_id": order.client_order_id, "side": order.side.value, "note": order.note}
    tell(EventKind.ORDER_UNKNOWN, market=order.market, thread=order.thread_id, severity=Severity.CRITICAL, data=data)


def resolve(records: Records, tell: Tell, order: Order) -> None:
    """It is known what became of an order in doubt."""
    records.orders.save(order)
    _tell_resolved(tell, order)


def give_up(records: Records, tell: Tell, order: Order) -> None:
    """It never appeared, for now: over in the books, and on the list of those that are looked for."""
    resolve(records, tell, order)
    records.notes.put(_GIVEN_UP, [*(records.notes.get(_GIVEN_UP) or ()), order.client_order_id])


def given_up(records: Records) -> list[Order]:
    """Orders that were given up and may still surface, oldest first."""
    listed = [records.orders.get(name) for name in dict.fromkeys(records.notes.get(_GIVEN_UP) or ())]
    return [order for order in listed if order is not None and order.state is OrderState.EXPIRED]


def forget(records: Records, gone: Collection[str]) -> None:
    """These have been looked for long enough; those that surfaced leave the list as well."""
    records.notes.put(_GIVEN_UP, [o.client_order_id for o in given_up(records) if o.client_order_id not in gone])


def _check_free(records: Records, order: Order) -> None:
    if order.side is Side.BUY and stored_state(records) is not TradingState.ACTIVE:
        raise OrderPending(f"{order.market}: buying has been locked in the meantime")
    others = [other for other in records.orders.unfinished() if other.market == order.market]
    if order.side is Side.BUY:
        if others and order.origin is not Origin.PERSON:
            raise OrderPending(f"{order.market} has an order under way")
        return
    position = records.positions.open_for(order.market)
    held = position.quantity if position else ZERO
    selling = sum((o.quantity - o.executed_quantity for o in others if o.side is Side.SELL and o.quantity), ZERO)
    check_held(order, held, selling)


def check_held(order: Order, held: Decimal, selling: Decimal) -> None:
    """Raises OrderPending when a sale is of more than what is `held` and not being sold already."""
    if order.quantity is None or order.quantity + selling > held:
        raise OrderPending(f"{order.market}: {held:f} held, {selling:f} being sold already")


def reject(records: Records, tell: Tell, order: Order, message: str) -> None:
    """The venue refused it, or was never reached. An exit is tried again and again: people are told of the first
    refusal, and of another one when it has another reason (C3)."""
    records.orders.save(order)
    data = {
        "client_order_id": order.client_order_id,
        "side": order.side.value,
        "state": order.state.value,
        "name": order.note,
        "message": message,
        "again": _again(order),
    }
    tell(
        EventKind.ORDER_REJECTED,
        market=order.market,
        thread=order.thread_id,
        severity=Severity.WARNING,
        push=not _refused_before(records, order),
        data=data,
    )


def _refused_before(records: Records, order: Order) -> bool:
    """The same exit of the market was refused for the same reason just before."""
    if order.origin not in PROTECTING:
        return False
    last = next((o for o in records.orders.recent(2, order.market) if o.client_order_id != order.client_order_id), None)
    return last is not None and all(
        getattr(last, name) == getattr(order, name) for name in ("side", "origin", "reason", "state", "note")
    )


def absorb(
    records: Records,
    tell: Tell,
    order: Order,
    venue: VenueOrder,
    now: datetime,
    book: Book,
    *,
    promised: bool = False,
) -> Absorbed:
    """Take over what the venue shows: new fills into the books, the order's next state, the events of both.
    `promised`: a person waits to hear that its cancel has come about.

    Safe to repeat: fills known by their id are not booked again."""
    known = records.fills.of_order(order.client_order_id)
    fills = new_fills(order, venue, known)
    with localcontext(EXACT):
        changed = _next(order, venue, known, fills, now)
    if changed == order and not fills:
        return Absorbed(order, ())
    booked = book(records, changed, fills, now) if fills else None
    records.orders.save(changed)
    if order.state is OrderState.UNKNOWN:
        _tell_resolved(tell, changed)
    if fills:
        _tell_fill(tell, changed, fills)
    if booked and booked.taken_in:
        _tell_taken_in(tell, changed, booked.taken_in)
    if booked and booked.after and not booked.after.open:
        _tell_exit(tell, changed, booked.after)
    if changed.state.final and not order.state.final:
        _tell_end(records, tell, changed, promised)
    return Absorbed(changed, tuple(fills))


def new_fills(order: Order, venue: VenueOrder, known: Sequence[Fill]) -> list[Fill]:
    """Fills not booked yet, each with its part of the fee.

    The venue states the fee per order only; what is not booked yet of `paid_fee` is shared out by funds, the last
    fill taking the exact remainder, so that the sum always equals the venue's."""
    seen = {fill.fill_id for fill in known}
    fresh: list[VenueFill] = [fill for fill in venue.fills if fill.fill_id not in seen]
    with localcontext(EXACT):
        fees = _shares(venue.paid_fee - sum((fill.fee for fill in known), ZERO), [fill.funds for fill in fresh])
    return [
        Fill(
            fill_id=fill.fill_id,
            client_order_id=order.client_order_id,
            market=order.market,
            side=order.side,
            price=fill.price,
            quantity=fill.quantity,
            funds=fill.funds,
            fee=fee,
            at=fill.at,
        )
        for fill, fee in zip(fresh, fees, strict=True)
    ]


def _shares(fee: Decimal, funds: Sequence[Decimal]) -> list[Decimal]:
    """`fee` in parts by funds, cut (never rounded up, so that none is negative); the last takes the remainder."""
    whole = sum(funds, ZERO)
    parts = [(fee * part / whole).quantize(FEE_STEP, ROUND_DOWN) if whole else ZERO for part in funds[:-1]]
    return [*parts, fee - sum(parts, ZERO)] if funds else []


def _next(order: Order, venue: VenueOrder, known: Sequence[Fill], fills: Sequence[Fill], now: datetime) -> Order:
    every = [*known, *fills]
    quantity = sum((f.quantity for f in every), ZERO)
    complete = quantity == venue.executed_quantity
    if venue.open or not complete:
        state = OrderState.PARTIAL if quantity else OrderState.ACCEPTED
    else:
        state = OrderState.DONE if _filled(order, venue) else OrderState.CANCELLED
    figures = {
        "state": state,
        "venue_id": venue.venue_id,
        "executed_quantity": quantity,
        "executed_funds": sum((f.funds for f in every), ZERO),
        "paid_fee": sum((f.fee for f in every), ZERO),
    }
    if all(getattr(order, name) == value for name, value in figures.items()):
        return order
    return order.changed(now, **figures)


def _filled(order: Order, venue: VenueOrder) -> bool:
    """Judged by what was executed, never by the venue's state: a market buy that filled ends as `cancel` (§9.4)."""
    if order.order_type is not OrderType.LIMIT and order.side is Side.BUY:
        return venue.executed_quantity > 0
    return order.quantity is not None and venue.executed_quantity >= order.quantity


def _again(order: Order) -> str:
    """An exit that protects a position is tried until the position is gone."""
    return "yes" if order.origin in PROTECTING else ""


def _tell_resolved(tell: Tell, order: Order) -> None:
    data = {"client_order_id": order.client_order_id, "state": order.state.value, "again": _again(order)}
    tell(EventKind.ORDER_RESOLVED, market=order.market, thread=order.thread_id, data=data)


def _tell_fill(tell: Tell, order: Order, fills: Sequence[Fill]) -> None:
    quantity = sum((f.quantity for f in fills), ZERO)
    funds = sum((f.funds for f in fills), ZERO)
    data = {
        "client_order_id": order.client_order_id,
        "side": order.side.value,
        "price": plain(funds / quantity),
        "quantity": plain(quantity),
        "funds": plain(funds),
        "fee": plain(sum((f.fee for f in fills), ZERO)),
        "owner": order.owner,
        "slippage_bps": plain(order.slippage_bps),
    }
    tell(EventKind.FILL, market=order.market, thread=order.thread_id, data=data)


def _tell_taken_in(tell: Tell, order: Order, quantity: Decimal) -> None:
    """A person must hear that coins of their own were sold."""
    data = {
        "where": "order",
        "client_order_id": order.client_order_id,
        "cause": OWN_COINS_SOLD,
        "message": f"sold {quantity:f} {order.market.base} more than the books held",
        "count": "1",
    }
    tell(EventKind.ERROR, market=order.market, thread=order.thread_id, severity=Severity.CRITICAL, data=data)


def _tell_end(records: Records, tell: Tell, order: Order, promised: bool) -> None:
    if order.state is OrderState.CANCELLED and (promised or not order.executed_quantity):
        data = {
            "client_order_id": order.client_order_id,
            "executed": plain(order.executed_quantity),
            "reason": order.note,
            "promised": "yes" if promised else "",
        }
        tell(EventKind.ORDER_CANCELLED, market=order.market, thread=order.thread_id, data=data)
    position = records.positions.open_for(order.market)
    if order.side is Side.BUY and order.executed_quantity and position:
        guard = records.guards.get(position.position_id)
        data = {
            "position_id": position.position_id,
            "quantity": plain(position.quantity),
            "average_cost": plain(position.average_cost),
            "cost": plain(position.cost),
            "stop": plain(guard.effective_stop if guard else None),
            "take": plain(guard.plan.take if guard else None),
        }
        tell(EventKind.ENTRY, market=order.market, thread=position.thread_id, data=data)


def _tell_exit(tell: Tell, order: Order, position: Position) -> None:
    held = (position.closed_at - position.opened_at).total_seconds() if position.closed_at else 0
    share = position.realised_pnl / position.bought_cost if position.bought_cost else ZERO
    data = {
        "position_id": position.position_id,
        "reason": order.reason,
        "owner": position.owner,
        "proceeds": plain(position.sold_proceeds),
        "pnl": plain(position.realised_pnl),
        "pnl_share": plain(share),
        "held_seconds": str(round(held)),
        "fees": plain(position.fees),
    }
    tell(EventKind.EXIT, market=order.market, thread=position.thread_id, data=data)
