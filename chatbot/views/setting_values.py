"""A setting's value between a person and the store: read by its unit, shown by its unit. Pure."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from chatbot import amounts
from chatbot.amounts import folded
from chatbot.coins import Coins
from chatbot.notify.slots import parse_hours
from chatbot.slots.common import parse_timeframe
from chatbot.wording import Words
from trader.model.market import EPOCH
from trader.model.views import SettingView
from trader.settings import Settings
from trader.settings.fields import field_extra

_DEFAULT = frozenset({"default", "reset", "기본", "기본값", "초기화"})
_CANCEL = frozenset({"cancel", "취소", "되돌려"})
_ZERO = frozenset({"0", "0원", "없음", "none", "off", "끄기"})

_ALWAYS = frozenset({"always", "all day", "항상", "언제나", "종일"})
"""Hours that end nowhere."""


def is_default(text: str) -> bool:
    return folded(text) in _DEFAULT


def is_cancel(text: str) -> bool:
    """Asks to forget a change that waits."""
    return folded(text) in _CANCEL


def normalised(view: SettingView, text: str, coins: Coins) -> str:
    """As it would be written in the environment. UserInputError by unit: what could not be read, or read two ways."""
    if view.unit in ("KRW", "fraction", "seconds") and folded(text) in _ZERO:
        return "0"
    if view.unit == "KRW":
        return str(amounts.parse_krw(text))
    if view.unit == "fraction":
        return _plain(amounts.parse_fraction(text))
    if view.unit == "seconds":
        return str(amounts.parse_seconds(text))
    if view.unit == "count":
        return str(amounts.parse_count(text))
    if view.unit == "bps":
        return _plain(amounts.parse_bps(text))
    if view.unit == "hours":
        return "" if folded(text) in _ALWAYS else str(parse_hours(text, EPOCH))
    if view.unit == "yes/no":
        return "yes" if amounts.parse_yes_no(text) else "no"
    if view.unit == "codes":
        return " ".join(coins.parse(name).code for name in text.replace(",", " ").split())
    if view.key == "timeframe":
        return parse_timeframe(text).value
    return folded(text)


def unit_of(key: str) -> str:
    """Empty for what is no setting (a strategy's parameter)."""
    info = Settings.model_fields.get(key)
    return "" if info is None else str(field_extra(info).get("unit", ""))


def shown(unit: str, value: str, words: Words) -> str:
    """`0.1` of unit fraction → `10%`; a text that is no figure is shown as it is."""
    if unit == "yes/no":
        return words.first((f"value-{value}",), value)
    if unit not in ("KRW", "fraction", "seconds"):
        return f"{value}bps" if unit == "bps" and value else value
    try:
        figure = Decimal(value)
    except InvalidOperation:
        return value
    if unit == "KRW":
        return words.krw(figure)
    return words.share(figure) if unit == "fraction" else words.span(float(figure))


def _plain(figure: Decimal) -> str:
    return format(figure.normalize(), "f")
