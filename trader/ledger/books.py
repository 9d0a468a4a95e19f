"""Books the fills of one order: fills, position and guard rows together.  In: Records, Order, Fills.  Out: BookedFills.

Runs inside one storage transaction. Booking the same fill again changes nothing, so a fill may be reported as often as
stream, look-up and reconciliation like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, localcontext
from typing import TypeVar

from trader.ledger.accounting import EXACT, apply_fill, position_id
from trader.model.order import ZERO, Breakeven, ExitPlan, Fill, Order, Side
from trader.model.portfolio import GuardLevels, Position
from trader.model.ticks import Ticks, table_for, up
from trader.ports import Records

T = TypeVar("T")

NO_EXITS = ExitPlan()


@dataclass(frozen=True, slots=True)
class BookedFills:
    """What a booking changed. `new` is empty, and `before` equals `after`, when every fill was known already;
    `taken_in` (base) is what a sale sold beyond what the books held (see `late`)."""

    order: Order
    new: tuple[Fill, ...]
    before: Position | None
    after: Position | None
    taken_in: Decimal = ZERO

    @property
    def opened(self) -> bool:
        """These fills began a position."""
        return self.before is None and self.after is not None

    @property
    def closed(self) -> bool:
        """These fills ended the position."""
        return self.after is not None and not self.after.open

    @property
    def realised(self) -> Decimal:
        """KRW won or lost by the new fills, net of fees."""
        with localcontext(EXACT):
            return _realised(self.after) - _realised(self.before)


def _realised(position: Position | None) -> Decimal:
    return position.realised_pnl if position else ZERO


def book(records: Records, order: Order, fills: Sequence[Fill], now: datetime) -> BookedFills:
    """Add the fills not seen before, oldest first, and carry position and guard row along.

    A position closes at the time of its last fill, but never after `now`: a cool-down must not begin in the future
    because the venue's clock is ahead of ours.

    Raises LedgerMismatch when more is sold than the books hold; nothing of the transaction may be kept then."""
    before = position = records.positions.open_for(order.market)
    new: list[Fill] = []
    for fill in sorted(fills, key=lambda f: f.at):
        if not records.fills.add(fill):
            continue
        new.append(fill)
        held = position.quantity if position else ZERO
        position = apply_fill(position, fill, order, new_id=position_id(fill))
        if position.closed_at is not None:
            position = replace(position, closed_at=min(position.closed_at, now))
        records.positions.save(position)
        if fill.side is Side.BUY:
            _guard_entry(records, order, position, fill, held)
        elif not position.open:
            records.guards.remove(position.position_id)
    return BookedFills(order, tuple(new), before, position)


def _guard_entry(records: Records, order: Order, position: Position, fill: Fill, held: Decimal) -> None:
    """The guard row after a buy: made with the first fill whose order carries exits, merged by the ones after. A stop
    that was moved to break even stays where it is, whatever the new average cost."""
    levels = records.guards.get(position.position_id)
    cost = position.average_cost
    if levels is None:
        if order.exits != NO_EXITS:
            row = GuardLevels(position.position_id, position.market, order.exits, fill.price, position.opened_at, cost)
            records.guards.save(row)
        return
    plan = merge_exits(levels.plan, held, order.exits, fill.quantity, table_for(position.market))
    plan = replace(plan, stop=_tighter(max, plan.stop, levels.breakeven_stop))
    records.guards.save(replace(levels, plan=plan, high=max(levels.high, fill.price), average_cost=cost))


def merge_exits(old: ExitPlan, held: Decimal, new: ExitPlan, bought: Decimal, ticks: Ticks) -> ExitPlan:
    """One plan for a position that was added to: a stop, trail or time never gets looser, the take profit is the mean
    of both weighted by quantity, up to the tick. Where only one plan has a level, that one counts."""
    take = old.take if new.take is None else new.take
    if old.take is not None and new.take is not None and old.take != new.take:
        with localcontext(EXACT):
            take = (old.take * held + new.take * bought) / (held + bought)
        take = up(ticks, +take)  # in the everyday 28 digits
    return ExitPlan(
        stop=_tighter(max, old.stop, new.stop),
        take=take,
        trail=_tighter(min, old.trail, new.trail),
        max_hold_seconds=_tighter(min, old.max_hold_seconds, new.max_hold_seconds),
        breakeven=_tighter(_sooner, old.breakeven, new.breakeven),
    )


def _sooner(old: Breakeven, new: Breakeven) -> Breakeven:
    return min(old, new, key=lambda rule: rule.gain)


def _tighter(choose: Callable[..., T], old: T | None, new: T | None) -> T | None:
    if old is None or new is None:
        return new if old is None else old
    return choose(old, new)
