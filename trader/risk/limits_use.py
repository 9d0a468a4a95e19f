"""Each limit with what is used of it now, for /limits.  In: Limits, Portfolio.  Out: rows.  Pure."""

from __future__ import annotations

from decimal import Decimal

from trader.model.limits import Limits
from trader.model.order import ZERO
from trader.model.portfolio import Portfolio
from trader.model.views import LimitUse


def limits_use(limits: Limits, portfolio: Portfolio) -> list[LimitUse]:
    """`used` is None for limits that each order is held against on its own. For the cap per market the fullest market
    counts, for the daily loss a loss (a win uses nothing)."""
    today = portfolio.today
    values = [
        position.quantity * portfolio.bids[market] if market in portfolio.bids else position.cost
        for market, position in portfolio.positions.items()
    ]
    return [
        LimitUse("max_order_krw", limits.max_order, None, "KRW"),
        LimitUse("max_market_krw", limits.max_market, max(values, default=ZERO), "KRW"),
        LimitUse("max_positions", Decimal(limits.max_positions), Decimal(len(portfolio.positions)), "count"),
        LimitUse("max_entries_per_day", Decimal(limits.max_entries_per_day), Decimal(today.entries), "count"),
        LimitUse(
            "max_daily_loss_krw",
            limits.max_daily_loss,
            max(ZERO, -(today.realised_pnl + portfolio.unrealised_pnl)),
            "KRW",
        ),
        LimitUse("max_spread_bps", limits.max_spread_bps, None, "bps"),
        LimitUse("max_slippage_bps", limits.max_slippage_bps, None, "bps"),
        LimitUse("cooldown_seconds", Decimal(limits.cooldown_seconds), None, "seconds"),
        LimitUse("max_quote_age_seconds", Decimal(limits.max_quote_age_seconds), None, "seconds"),
    ]
