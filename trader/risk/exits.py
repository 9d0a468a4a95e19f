"""Where a new position will be left.  In: ExitRule, entry price, TradingRules, signal's stop.  Out: ExitPlan.  Pure."""

from __future__ import annotations

from decimal import Decimal

from trader.model.limits import ExitRule
from trader.model.order import Breakeven, ExitPlan, Side
from trader.model.rules import TradingRules
from trader.model.ticks import stop_on_tick


def exit_plan(rule: ExitRule, price: Decimal, rules: TradingRules, signal_stop: Decimal | None = None) -> ExitPlan:
    """Levels for an entry at `price`. The strategy's stop and the owner's: the tighter (higher) one counts; a
    strategy's stop at or above the price is no stop and is left out. `rules` give what a sale costs, and its ticks."""
    stops = [price * (1 - rule.stop)] if rule.stop > 0 else []
    if signal_stop is not None and 0 < signal_stop < price:
        stops.append(signal_stop)
    return ExitPlan(
        stop=stop_on_tick(rules.ticks, max(stops), price) if stops else None,
        take=rules.round_price(price * (1 + rule.take), Side.SELL) if rule.take > 0 else None,
        trail=rule.trail if rule.trail > 0 else None,
        max_hold_seconds=rule.max_hold_seconds if rule.max_hold_seconds > 0 else None,
        breakeven=Breakeven(rule.breakeven, rules.ask_fee_rate) if rule.breakeven > 0 else None,
    )
