"""The books line by line: what each fill and correction did to its position.

In: all fills and corrections. Out: Bookings. Pure; made again from rows, by the same steps as the positions were."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import localcontext

from trader.errors import LedgerMismatch
from trader.ledger.accounting import EXACT, apply_correction, in_order, next_position, position_id
from trader.model.difference import Correction
from trader.model.market import Market
from trader.model.order import ZERO, Fill, Side
from trader.model.portfolio import Position
from trader.model.views import Booking


def bookings(fills: Sequence[Fill], corrections: Iterable[Correction]) -> list[Booking]:
    """Every line since the first fill, oldest first.

    Args:
        fills: all there are, in the order they were booked.
        corrections: all there are, in the order they were booked.
    Raises:
        LedgerMismatch: more was sold than is held.
    """
    by_market: dict[Market, tuple[list[Fill], list[Correction]]] = {}
    for fill in fills:
        by_market.setdefault(fill.market, ([], []))[0].append(fill)
    for correction in corrections:
        by_market.setdefault(correction.market, ([], []))[1].append(correction)
    lines: list[Booking] = []
    for own, corrected in by_market.values():
        position: Position | None = None
        for change in in_order(own, corrected):
            before = position if position is not None and position.open else None
            position = _next(before, change)
            lines.append(_line(before, position, change))
    return sorted(lines, key=lambda line: line.at)


def _next(position: Position | None, change: Fill | Correction) -> Position:
    if isinstance(change, Correction):
        return apply_correction(position, change, "")
    if position is None and change.side is Side.SELL:
        raise LedgerMismatch(f"sold {change.quantity:f} {change.market.base}, the books hold none")
    return next_position(position, change, owner="", reason="", new_id=position_id(change))


def _line(before: Position | None, after: Position, change: Fill | Correction) -> Booking:
    if isinstance(change, Correction):
        kind = "adopted" if change.quantity > 0 else "taken_out"
        return Booking(
            change.at,
            kind,
            change.market,
            change.quantity,
            change.price,
            fee=ZERO,
            krw=ZERO,
            realised=None,
            held=after.quantity,
            cost=after.cost,
            position_id=after.position_id,
            reference=change.correction_id,
        )
    sold = change.side is Side.SELL
    with localcontext(EXACT):
        krw = change.funds - change.fee if sold else -(change.funds + change.fee)
        realised = after.realised_pnl - (before.realised_pnl if before else ZERO) if sold else None
    return Booking(
        change.at,
        change.side.value,
        change.market,
        -change.quantity if sold else change.quantity,
        change.price,
        fee=change.fee,
        krw=krw,
        realised=realised,
        held=after.quantity,
        cost=after.cost,
        position_id=after.position_id,
        reference=change.fill_id,
    )
