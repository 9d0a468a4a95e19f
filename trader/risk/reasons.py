"""Every reason the gate can give, in one place: its code and the figures it carries, so that wording can be complete.

Figures are plain text: sums in KRW, quantities in base, spread and slippage in 1/10,000 (`_bps`), shares as fractions
(`_fraction`), times in seconds."""

from __future__ import annotations

from datetime import timedelta
from decimal import ROUND_HALF_UP, Decimal

from trader.model.order import Reason

REASONS: dict[str, tuple[str, ...]] = {
    # any order
    "trading_state": ("state",),
    "order_pending": ("market",),
    "order_unresolved": ("market",),
    "market_inactive": ("market",),
    "below_minimum": ("notional", "minimum"),
    "not_placeable": ("why",),
    # entries
    "not_reconciled": (),
    "books_differ": ("market",),
    "no_size": (),
    "already_holding": ("market", "quantity"),
    "below_minimum_at_stop": ("value", "stop", "minimum"),
    "above_maximum": ("notional", "maximum"),
    "not_enough_cash": ("needed", "free"),
    "max_order": ("notional", "limit"),
    "max_market": ("value", "limit"),
    "max_positions": ("open", "limit"),
    "max_entries_per_day": ("entries", "limit"),
    "max_daily_loss": ("loss", "limit"),
    "max_daily_spend": ("spent", "notional", "limit"),
    "max_exposure": ("exposure_fraction", "limit_fraction"),
    "max_stops_in_a_row": ("stops", "limit", "seconds_left"),
    "volatility": ("move_fraction", "limit_fraction"),
    "max_spread": ("spread_bps", "limit_bps"),
    "max_slippage": ("slippage_bps", "limit_bps"),
    "book_too_thin": ("notional", "available"),
    "cooldown": ("seconds_left",),
    "declined": ("how", "seconds_left"),
    "stale_quote": ("age_seconds", "limit_seconds"),
    "market_unknown": ("market",),
    "market_warning": ("market",),
    "market_caution": ("market", "cautions"),
    # sales
    "nothing_to_sell": ("market",),
    "more_than_held": ("quantity", "held"),
    "already_selling": ("quantity", "left"),
    "leaves_dust": ("value", "minimum"),
}


def because(code: str, **figures: Decimal | int | timedelta | str) -> Reason:
    """A `Reason` with exactly the figures declared for its code. KeyError: an unknown code, or other figures."""
    if set(REASONS[code]) != set(figures):
        raise KeyError(f"{code} carries {REASONS[code]}, not {tuple(figures)}")
    return Reason(code, {name: _text(name, figure) for name, figure in figures.items()})


def _text(name: str, figure: Decimal | int | timedelta | str) -> str:
    if isinstance(figure, timedelta):
        return str(int(figure.total_seconds()))
    if isinstance(figure, Decimal):
        if name.endswith("_bps"):
            figure = figure.quantize(Decimal("0.1"), ROUND_HALF_UP)
        if name.endswith("_fraction"):
            figure = figure.quantize(Decimal("0.0001"), ROUND_HALF_UP)
        text = format(figure, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(figure)
