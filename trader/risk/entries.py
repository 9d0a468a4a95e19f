"""What may stand against a buy: one small function per limit, `Reason` or None.  Pure.

Limits of the owner and rules of the venue; all of them are asked, so that a person sees every reason at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from trader.model.order import ZERO, Origin, Reason, Side
from trader.model.portfolio import TradingState
from trader.model.ticks import stop_on_tick
from trader.risk.breaker import stop_run
from trader.risk.case import Case
from trader.risk.reasons import because

Check = Callable[[Case], Reason | None]

ONE = Decimal(1)
NO_STOP_MARGIN = Decimal("0.9")
"""Without a stop a position must still be sellable 10 % below its entry."""

STOP_MARGIN = Decimal("0.99")
"""A stop is sold at the market, in a falling one: as much as 1 % below it counts as its price."""


def trading_state(case: Case) -> Reason | None:
    """REDUCING and HALTED both end buying."""
    state = case.portfolio.state
    return None if state is TradingState.ACTIVE else because("trading_state", state=state.value)


def not_reconciled(case: Case) -> Reason | None:
    """After a start or a long outage books and venue are compared before anything is bought."""
    return None if case.portfolio.reconciled else because("not_reconciled")


def books_differ(case: Case) -> Reason | None:
    """Coins of this market are missing and nobody has said why."""
    market = case.intent.market
    return because("books_differ", market=market.code) if market in case.portfolio.disputed else None


def order_pending(case: Case) -> Reason | None:
    market = case.intent.market
    if market in case.portfolio.unresolved:
        return because("order_unresolved", market=market.code)
    return because("order_pending", market=market.code) if market in case.portfolio.pending else None


def already_holding(case: Case) -> Reason | None:
    """A strategy never adds to a position; a person may."""
    if case.position is None or case.intent.origin is Origin.PERSON:
        return None
    return because("already_holding", market=case.intent.market.code, quantity=case.held)


def market_inactive(case: Case) -> Reason | None:
    return None if case.rules.active else because("market_inactive", market=case.intent.market.code)


def market_warned(case: Case) -> Reason | None:
    """A warning precedes delisting; caution flags stop strategies, while a person has seen them."""
    market = case.intent.market.code
    if case.info is None:
        return because("market_unknown", market=market)
    if case.limits.buy_on_warning:
        return None
    if case.info.warning:
        return because("market_warning", market=market)
    if case.info.cautions and case.intent.origin is not Origin.PERSON:
        return because("market_caution", market=market, cautions=" ".join(case.info.cautions))
    return None


def has_size(case: Case) -> Reason | None:
    """Sizing found nothing to spend."""
    return None if case.notional > 0 else because("no_size")


def below_minimum(case: Case) -> Reason | None:
    minimum = case.rules.min_notional
    return because("below_minimum", notional=case.notional, minimum=minimum) if 0 < case.notional < minimum else None


def below_minimum_at_stop(case: Case) -> Reason | None:
    """What is bought must still be sellable where it would be sold: a little below its stop (10 % below the entry where
    there is none), less the fee. Otherwise a small position could never be left."""
    minimum = case.rules.min_notional
    if case.notional < minimum or case.price <= 0:
        return None
    planned = planned_stop(case)
    stop = case.price * NO_STOP_MARGIN if planned is None else planned * STOP_MARGIN
    quantity = case.notional / (case.price * (ONE + case.rules.bid_fee_rate))
    value = quantity * stop * (ONE - case.rules.ask_fee_rate)
    if value >= minimum:
        return None
    return because("below_minimum_at_stop", value=value.quantize(ONE), stop=stop, minimum=minimum)


def planned_stop(case: Case) -> Decimal | None:
    """The price at which the entry would be given up; the tighter of fixed and trailing stop."""
    plan = case.intent.exits
    fall = None if plan.trail is None else case.price * (ONE - plan.trail)
    trailing = None if fall is None else stop_on_tick(case.rules.ticks, fall, case.price)
    stops = [stop for stop in (plan.stop, trailing) if stop is not None]
    return max(stops) if stops else None


def above_maximum(case: Case) -> Reason | None:
    maximum = case.rules.max_notional
    return because("above_maximum", notional=case.notional, maximum=maximum) if case.notional > maximum else None


def not_enough_cash(case: Case) -> Reason | None:
    """The buy with its fee against the free balance. Buys on their way whose money the venue may not have locked yet
    are taken off first; locked money is not part of `free` (P6)."""
    rate = ONE + case.fee_rate
    needed = case.notional * rate
    free = case.portfolio.cash.free - case.portfolio.pending_notional * rate
    return because("not_enough_cash", needed=needed, free=max(free, ZERO)) if needed > free else None


def max_order(case: Case) -> Reason | None:
    limit = case.limits.max_order
    return because("max_order", notional=case.notional, limit=limit) if case.notional > limit else None


def max_market(case: Case) -> Reason | None:
    """What is held of the market already, at the bid, plus this buy."""
    position, bid = case.position, case.portfolio.bids.get(case.intent.market)
    held = ZERO if position is None else position.cost if bid is None else position.quantity * bid
    value, limit = held + case.notional, case.limits.max_market
    return because("max_market", value=value, limit=limit) if value > limit else None


def max_positions(case: Case) -> Reason | None:
    """Markets held or with an order on its way; adding to one of them opens no other."""
    taken = case.portfolio.positions.keys() | case.portfolio.pending
    if case.intent.market in taken or len(taken) < case.limits.max_positions:
        return None
    return because("max_positions", open=len(taken), limit=case.limits.max_positions)


def max_entries_per_day(case: Case) -> Reason | None:
    entries, limit = case.portfolio.today.entries, case.limits.max_entries_per_day
    return because("max_entries_per_day", entries=entries, limit=limit) if entries >= limit else None


def max_daily_loss(case: Case) -> Reason | None:
    """Realised today plus what open positions are down now."""
    loss, limit = -(case.portfolio.today.realised_pnl + case.portfolio.unrealised_pnl), case.limits.max_daily_loss
    return because("max_daily_loss", loss=loss, limit=limit) if loss > 0 and loss >= limit else None


def max_daily_spend(case: Case) -> Reason | None:
    """Buys of today with their fees, those on their way, and this one; also where less than the venue's minimum is
    left, so that a wish that was cut down to nothing is told why."""
    portfolio, limit = case.portfolio, case.limits.max_daily_spend
    spent = portfolio.today.spent + portfolio.buying
    cost = max(case.notional, case.rules.min_notional) * (ONE + case.fee_rate)
    return (
        because("max_daily_spend", spent=spent, notional=case.notional, limit=limit) if spent + cost > limit else None
    )


def max_exposure(case: Case) -> Reason | None:
    """What is in positions, on its way into them, and this buy, against equity; as above."""
    portfolio, limit = case.portfolio, case.limits.max_exposure
    equity = portfolio.equity
    exposed = portfolio.exposed + max(case.notional, case.rules.min_notional)
    if equity <= 0 or exposed <= limit * equity:
        return None
    return because("max_exposure", exposure_fraction=exposed / equity, limit_fraction=limit)


def max_stops_in_a_row(case: Case) -> Reason | None:
    """Losing stops one after another: entries wait for a while, or until an owner resumes."""
    limits = case.limits
    run = stop_run(case.portfolio.losing_stops, limits, case.now)
    if run.until is None:
        return None
    limit, left = limits.max_stops_in_a_row, run.until - case.now
    return because("max_stops_in_a_row", stops=run.count, limit=limit, seconds_left=left)


def volatility(case: Case) -> Reason | None:
    """The market moved too far in too short a time (S4); a move that is not known stops nothing."""
    limit = case.limits.volatility_block
    if case.moved is None or not limit or case.moved <= limit:
        return None
    return because("volatility", move_fraction=case.moved, limit_fraction=limit)


def stale_quote(case: Case) -> Reason | None:
    limit = case.limits.max_quote_age_seconds
    if case.quote is None:
        return because("stale_quote", age_seconds="", limit_seconds=limit)
    age = case.now - case.quote.at
    if age <= timedelta(seconds=limit):
        return None
    return because("stale_quote", age_seconds=age, limit_seconds=limit)


def max_spread(case: Case) -> Reason | None:
    limit = case.limits.max_spread_bps
    if case.quote is None or case.quote.spread_bps <= limit:
        return None
    return because("max_spread", spread_bps=case.quote.spread_bps, limit_bps=limit)


def max_slippage(case: Case) -> Reason | None:
    """Estimated by walking the book before anything is sent (S6)."""
    walk, limit = case.walk, case.limits.max_slippage_bps
    if walk is None:
        return None
    if not walk.enough:
        return because("book_too_thin", notional=case.notional, available=walk.available)
    return (
        because("max_slippage", slippage_bps=walk.slippage_bps, limit_bps=limit) if walk.slippage_bps > limit else None
    )


def cooldown(case: Case) -> Reason | None:
    left = case.portfolio.last_exit.get(case.intent.market)
    if left is None:
        return None
    remaining = left + timedelta(seconds=case.limits.cooldown_seconds) - case.now
    return because("cooldown", seconds_left=remaining) if remaining > timedelta(0) else None


def declined(case: Case) -> Reason | None:
    """What people did not want, a strategy does not ask again at every candle; a person may wish it at any time. A no
    to a sale is about the position that was held then."""
    intent, position = case.intent, case.position
    no = case.portfolio.declined.get((intent.owner, intent.market, intent.side))
    if no is None or intent.origin is Origin.PERSON:
        return None
    if intent.side is Side.SELL and position is not None and position.opened_at > no.at:
        return None
    remaining = no.at + timedelta(seconds=case.limits.declined_seconds) - case.now
    how = "unanswered" if no.unanswered else "rejected"
    return because("declined", how=how, seconds_left=remaining) if remaining > timedelta(0) else None


ENTRY_CHECKS: tuple[Check, ...] = (
    trading_state,
    not_reconciled,
    books_differ,
    order_pending,
    already_holding,
    market_inactive,
    market_warned,
    stale_quote,
    cooldown,
    declined,
    max_stops_in_a_row,
    max_daily_loss,
    max_daily_spend,
    max_entries_per_day,
    max_positions,
    has_size,
    below_minimum,
    below_minimum_at_stop,
    above_maximum,
    not_enough_cash,
    max_order,
    max_market,
    max_exposure,
    volatility,
    max_spread,
    max_slippage,
)
"""In the order a person reads them: the state of things first, then this order's own figures."""
