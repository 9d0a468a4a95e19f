"""Each limit with what is used of it now, for /limits.  In: Limits, Portfolio, now.  Out: rows.  Pure."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from trader.model.limits import Limits
from trader.model.order import ZERO
from trader.model.portfolio import Portfolio
from trader.model.views import LimitUse
from trader.risk.breaker import stop_run


def limits_use(limits: Limits, portfolio: Portfolio, now: datetime) -> list[LimitUse]:
    """`used` is None for limits that each order is held against on its own. For the cap per market the fullest market
    counts, for the daily loss a loss (a win uses nothing). A breaker that is off counts nothing."""
    today, equity = portfolio.today, portfolio.equity
    stops = stop_run(portfolio.losing_stops, limits, now).count if limits.max_stops_in_a_row else None
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
        LimitUse("max_daily_spend_krw", limits.max_daily_spend, today.spent + portfolio.buying, "KRW"),
        LimitUse("max_exposure", limits.max_exposure, portfolio.exposed / equity if equity > 0 else ZERO, "fraction"),
        LimitUse(
            "max_stops_in_a_row",
            Decimal(limits.max_stops_in_a_row),
            None if stops is None else Decimal(stops),
            "count",
        ),
        LimitUse("stop_breaker_seconds", Decimal(limits.stop_breaker_seconds), None, "seconds"),
        LimitUse("volatility_block_fraction", limits.volatility_block, None, "fraction"),
        LimitUse("volatility_window_seconds", Decimal(limits.volatility_window_seconds), None, "seconds"),
        LimitUse("max_spread_bps", limits.max_spread_bps, None, "bps"),
        LimitUse("max_slippage_bps", limits.max_slippage_bps, None, "bps"),
        LimitUse("cooldown_seconds", Decimal(limits.cooldown_seconds), None, "seconds"),
        LimitUse("declined_seconds", Decimal(limits.declined_seconds), None, "seconds"),
        LimitUse("max_quote_age_seconds", Decimal(limits.max_quote_age_seconds), None, "seconds"),
    ]
