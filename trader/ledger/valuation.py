"""What positions are worth and what days brought.  In: rows, bids.  Out: KRW.

Positions are valued at the best bid: it is what a sale would fetch. Results belong to the day of the sale's fill, so a
position sold in parts over midnight counts on both days; days begin at midnight in Seoul."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, localcontext

from trader.bill import models_cost
from trader.ledger.accounting import EXACT, Realised, first_fill, realised_steps
from trader.model.difference import Correction
from trader.model.market import Market
from trader.model.order import ZERO, Fill, Order, OrderState, Side
from trader.model.portfolio import DayUse, GuardLevels, Position
from trader.model.seoul import day_start
from trader.model.views import PnlReport, PositionView
from trader.ports import Records

NEVER_TRADED = frozenset({OrderState.REJECTED, OrderState.EXPIRED, OrderState.CANCELLED})


def day_use(records: Records, now: datetime) -> DayUse:
    """Entries, KRW spent on buys (fees included) and realised result since Korean midnight."""
    start = day_start(now)
    return DayUse(
        entries=sum(1 for order in records.orders.since(start) if is_entry(order)),
        spent=spent(records.fills.since(start)),
        realised_pnl=total(step.pnl for step in realised_since(records, start)),
    )


def is_entry(order: Order) -> bool:
    """A buy that filled in part at least, or still may: one that ended unfilled used nothing up."""
    return order.side is Side.BUY and (order.executed_quantity > 0 or order.state not in NEVER_TRADED)


def spent(fills: Iterable[Fill]) -> Decimal:
    """KRW paid for buys, fees included."""
    return total(fill.funds + fill.fee for fill in fills if fill.side is Side.BUY)


def total(values: Iterable[Decimal]) -> Decimal:
    """The sum without rounding."""
    with localcontext(EXACT):
        return sum(values, ZERO)


def realised_since(records: Records, start: datetime) -> list[Realised]:
    """Every sale at or after `start`, oldest first, worked out from the fills of the positions concerned.

    The fills of a market are read once, and each position looks at its own stretch of them only: a busy day has
    thousands, and every wish is weighed against the day's loss."""
    sold = [p for p in (*records.positions.closed_since(start), *records.positions.open()) if p.sold_quantity]
    corrections = _by_position(records.corrections.all())
    steps: list[Realised] = []
    for market, positions in _by_market_of(sold).items():
        begins = {p.position_id: _begin(p, corrections.get(p.position_id, ())) for p in positions}
        fills = records.fills.booked_from(market, () if "" in begins.values() else list(begins.values()))
        for position, own in _stretches(positions, begins, fills):
            found = realised_steps(position, own, corrections.get(position.position_id, ()))
            steps += (step for step in found if step.at >= start)
    return sorted(steps, key=lambda step: step.at)


def _stretches(
    positions: Sequence[Position], begins: Mapping[str, str], fills: Sequence[Fill]
) -> Iterable[tuple[Position, Sequence[Fill]]]:
    """Each position with the fills from its begin to the begin of the next: a market has one position at a time."""
    places = {fill.fill_id: place for place, fill in enumerate(fills)}
    starts = {p.position_id: places.get(begins[p.position_id], 0) for p in positions}
    ordered = sorted(set(starts.values()))
    for position in positions:
        begin = starts[position.position_id]
        after = ordered[bisect_right(ordered, begin) :][:1]
        yield position, fills[begin : after[0] + 1 if after else None]


def _begin(position: Position, corrections: Sequence[Correction]) -> str:
    """The fill with which a position's story begins, or the one before it; empty: there was none before."""
    adopted = corrections and corrections[0].correction_id == first_fill(position.position_id)
    return corrections[0].after_fill if adopted else first_fill(position.position_id)


def _by_market_of(positions: Iterable[Position]) -> dict[Market, list[Position]]:
    grouped: dict[Market, list[Position]] = {}
    for position in positions:
        grouped.setdefault(position.market, []).append(position)
    return grouped


def _by_position(corrections: Iterable[Correction]) -> dict[str, list[Correction]]:
    """They are rare: all of them are one short reading."""
    grouped: dict[str, list[Correction]] = {}
    for correction in corrections:
        grouped.setdefault(correction.position_id, []).append(correction)
    return grouped


def traded(closed: Iterable[Position]) -> list[Position]:
    """Those that ended by trading: coins a person took away whole are neither won nor lost."""
    return [position for position in closed if position.sold_quantity]


def position_view(
    position: Position, bid: Decimal | None, levels: GuardLevels | None, fee_rate: Decimal | None = None
) -> PositionView:
    """A position as a person is shown it. `fee_rate`: what a sale would cost; None = not known."""
    unrealised = None if bid is None else position.unrealised_pnl(bid)
    fee = None if bid is None or fee_rate is None else position.quantity * bid * fee_rate
    net = unrealised - fee if unrealised is not None and fee is not None else None
    hold = levels.plan.max_hold_seconds if levels else None
    return PositionView(
        position=position,
        bid=bid,
        value=None if bid is None else position.quantity * bid,
        unrealised=unrealised,
        unrealised_share=unrealised / position.cost if unrealised is not None and position.cost else None,
        stop=levels.effective_stop if levels else None,
        take=levels.plan.take if levels else None,
        leave_at=levels.opened_at + timedelta(seconds=hold) if levels and hold is not None else None,
        net=net,
        net_share=net / position.cost if net is not None and position.cost else None,
    )


def position_views(records: Records, bids: Mapping[Market, Decimal]) -> list[PositionView]:
    """Every open position, by market code."""
    levels = {row.position_id: row for row in records.guards.all()}
    return [
        position_view(p, bids.get(p.market), levels.get(p.position_id), last_fee_rate(records, p.market))
        for p in records.positions.open()
    ]


def last_fee_rate(records: Records, market: Market) -> Decimal | None:
    """What the newest fill of the market cost, as a fraction of its funds; None before the first. Upbit asks the same
    of buys and sales, and books must be readable while the venue is away."""
    newest = records.fills.recent(1, market)
    return newest[0].fee / newest[0].funds if newest and newest[0].funds else None


def unrealised(positions: Iterable[Position], bids: Mapping[Market, Decimal]) -> Decimal | None:
    """Value at the bid less cost over all positions; None where a bid is missing."""
    held = list(positions)
    if any(p.market not in bids for p in held):
        return None
    return total(p.unrealised_pnl(bids[p.market]) for p in held)


def pnl_report(records: Records, bids: Mapping[Market, Decimal], days: int, now: datetime) -> PnlReport:
    """The last `days` Korean days up to `now`, today included (1 = today). `by_day` has a row for each, oldest first.

    Raises:
        ValueError: fewer than one day."""
    if days < 1:
        raise ValueError(f"a report needs at least one day, not {days}")
    start = day_start(now, days - 1)
    steps = realised_since(records, start)
    closed = traded(records.positions.closed_since(start))
    markets = {p.position_id: p.market for p in (*closed, *records.positions.open())}
    ranked = sorted(closed, key=lambda p: p.realised_pnl)
    return PnlReport(
        start=start,
        end=now,
        realised=total(step.pnl for step in steps),
        fees=total(fill.fee for fill in records.fills.since(start)),
        unrealised=unrealised(records.positions.open(), bids),
        closed=len(closed),
        wins=sum(1 for p in closed if p.realised_pnl > 0),
        best=ranked[-1] if ranked else None,
        worst=ranked[0] if ranked else None,
        by_market=_by_market(steps, markets),
        by_day=_by_day(steps, days, now),
        model_cost=models_cost(records, start),
    )


def _by_market(steps: Iterable[Realised], markets: Mapping[str, Market]) -> dict[Market, Decimal]:
    sums: dict[Market, Decimal] = {}
    with localcontext(EXACT):
        for step in steps:
            market = markets[step.position_id]
            sums[market] = sums.get(market, ZERO) + step.pnl
    return dict(sorted(sums.items()))


def _by_day(steps: Iterable[Realised], days: int, now: datetime) -> tuple[tuple[datetime, Decimal], ...]:
    sums = {day_start(now, back): ZERO for back in reversed(range(days))}
    with localcontext(EXACT):
        for step in steps:
            sums[day_start(min(step.at, now))] += step.pnl
    return tuple(sums.items())
