"""What is written at each step of an order's life. Every function runs inside one transaction.

In: the order in our books and the venue's view of it. Out: the next order, its new fills, and the events."""

from __future__ import annotations

from collections.abc import Sequence
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

EXACT = Context(prec=80)
"""Wide enough that sums of funds and fees are never rounded."""


class BookedFills(Protocol):
    """What booking changed: the position before and after (None = there was none)."""

    @property
    def before(self) -> Position | None: ...
    @property
    def after(self) -> Position | None: ...


class Book(Protocol):
    """Puts new fills of an order into the books (positions, guard levels)."""

    def __call__(self, records: Records, order: Order, fills: Sequence[Fill], now: datetime, /) -> BookedFills: ...


@dataclass(frozen=True, slots=True)
class Absorbed:
    order: Order
    new_fills: tuple[Fill, ...]


def intend(records: Records, order: Order) -> None:
    """The intent, committed before anything is sent. Only what must be there first: this is the way of a stop loss.

    Raises OrderPending when it would collide with another order: there is one writer, so no two can pass this door."""
    _check_free(records, order)
    records.orders.add(order)


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
    tell(EventKind.ORDER, market=order.market, thread=order.intent_id, data=data)


def doubt(records: Records, tell: Tell, order: Order) -> None:
    """The answer was lost: it may exist or not."""
    records.orders.save(order)
    data = {"client_order_id": order.client_order_id, "side": order.side.value, "note": order.note}
    tell(EventKind.ORDER_UNKNOWN, market=order.market, thread=order.intent_id, severity=Severity.CRITICAL, data=data)


def resolve(records: Records, tell: Tell, order: Order) -> None:
    """It is known what became of an order in doubt."""
    records.orders.save(order)
    _tell_resolved(tell, order)


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
    if order.quantity is None or order.quantity + selling > held:
        raise OrderPending(f"{order.market}: {held:f} held, {selling:f} being sold already")


def reject(records: Records, tell: Tell, order: Order, message: str) -> None:
    """The venue refused it, or was never reached. An exit is tried again and again: people are told of the first
    refusal, and of another one when it has another reason (C3)."""
    records.orders.save(order)
    data = {"client_order_id": order.client_order_id, "name": order.note, "message": message}
    tell(
        EventKind.ORDER_REJECTED,
        market=order.market,
        thread=order.intent_id,
        severity=Severity.WARNING,
        push=not _refused_before(records, order),
        data=data,
    )


def _refused_before(records: Records, order: Order) -> bool:
    """The same exit of the market was refused for the same reason just before."""
    if order.origin not in (Origin.GUARD, Origin.PANIC):
        return False
    last = next((o for o in records.orders.recent(2, order.market) if o.client_order_id != order.client_order_id), None)
    return last is not None and all(
        getattr(last, name) == getattr(order, name) for name in ("side", "origin", "reason", "state", "note")
    )


def absorb(records: Records, tell: Tell, order: Order, venue: VenueOrder, now: datetime, book: Book) -> Absorbed:
    """Take over what the venue shows: new fills into the books, the order's next state, the events of both.

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
    if booked and booked.after and not booked.after.open:
        _tell_exit(tell, changed, booked.after)
    if changed.state.final and not order.state.final:
        _tell_end(records, tell, changed)
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


def _tell_resolved(tell: Tell, order: Order) -> None:
    data = {"client_order_id": order.client_order_id, "state": order.state.value}
    tell(EventKind.ORDER_RESOLVED, market=order.market, thread=order.intent_id, data=data)


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
    tell(EventKind.FILL, market=order.market, thread=order.intent_id, data=data)


def _tell_end(records: Records, tell: Tell, order: Order) -> None:
    if order.state is OrderState.CANCELLED and not order.executed_quantity:
        data = {"client_order_id": order.client_order_id, "executed": "0", "reason": order.note}
        tell(EventKind.ORDER_CANCELLED, market=order.market, thread=order.intent_id, data=data)
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
        tell(EventKind.ENTRY, market=order.market, thread=order.intent_id, data=data)


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
        "held_seconds": str(int(held)),
        "fees": plain(position.fees),
    }
    tell(EventKind.EXIT, market=order.market, thread=order.intent_id, data=data)
