"""What one fill does to a position.  In: Position, Fill, Order.  Out: the next Position.  Pure and exact.

A sale takes its part of the cost with it, in proportion to the quantity; the last one takes what is left. So over a
position's life Σ realised = Σ (funds − fee of sales) − Σ (funds + fee of buys), to the last digit.

A correction (coins moved by a person's hand) is no trade: what is taken out takes its part of the cost along, what is
taken in brings the day's price, and neither realises anything. Its signed cost stands on the right of that sum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext

from trader.errors import LedgerMismatch
from trader.model.difference import Correction
from trader.model.order import ZERO, Fill, Order, Side
from trader.model.portfolio import Position

EXACT = Context(prec=80)
"""Wide enough that sums of prices × quantities × fee rates are never rounded."""

TAKEN_OUT = "taken_out"
"""The exit reason of a position whose last coins a person took."""

COST_STEP = Decimal("1e-12")
"""Digits of the cost a partial sale takes along. A fixed step keeps both halves finite, so their sum is exact."""


def apply_fill(position: Position | None, fill: Fill, order: Order, new_id: str) -> Position:
    """The position after `fill` of `order`. A buy opens one (named `new_id`) where there is none.

    Raises:
        LedgerMismatch: more was sold than is held.
        ValueError: fill, order and position are not of the same market."""
    if order.market != fill.market:
        raise ValueError(f"a fill of {fill.market} for an order of {order.market}")
    return next_position(position, fill, owner=order.owner, reason=order.reason, new_id=new_id, thread=order.thread_id)


def next_position(
    position: Position | None, fill: Fill, *, owner: str, reason: str, new_id: str, thread: str = ""
) -> Position:
    """As `apply_fill`, with the words an order adds: owner and thread of a new position, the reason of a final
    sale."""
    if position is not None and position.market != fill.market:
        raise ValueError(f"a fill of {fill.market} on a position of {position.market}")
    with localcontext(EXACT):
        if fill.side is Side.BUY:
            opened = Position(new_id, fill.market, owner, opened_at=fill.at, quantity=ZERO, cost=ZERO, thread=thread)
            return _bought(position if position and position.open else opened, fill)
        if position is None or not position.open or fill.quantity > position.quantity:
            held = position.quantity if position and position.open else ZERO
            raise LedgerMismatch(f"sold {fill.quantity:f} {fill.market.base}, the books hold {held:f}")
        return _sold(position, fill, reason)


def _bought(position: Position, fill: Fill) -> Position:
    cost = fill.funds + fill.fee
    return replace(
        position,
        quantity=position.quantity + fill.quantity,
        cost=position.cost + cost,
        fees=position.fees + fill.fee,
        bought_quantity=position.bought_quantity + fill.quantity,
        bought_cost=position.bought_cost + cost,
    )


def _sold(position: Position, fill: Fill, reason: str) -> Position:
    proceeds = fill.funds - fill.fee
    closed = fill.quantity == position.quantity
    cost = part_of_cost(position, fill.quantity)
    return replace(
        position,
        quantity=position.quantity - fill.quantity,
        cost=position.cost - cost,
        realised_pnl=position.realised_pnl + (proceeds - cost),
        fees=position.fees + fill.fee,
        sold_quantity=position.sold_quantity + fill.quantity,
        sold_proceeds=position.sold_proceeds + proceeds,
        closed_at=fill.at if closed else None,
        exit_reason=reason if closed else position.exit_reason,
    )


def apply_correction(position: Position | None, correction: Correction, owner: str) -> Position:
    """The position after `correction`; it begins one (owned by `owner`) where there is none.

    Raises LedgerMismatch: more is taken out than is held."""
    if position is None:
        position = Position(
            correction.position_id, correction.market, owner, opened_at=correction.at, quantity=ZERO, cost=ZERO
        )
    with localcontext(EXACT):
        quantity, cost = position.quantity + correction.quantity, position.cost + correction.cost
    if quantity < 0 or cost < 0:
        raise LedgerMismatch(f"{-correction.quantity:f} taken out, the books hold {position.quantity:f}")
    if quantity:
        return replace(position, quantity=quantity, cost=cost)
    return replace(position, quantity=quantity, cost=cost, closed_at=correction.at, exit_reason=TAKEN_OUT)


def part_of_cost(position: Position, quantity: Decimal) -> Decimal:
    """What `quantity` of the position cost: its share, cut to a fixed step; all that is left for all of it."""
    if quantity == position.quantity:
        return position.cost
    with localcontext(EXACT):
        return (position.cost * quantity / position.quantity).quantize(COST_STEP, ROUND_HALF_EVEN)


def cash_after(fills: Iterable[Fill], start: Decimal) -> Decimal:
    """KRW left of `start` when nothing but these fills moved it: buys pay funds + fee, sales bring funds − fee."""
    with localcontext(EXACT):
        cash = start
        for fill in fills:
            cash += fill.funds - fill.fee if fill.side is Side.SELL else -(fill.funds + fill.fee)
        return cash


def position_id(fill: Fill) -> str:
    """The name of the position that `fill` opens."""
    return f"p-{fill.fill_id}"


def first_fill(position: str) -> str:
    """The id of the fill that opened the position of this name; of one that a correction began, no fill's id."""
    return position.removeprefix("p-")


@dataclass(frozen=True, slots=True)
class Realised:
    """What one sale brought, net of fees and of its part of the cost."""

    at: datetime
    pnl: Decimal
    position_id: str


def realised_steps(position: Position, fills: Iterable[Fill], corrections: Iterable[Correction] = ()) -> list[Realised]:
    """The sales of `position`, one by one, from fills in the order they were booked, and the corrections of it among
    them. What was booked before its own first fill is passed over. Not the times but the booking says which position a
    fill belongs to: one whose answer was lost becomes known later than it happened."""
    first = first_fill(position.position_id)
    steps: list[Realised] = []
    state: Position | None = None
    for change in in_order([fill for fill in fills if fill.market == position.market], list(corrections)):
        if isinstance(change, Correction):
            state = apply_correction(state, change, position.owner)
        elif state is None and change.fill_id != first:
            continue
        else:
            before = state.realised_pnl if state else ZERO
            state = next_position(state, change, owner=position.owner, reason="", new_id=position.position_id)
            if change.side is Side.SELL:
                with localcontext(EXACT):
                    steps.append(Realised(change.at, state.realised_pnl - before, position.position_id))
        if not state.open:
            break
    return steps


def in_order(fills: list[Fill], corrections: list[Correction]) -> Iterator[Fill | Correction]:
    """Each correction behind the fill it was booked after; before them all when that one is not among these."""
    known = {fill.fill_id for fill in fills}
    yield from (correction for correction in corrections if correction.after_fill not in known)
    for fill in fills:
        yield fill
        yield from (correction for correction in corrections if correction.after_fill == fill.fill_id)
