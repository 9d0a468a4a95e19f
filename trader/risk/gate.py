"""The one gate: may this wish be traded?  In: Intent, Portfolio, Limits, the market now.  Out: Cleared | Denied.  Pure.

Strategies, persons, guard and panic all pass here. Every check is asked, so a denial carries all its reasons (codes
and figures in `reasons.py`). Limits stop entries only, never an exit (promise 7)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from trader.model.limits import Limits
from trader.model.market import Market, MarketInfo, OrderBook, Quote
from trader.model.order import ZERO, Cleared, Denied, ExitPlan, Intent, Origin, Reason, Side
from trader.model.portfolio import Portfolio
from trader.model.rules import TradingRules
from trader.risk.case import Case
from trader.risk.entries import ENTRY_CHECKS, Check
from trader.risk.outlook import outlook
from trader.risk.sales import PROTECTIVE_CHECKS, SALE_CHECKS


def review(
    intent: Intent,
    portfolio: Portfolio,
    limits: Limits,
    rules: TradingRules,
    quote: Quote | None,
    book: OrderBook | None,
    info: MarketInfo | None,
    now: datetime,
    moved: Decimal | None = None,
) -> Cleared | Denied:
    """Cleared, with estimates of fee, slippage and share of equity, or denied with every reason found.

    Args:
        quote: None = no price known, which denies entries (`stale_quote`).
        book: None = depth not looked at: slippage is neither limited nor estimated (0).
        info: None = not a listed market, which denies entries (`market_unknown`).
        moved: how far the price went lately (`volatility.moved`); None = not known, which stops nothing."""
    case = Case(intent, portfolio, limits, rules, quote, book, info, now, moved)
    reasons = tuple(reason for check in checks_for(intent) if (reason := check(case)) is not None)
    if reasons:
        return Denied(intent, reasons)
    walk, equity = case.walk, portfolio.equity
    return Cleared(
        intent=intent,
        fee=case.fee,
        slippage_bps=walk.slippage_bps if walk else ZERO,
        equity_share=case.notional / equity if equity > 0 else ZERO,
        outlook=outlook(case),
    )


def checks_for(intent: Intent) -> tuple[Check, ...]:
    if intent.side is Side.BUY:
        return ENTRY_CHECKS
    return PROTECTIVE_CHECKS if intent.protective else SALE_CHECKS


def entry_blocks(
    market: Market,
    owner: str,
    portfolio: Portfolio,
    limits: Limits,
    rules: TradingRules,
    quote: Quote | None,
    info: MarketInfo | None,
    now: datetime,
    moved: Decimal | None = None,
) -> tuple[Reason, ...]:
    """What would stand against an entry of the strategy `owner` into `market` now, whatever its size, for /why. Asked
    with a small buy that is well above the venue's minimum."""
    price = quote.ask if quote else Decimal(1)
    probe = Intent(
        intent_id="probe",
        market=market,
        side=Side.BUY,
        origin=Origin.STRATEGY,
        owner=owner,
        reason="probe",
        created_at=now,
        price=price,
        notional=rules.min_notional * 2,
        exits=ExitPlan(),
    )
    verdict = review(probe, portfolio, limits, rules, quote, None, info, now, moved)
    return verdict.reasons if isinstance(verdict, Denied) else ()
