"""Alerts in words: the condition, and the figure it is judged by.  In: flat text of an event.  Pure."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from chatbot.wording import Words, figures
from trader.model.alert import Alert, AlertKind, Comparison, Condition
from trader.model.plain import plain

_SIGNS = {Comparison.ABOVE: ">", Comparison.AT_LEAST: "≥", Comparison.BELOW: "<", Comparison.AT_MOST: "≤"}
_ON_CANDLES = (AlertKind.RSI, AlertKind.VOLUME)


def flat(condition: Condition) -> dict[str, str]:
    """As events carry it."""
    return {
        "condition": condition.kind.value,
        "comparison": condition.comparison.value,
        "level": plain(condition.value),
        "span": str(condition.span or ""),
        "timeframe": condition.timeframe.value if condition.timeframe else "",
    }


def condition_text(data: Mapping[str, str], words: Words) -> str:
    """`가격 95,000,000원 이상`, `1시간 안에 5% 상승`, `RSI(14) < 30 (15m)`; unknown where the event lacks it."""
    try:
        kind, comparison = AlertKind(data.get("condition", "")), Comparison(data.get("comparison", ""))
    except ValueError:
        return words.unknown
    way = comparison.name.lower().replace("_", "-")
    span = data.get("span", "")
    params = {
        "level": _level(kind, data.get("level", ""), words),
        "span": words.span(float(span)) if kind is AlertKind.MOVE and span else span,
        "timeframe": data.get("timeframe", ""),
        "sign": _SIGNS.get(comparison, ""),
        "way": way,
    }
    return words.lenient(f"alert-{kind.value}" if kind in _ON_CANDLES else f"alert-{kind.value}-{way}", params)


def value_text(data: Mapping[str, str], words: Words) -> str:
    """Empty where the figure is not known."""
    amount = _decimal(data.get("value", ""))
    if amount is None:
        return ""
    match data.get("condition"):
        case AlertKind.PRICE:
            return words.price(amount)
        case AlertKind.MOVE:
            return words.change(amount)
        case AlertKind.SMA:
            return words("alert-value-sma", share=words.change(amount))
        case AlertKind.VOLUME:
            return words("alert-value-volume", times=figures.quantity(round(amount, 2)))
    return figures.quantity(round(amount, 2))


def of(alert: Alert, words: Words) -> str:
    """The market and its condition."""
    return f"{words.market(alert.market.code)} {condition_text(flat(alert.condition), words)}"


def _level(kind: AlertKind, text: str, words: Words) -> str:
    amount = _decimal(text)
    if amount is None:
        return ""
    if kind is AlertKind.PRICE:
        return words.price(amount)
    return words.share(amount) if kind is AlertKind.MOVE else figures.quantity(amount)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None
