"""Books coins a person moved into or out of a position: correction, position and guard row together.

In: Records, what moved, at which price. Out: the position after it. Runs inside one storage transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal, localcontext

from trader.ledger.accounting import EXACT, apply_correction, part_of_cost
from trader.ledger.books import NO_EXITS, merge_exits
from trader.model.difference import Correction
from trader.model.market import Market
from trader.model.order import ZERO, ExitPlan
from trader.model.portfolio import GuardLevels, Position
from trader.model.ticks import table_for
from trader.ports import Records


def take_out(
    records: Records, position: Position, quantity: Decimal, price: Decimal, name: str, by: str, now: datetime
) -> Position:
    """Book that `quantity` of `position` left by a person's hand, as correction `name`. LedgerMismatch."""
    correction = Correction(
        name,
        position.position_id,
        position.market,
        quantity=-quantity,
        cost=-part_of_cost(position, quantity),
        price=price,
        at=now,
        by=by,
        after_fill=_last_fill(records, position.market),
    )
    after = _book(records, position, correction, by)
    if not after.open:
        records.guards.remove(after.position_id)
    return after


def take_in(
    records: Records,
    market: Market,
    quantity: Decimal,
    price: Decimal,
    plan: ExitPlan,
    name: str,
    by: str,
    now: datetime,
) -> Position:
    """Take `quantity` of a person's coins over at `price`: into the open position, or as a new one, guarded by
    `plan`."""
    position = records.positions.open_for(market)
    with localcontext(EXACT):
        cost = quantity * price
    correction = Correction(
        name,
        position.position_id if position else f"p-{name}",
        market,
        quantity,
        cost,
        price,
        now,
        by,
        _last_fill(records, market),
    )
    after = _book(records, position, correction, by)
    _guard(records, after, plan, price, held=position.quantity if position else ZERO, added=quantity)
    return after


def _book(records: Records, position: Position | None, correction: Correction, owner: str) -> Position:
    after = apply_correction(position, correction, owner)
    records.corrections.add(correction)
    records.positions.save(after)
    return after


def _guard(records: Records, position: Position, plan: ExitPlan, price: Decimal, held: Decimal, added: Decimal) -> None:
    levels = records.guards.get(position.position_id)
    cost = position.average_cost
    if levels is not None:
        merged = merge_exits(levels.plan, held, plan, added, table_for(position.market))
        stops = [stop for stop in (merged.stop, levels.breakeven_stop) if stop is not None]
        merged = replace(merged, stop=max(stops, default=None))
        records.guards.save(replace(levels, plan=merged, high=max(levels.high, price), average_cost=cost))
    elif plan != NO_EXITS:
        row = GuardLevels(position.position_id, position.market, plan, price, position.opened_at, cost)
        records.guards.save(row)


def _last_fill(records: Records, market: Market) -> str:
    """The one booked last, which need not be the one of the latest time."""
    booked = records.fills.booked_from(market, ())
    return booked[-1].fill_id if booked else ""
