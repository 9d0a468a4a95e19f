"""What stands behind `/alerts`: a condition, or what is to be done with an alert that is there.

Figures and signs, Korean or English words: `BTC > 1억`, `BTC 95000000 이하`, `XRP 3천원`, `BTC 5% 1h`, `BTC -3% 30분`,
`BTC rsi < 30 15m`, `BTC > sma 20`, `BTC volume 3x`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, TypeAlias

from chatbot import amounts
from chatbot.amounts import folded
from chatbot.context import Context
from chatbot.registry import Slot
from chatbot.slots.common import ALL_WORDS, parse_timeframe, read_market, read_until
from trader.errors import UserInputError
from trader.model.alert import AlertKind, Comparison, Condition
from trader.model.market import Market, Timeframe

RSI_SPAN = 14
VOLUME_SPAN = 20


@dataclass(frozen=True, slots=True)
class Set:
    market: Market
    condition: Condition
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delete:
    """`id_start` empty: all of them."""

    id_start: str


@dataclass(frozen=True, slots=True)
class Mute:
    id_start: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Unmute:
    id_start: str


@dataclass(frozen=True, slots=True)
class Again:
    id_start: str


Request: TypeAlias = Set | Delete | Mute | Unmute | Again

_ACTS = {
    **dict.fromkeys(("delete", "remove", "del", "off", "삭제", "지워", "해제"), "delete"),
    **dict.fromkeys(("mute", "음소거", "조용히", "끄기"), "mute"),
    **dict.fromkeys(("unmute", "켜기", "음소거해제"), "unmute"),
    **dict.fromkeys(("again", "다시"), "again"),
}
_ID = re.compile(r"[0-9A-Z]{1,16}", re.ASCII)


def _request(words: list[str], ctx: Context) -> tuple[Request, int]:
    act = _ACTS.get(folded(words[0]))
    if act is not None:
        return _act(act, words[1:], ctx), len(words)
    market, used = read_market(words, ctx)
    rest, until = _ending(words[used:], ctx)
    if not rest:
        raise UserInputError("alert-unclear", value=" ".join(words)[: amounts.LONGEST])
    default = next(view.value for view in ctx.desk.settings() if view.key == "timeframe")
    return Set(market, parse_condition(" ".join(rest), Timeframe(default)), until), len(words)


def _act(act: str, rest: list[str], ctx: Context) -> Request:
    if not rest:
        raise UserInputError("argument-missing", name=ctx.words("arg-alert-id"))
    id_start = "" if folded(rest[0]) in ALL_WORDS else rest[0].upper()
    if id_start and not _ID.fullmatch(id_start):
        raise UserInputError("alert-unknown", id=rest[0][: amounts.LONGEST])
    more = rest[1:]
    if act == "mute":
        return Mute(id_start, read_until(more, ctx)[0] if more else None)
    if more:
        raise UserInputError("argument-extra", value=" ".join(more))
    return Delete(id_start) if act == "delete" else Unmute(id_start) if act == "unmute" else Again(id_start)


def _ending(words: list[str], ctx: Context) -> tuple[list[str], datetime | None]:
    """`… 내일 9시까지`: an end without a marker before it."""
    if not words or not words[-1].endswith("까지"):
        return words, None
    for at in range(max(0, len(words) - 4), len(words)):
        try:
            return words[:at], amounts.parse_until(" ".join(words[at:]), ctx.services.clock.now())
        except UserInputError:
            continue
    return words, None


# ---------------------------------------------------------------- conditions

_COMPARISONS = {
    **dict.fromkeys((">=", "=>", "≥", "이상", "at least"), Comparison.AT_LEAST),
    **dict.fromkeys(("<=", "=<", "≤", "이하", "at most"), Comparison.AT_MOST),
    **dict.fromkeys((">", "초과", "above", "over", "위", "돌파"), Comparison.ABOVE),
    **dict.fromkeys(("<", "미만", "below", "under", "아래"), Comparison.BELOW),
}
_OP = "(?P<op>" + "|".join(sorted(map(re.escape, _COMPARISONS), key=len, reverse=True)) + ")"
_FIGURE = r"(?P<figure>\d+(?:\.\d+)?)"
_MEAN = r"(?:sma|ma|이평|이동평균|평균)\s?\(?(?P<span>\d{1,3})\)?"
_TAIL = r"\s?(?P<tail>.*)"

_RSI = (
    re.compile(rf"rsi\s?(?:\(?(?P<span>\d{{1,3}})\)?\s?)?{_OP}\s?{_FIGURE}{_TAIL}"),
    re.compile(rf"rsi(?:\s?\(?(?P<span>\d{{1,3}})\)?)??\s+{_FIGURE}\s?{_OP}{_TAIL}"),
)
_SMA = (
    re.compile(rf"(?:(?:price|close|가격|종가)\s?)?{_OP}\s?{_MEAN}{_TAIL}"),
    re.compile(rf"{_MEAN}\s?{_OP}{_TAIL}"),
)
_VOLUME = re.compile(rf"(?:volume|vol|거래량)\s?{_OP}?\s?{_FIGURE}\s?(?:x|×|배)?(?P<tail>(?:\s.*)?)")
_PERCENT = re.compile(r"(?P<sign>[+-])?\s?(?P<points>\d+(?:\.\d+)?)\s?(?:%|퍼센트|프로)")
_UP = re.compile(r"상승|급등|오르[가-힣]*|(?<![a-z])(?:up|rises?|gains?)(?![a-z])")
_DOWN = re.compile(r"하락|급락|떨어[가-힣]*|(?<![a-z])(?:down|drops?|falls?)(?![a-z])")
_WITHIN = re.compile(r"안에|이내|(?<![a-z])(?:within|in|over)(?![a-z])")


def parse_condition(text: str, default: Timeframe) -> Condition:
    """`default` is the candle of indicators that name none. UserInputError: alert-unclear, alert-window,
    timeframe-unknown, price-unclear."""
    tight = " ".join(folded(text).split())
    if tight.startswith("rsi"):
        return _rsi(tight, default)
    if tight.startswith(("volume", "vol", "거래량")):
        return _volume(tight, default)
    mean = _first(_SMA, tight)
    if mean is not None:
        return Condition(
            AlertKind.SMA, _strict(_of(mean)), span=int(mean["span"]), timeframe=_frame(mean["tail"], default)
        )
    if (percent := _PERCENT.search(tight)) is not None:
        return _move(percent, f"{tight[: percent.start()]} {tight[percent.end() :]}")
    return _price(tight)


def _rsi(text: str, default: Timeframe) -> Condition:
    found = _first(_RSI, text)
    if found is None:
        raise UserInputError("alert-unclear", value=text[: amounts.LONGEST])
    span = int(found["span"] or RSI_SPAN)
    return Condition(AlertKind.RSI, _of(found), Decimal(found["figure"]), span, _frame(found["tail"], default))


def _volume(text: str, default: Timeframe) -> Condition:
    """`volume > 3x 20 15m`: times, candles of the mean, length of a candle."""
    found = _VOLUME.fullmatch(text)
    if found is None:
        raise UserInputError("alert-unclear", value=text[: amounts.LONGEST])
    words = found["tail"].split()
    comparison = _COMPARISONS[found["op"]] if found["op"] else Comparison.AT_LEAST
    if words and words[0] in _COMPARISONS:
        comparison = _COMPARISONS[words.pop(0)]
    span = int(words.pop(0)) if words and words[0].isdecimal() and len(words[0]) < 4 else VOLUME_SPAN
    times = Decimal(found["figure"])
    return Condition(AlertKind.VOLUME, comparison, times, span, _frame(" ".join(words), default))


def _move(percent: re.Match[str], rest: str) -> Condition:
    up, down = percent["sign"] == "+" or _UP.search(rest), percent["sign"] == "-" or _DOWN.search(rest)
    if up and down:
        raise UserInputError("alert-unclear", value=rest[: amounts.LONGEST])
    span = " ".join(_WITHIN.sub(" ", _DOWN.sub(" ", _UP.sub(" ", rest))).split())
    if not span:
        raise UserInputError("alert-window", value=percent.group())
    seconds = int(amounts.parse_duration(span).total_seconds())
    comparison = Comparison.ABOVE if up else Comparison.BELOW if down else Comparison.EITHER
    return Condition(AlertKind.MOVE, comparison, Decimal(percent["points"]) / 100, seconds)


def _price(text: str) -> Condition:
    before = re.fullmatch(rf"(?:(?:price|가격)\s?)?{_OP}\s?(?P<price>.+)", text)
    behind = re.fullmatch(rf"(?P<price>.+?)\s?{_OP}", text)
    found = before or behind
    price = amounts.parse_price(found["price"] if found else text)
    return Condition(AlertKind.PRICE, _of(found) if found else Comparison.EITHER, price)


def _first(patterns: tuple[re.Pattern[str], ...], text: str) -> re.Match[str] | None:
    return next((match for pattern in patterns if (match := pattern.fullmatch(text)) is not None), None)


def _of(match: re.Match[str]) -> Comparison:
    return _COMPARISONS[match["op"]]


def _strict(comparison: Comparison) -> Comparison:
    """A close stands above the mean or below it."""
    return Comparison.ABOVE if comparison in (Comparison.ABOVE, Comparison.AT_LEAST) else Comparison.BELOW


def _frame(tail: str, default: Timeframe) -> Timeframe:
    return parse_timeframe(tail) if tail.strip() else default


AlertRequest = Annotated[Request, Slot("alert", _request)]
AlertUntil = Annotated[datetime, Slot("until", read_until, markers=("until", "till"))]
Repeat = Annotated[bool, Slot("repeat", lambda words, ctx: (True, 1), markers=("repeat", "반복", "매번"), flag=True)]
