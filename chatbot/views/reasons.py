"""Why not, in words: a reason's code and its figures, each shown in its own unit."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from chatbot.views.causes import cause_text
from chatbot.wording import Words, figures
from trader.model.order import Reason

_COUNTED = frozenset({"max_positions", "max_entries_per_day", "max_stops_in_a_row"})
"""Codes whose plain figures are counts; elsewhere they are sums in KRW."""
_KRW = frozenset(
    {"notional", "minimum", "maximum", "needed", "free", "limit", "value", "loss", "spent", "available", "stop"}
)
_QUANTITY = frozenset({"quantity", "held", "left"})


def reason_text(reason: Reason, words: Words) -> str:
    """One sentence. Figures that are missing are said to be unknown, or left out when none is
    known; a code without wording is shown as it is."""
    key = f"reason-{reason.code.replace('_', '-')}"
    if not words.has(key):
        return " ".join([reason.code, *(f"{name}={value}" for name, value in reason.params.items())])
    needed = words.needs(key)
    if needed and not any(reason.params.get(name) for name in needed):
        return codes_text(reason.code, words)
    return words.lenient(key, {name: _figure(reason.code, name, value, words) for name, value in reason.params.items()})


def codes_text(codes: str, words: Words) -> str:
    """Several codes without figures, as events carry them: `cooldown max_spread`."""
    return "; ".join(words.first((f"denied-{code.replace('_', '-')}",), code) for code in codes.split())


def _figure(code: str, name: str, value: str, words: Words) -> str:
    if name == "market":
        return words.coin(value)
    if name == "state":
        return words.first((f"state-{value}",), value)
    if name == "why":
        return cause_text(value, words)
    try:
        figure = Decimal(value)
    except InvalidOperation:
        return value
    if name.endswith(("_seconds", "seconds_left")):
        return words.span(float(figure))
    if name.endswith("_fraction"):
        return words.share(figure)
    if name in _QUANTITY:
        return figures.quantity(figure)
    return words.krw(figure) if name in _KRW and code not in _COUNTED else figures.quantity(figure)
