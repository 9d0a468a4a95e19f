"""How much an entry may cost.  In: Sizing, Portfolio, Limits, prices.  Out: notional in KRW.  Pure (E6, R6).

Every method names its candidates; the smallest of them and of all caps counts, times `share`, floored to whole KRW."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal

from trader.model.limits import Limits, Sizing, SizingMethod
from trader.model.market import Market
from trader.model.order import ZERO
from trader.model.portfolio import Portfolio
from trader.model.rules import TradingRules
from trader.risk.kelly import TrackRecord, kelly_share

ONE = Decimal(1)
NO_RECORD = TrackRecord()


def size_entry(
    sizing: Sizing,
    portfolio: Portfolio,
    limits: Limits,
    *,
    market: Market,
    price: Decimal,
    stop: Decimal | None,
    rules: TradingRules,
    record: TrackRecord = NO_RECORD,
    share: Decimal = ONE,
) -> Decimal:
    """The notional of an entry at `price`, whole KRW, 0 where nothing is left to spend.

    Args:
        stop: where the position would be given up; None = nowhere.
        record: the strategy's closed positions, for KELLY.
        share: signal's exposure times whatever advice leaves of it; above 1 counts as 1, below 0 as 0."""
    wanted = min(candidates(sizing, portfolio.equity, price, stop, rules, record)) * min(max(share, ZERO), ONE)
    room = min(wanted, *caps(portfolio, limits, market, rules))
    return max(room, ZERO).to_integral_value(ROUND_FLOOR)


def candidates(
    sizing: Sizing,
    equity: Decimal,
    price: Decimal,
    stop: Decimal | None,
    rules: TradingRules,
    record: TrackRecord = NO_RECORD,
) -> tuple[Decimal, ...]:
    """What each method would spend; a stop at or above the price counts as none."""
    by_stop = sizing.method is not SizingMethod.FIXED and stop is not None and ZERO < stop < price
    found = risk_based(equity * sizing.risk_fraction, price, stop, rules) if by_stop and stop else None
    first = equity * sizing.order_fraction if found is None else found
    if sizing.method is SizingMethod.KELLY:
        return first, equity * kelly_share(record, sizing)
    return (first,)


def risk_based(allowed_loss: Decimal, price: Decimal, stop: Decimal, rules: TradingRules) -> Decimal:
    """The notional that loses `allowed_loss` when sold at `stop`, both fees included.

    One KRW bought at `price` is worth stop ÷ price at the stop, so it loses
    1 + bid fee − stop ÷ price × (1 − ask fee)."""
    loss = ONE + rules.bid_fee_rate - stop / price * (ONE - rules.ask_fee_rate)
    return allowed_loss / loss


def caps(portfolio: Portfolio, limits: Limits, market: Market, rules: TradingRules) -> tuple[Decimal, ...]:
    """What no entry exceeds: the order cap, what is left of the market's cap, of the day's spending and of the
    exposure, the venue's maximum, and cash after fee (less buys on their way whose money may not be locked yet)."""
    position, bid = portfolio.positions.get(market), portfolio.bids.get(market)
    held = ZERO if position is None else position.cost if bid is None else position.quantity * bid
    cash = portfolio.cash.free / (ONE + rules.bid_fee_rate) - portfolio.pending_notional
    spend = (limits.max_daily_spend - portfolio.today.spent - portfolio.buying) / (ONE + rules.bid_fee_rate)
    exposure = limits.max_exposure * portfolio.equity - portfolio.exposed
    return limits.max_order, limits.max_market - held, rules.max_notional, cash, spend, exposure
