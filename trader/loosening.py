"""Does a change of a setting let the bot risk more?  In: key, old and new value as stored.  Out: bool.  Pure.

Loosening asks once more, and a limit or a guard that is loosened waits; tightening takes effect at once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

HIGHER_IS_LOOSER = frozenset(
    {
        "aggressiveness",
        "order_fraction",
        "risk_fraction",
        "kelly_scale",
        "kelly_start_fraction",
        "ask_above_krw",
        "silence_allow_below_krw",
        "approval_ttl_seconds",
        "price_band",
        "max_order_krw",
        "max_market_krw",
        "max_positions",
        "max_entries_per_day",
        "max_daily_loss_krw",
        "max_daily_spend_krw",
        "max_exposure",
        "max_spread_bps",
        "max_slippage_bps",
        "max_quote_age_seconds",
        "ai_max_share",
        "ai_daily_krw",
        "ai_monthly_krw",
        "ai_chat_daily_krw",
        "ai_cost_share",
    }
)
LOWER_IS_LOOSER = frozenset(
    {
        "ai_cooldown_candles",
        "vote_threshold",
        "premium_reduction",
        "cooldown_seconds",
        "declined_seconds",
        "kelly_sample",
        "stop_breaker_seconds",
        "volatility_window_seconds",
        "raise_delay_seconds",
    }
)
ZERO_IS_NONE = frozenset(
    {
        "stop_fraction",
        "trail_fraction",
        "max_hold_seconds",
        "breakeven_fraction",
        "max_stops_in_a_row",
        "volatility_block_fraction",
        "premium_limit_fraction",
    }
)
"""Guards and blocks: farther away is looser, and 0 switches them off."""
OFF_IS_LOOSER = frozenset({"take_fraction"})
"""A guard whose distance is a matter of taste, but not its absence."""
NOT_COMPARED = frozenset({"silence_hours"})
"""Any other value counts as looser."""
_ORDERED = {
    "approval": ("ask-all", "ask-above", "auto"),
    "silence": ("reject", "allow"),
    "buy_on_warning": ("no", "yes"),
    "premium_action": ("refuse", "reduce", "allow"),
    "premium_unknown": ("refuse", "reduce", "allow"),
    "ai_role": ("veto", "adviser", "off", "decider"),
    "buy_votes": ("unanimous", "majority", "average"),
    "ai_unavailable": ("hold", "rules"),
    "ai_news": ("sorted", "text"),
}

GUARDED = HIGHER_IS_LOOSER | LOWER_IS_LOOSER | ZERO_IS_NONE | OFF_IS_LOOSER | NOT_COMPARED | _ORDERED.keys()
FREE = frozenset(
    {
        "markets",
        "strategy",
        "timeframe",
        "order_style",
        "remainder_ttl_seconds",
        "sizing",
        "sell_votes",
        "sell_of_answered",
        "ai_deadline_seconds",
        "ai_memory",
        "ai_horizon_candles",
    }
)
"""Neither looser nor tighter: how, not how much."""


WAITING = frozenset(
    {
        "stop_fraction",
        "take_fraction",
        "trail_fraction",
        "max_hold_seconds",
        "breakeven_fraction",
        "max_order_krw",
        "max_market_krw",
        "max_positions",
        "max_entries_per_day",
        "max_daily_loss_krw",
        "max_daily_spend_krw",
        "max_exposure",
        "max_stops_in_a_row",
        "stop_breaker_seconds",
        "volatility_block_fraction",
        "volatility_window_seconds",
        "max_spread_bps",
        "max_slippage_bps",
        "cooldown_seconds",
        "declined_seconds",
        "max_quote_age_seconds",
        "premium_limit_fraction",
        "premium_action",
        "premium_reduction",
        "premium_unknown",
        "buy_on_warning",
        "raise_delay_seconds",
    }
)
"""Limits and guards: what loosens them takes effect after a while. Sizing and approval only ask once more."""


def waits(key: str, old: str, new: str) -> bool:
    """The change takes effect only after `raise_delay_seconds`."""
    return key in WAITING and loosens(key, old, new)


def loosens(key: str, old: str, new: str) -> bool:
    """A value that cannot be compared counts as looser: better asked once too often."""
    if key in FREE or old == new:
        return False
    if key in _ORDERED:
        order = _ORDERED[key]
        return old not in order or new not in order or order.index(new) > order.index(old)
    try:
        before, after = Decimal(old), Decimal(new)
    except InvalidOperation:
        return True
    if key in ZERO_IS_NONE:
        return before != after and (not after or bool(before and after > before))
    if key in OFF_IS_LOOSER:
        return bool(before) and not after
    return after < before if key in LOWER_IS_LOOSER else after > before
