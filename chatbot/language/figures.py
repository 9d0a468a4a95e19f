"""Sums, quantities, shares and times inside a sentence: where they begin and end. What they are worth is read by
`amounts` alone, so a sentence and a command's argument cannot mean different things."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from chatbot import amounts
from chatbot.language.tokens import Kind, Value
from chatbot.language.words import NOT_A_WORD
from chatbot.slots.common import parse_timeframe
from chatbot.wording.figures import SEOUL
from trader.errors import UserInputError

Found = tuple[Kind, Value, int]
"""Kind, value, end."""

_NUMERALS = "일이삼사오육륙칠팔구"
_PLAIN = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_BODY = (
    rf"(?:{_PLAIN}|[{_NUMERALS}십백천만억조])"
    rf"(?:{_PLAIN}|[{_NUMERALS}십백천만억조]|(?<=[조억만천])\s(?=\d|[{_NUMERALS}][십백천만])|(?<=\d)\s(?=[조억만천백십]))*"
)
_SUM = re.compile(rf"(?:₩\s?)?{_BODY}", re.ASCII)
_WON = re.compile(rf"\s?(?:원\s?어치|원\s?치|원|어치|치|krw{NOT_A_WORD}|won{NOT_A_WORD})", re.ASCII)
_ENGLISH_SUM = re.compile(
    rf"(?:₩|krw)?\s?({_PLAIN}\s?(?:k|m|thousand|million)?)(\s?(?:won|krw))?{NOT_A_WORD}", re.ASCII
)
_FOREIGN = re.compile(
    rf"[$€¥]\s?{_PLAIN}|{_PLAIN}\s?(?:달러|불|유로|엔|usd|usdt|dollars?|bucks|eur|euros?){NOT_A_WORD}", re.ASCII
)
_PERCENT = re.compile(rf"({_PLAIN})\s?(?:%|퍼센트|퍼(?=로|만|\s|$)|프로|percent{NOT_A_WORD}|pct{NOT_A_WORD})", re.ASCII)
_SHARE = re.compile(
    r"전량|전부|전체|모두|모든|몽땅|싹\s?다|싹|다|절반|반절|반|(?:all|everything|half|entire|whole)" + NOT_A_WORD
)
_COINS = re.compile(r"\s?(?:개|코인)|\s?coins?" + NOT_A_WORD)
_COUNTS = {"한": 1, "두": 2, "세": 3, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7, "여덟": 8, "아홉": 9, "열": 10}
_COUNTED = re.compile(rf"({'|'.join(_COUNTS)})\s?(?:개|코인)")
_LONGEST = 40


def sums(text: str, at: int) -> Iterator[Found]:
    """Sums with their unit, sums without one, quantities and bare figures that begin at `at`, the longest first."""
    yield from _english(text, at)
    match = _SUM.match(text, at, at + _LONGEST)
    if match is None:
        return
    for end in range(match.end(), at, -1):
        body = text[at:end].rstrip()
        torn = end < len(text) and text[end - 1].isdecimal() and text[end].isdecimal()
        if end - at != len(body) or torn:
            continue
        yield from _with_unit(text, at, end, body)
        yield from _bare(text, end, body)


def _with_unit(text: str, at: int, end: int, body: str) -> Iterator[Found]:
    won = _WON.match(text, end)
    if won is not None or body.startswith("₩"):
        stop = won.end() if won is not None else end
        value = _read(amounts.parse_krw, text[at:stop])
        if value is not None:
            yield Kind.MONEY, value, stop
    coins = _COINS.match(text, end)
    quantity = _read(amounts.parse_quantity, f"{body}개") if coins else None
    if coins and quantity is not None:
        yield Kind.QUANTITY, quantity, coins.end()


def _bare(text: str, end: int, body: str) -> Iterator[Found]:
    if re.fullmatch(_PLAIN, body):
        yield Kind.NUMBER, Decimal(body.replace(",", "")), end
    elif re.search(rf"[\d{_NUMERALS}십백천].*[천만억조]|[\d{_NUMERALS}]천", body):
        value = _read(amounts.parse_krw, f"{body}원")
        if value is not None:
            yield Kind.BARE, value, end


def _english(text: str, at: int) -> Iterator[Found]:
    match = _ENGLISH_SUM.match(text, at)
    if match is None or not re.search(r"[a-z₩]", match.group()):
        return
    value = _read(amounts.parse_krw, match.group())
    if value is not None:
        says_won = match.group(2) or match.group().startswith(("₩", "krw"))
        yield Kind.MONEY if says_won else Kind.BARE, value, match.end()


def parts(text: str, at: int) -> Iterator[Found]:
    """Shares, counted coins, other currencies."""
    if match := _FOREIGN.match(text, at):
        yield Kind.FOREIGN, None, match.end()
    if match := _PERCENT.match(text, at):
        share = _read(amounts.parse_share, f"{match.group(1)}%")
        if share is not None:
            yield Kind.SHARE, share, match.end()
    if match := _COUNTED.match(text, at):
        yield Kind.QUANTITY, Decimal(_COUNTS[match.group(1)]), match.end()
    if match := _SHARE.match(text, at):
        yield Kind.SHARE, Decimal("0.5" if match.group() in ("절반", "반절", "반", "half") else 1), match.end()


# ---------------------------------------------------------------- time

_CLOCK = (
    r"(?:(?:오전|오후|아침|저녁|새벽|밤|낮)(?:에)?\s?)?"
    r"(?:\d{1,2}:\d{2}|\d{1,2}\s?시(?!간)(?:\s?\d{1,2}\s?분|\s?반)?)|자정|정오"
)
_ENGLISH_CLOCK = rf"(?:\d{{1,2}}(?::\d{{2}})?\s?(?:am|pm)|\d{{1,2}}:\d{{2}}|midnight|noon){NOT_A_WORD}"
_MOMENT = re.compile(rf"(?:(?P<day>오늘|내일|모레)\s?)?(?:{_CLOCK})", re.ASCII)
_ENGLISH_MOMENT = re.compile(
    rf"(?:(?P<before>today|tomorrow)\s(?:at\s|morning\s(?:at\s)?)?)?(?P<clock>{_ENGLISH_CLOCK})"
    r"(?:\s(?P<after>today|tomorrow)(?![a-z]))?",
    re.ASCII,
)
_DAYS = {"오늘": 1, "금일": 1, "today": 1, "내일": 2, "tomorrow": 2, "모레": 3}
_DAY = re.compile(rf"(?:{'|'.join(_DAYS)}){NOT_A_WORD}")
_KOREAN_NUMBERS = {**_COUNTS, "열두": 12, "스물네": 24}
_NUMBER = rf"\d{{1,4}}|{'|'.join(sorted(_KOREAN_NUMBERS, key=len, reverse=True))}"
_SPAN = re.compile(
    rf"(?:(?P<half>반\s?시간)|(?:(?P<days>{_NUMBER})\s?일\s?)?(?:(?P<hours>{_NUMBER})\s?시간\s?)?(?:(?P<minutes>{_NUMBER})\s?분(?!의)|(?P<half_more>반))?)"
    r"\s?(?:동안|간|정도)?",
    re.ASCII,
)
_WORD_SPANS = {"하루": 1, "이틀": 2, "사흘": 3, "일주일": 7, "한 주": 7, "한주": 7, "한 달": 30, "한달": 30}
_WORD_SPAN = re.compile(rf"(?:{'|'.join(_WORD_SPANS)})\s?(?:동안|간|정도)?")
_ENGLISH_NUMBERS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_ENGLISH_SPAN = re.compile(
    rf"(?:(?P<half>half an hour)|(?:(?P<n>\d{{1,4}})\s?|(?P<word>{'|'.join(_ENGLISH_NUMBERS)})\s)"
    rf"(?P<unit>minutes?|mins?|min|hours?|hrs?|hr|h|days?|d|weeks?|months?)){NOT_A_WORD}",
    re.ASCII,
)
_FRAME = re.compile(r"(?:\d{1,3}\s?(?:분|시간)|일)\s?봉", re.ASCII)


def times(text: str, at: int, now: datetime) -> Iterator[Found]:
    """Moments, days, spans and candle lengths that begin at `at`."""
    if match := _FRAME.match(text, at):
        frame = _read(parse_timeframe, match.group())
        if frame is not None:
            yield Kind.FRAME, frame, match.end()
    for match in (_MOMENT.match(text, at), _ENGLISH_MOMENT.match(text, at)):
        moment = _read(lambda t: amounts.parse_until(t, now), _turned(match)) if match else None
        if match and moment is not None:
            yield Kind.MOMENT, moment, match.end()
    if match := _DAY.match(text, at):
        midnight = now.astimezone(SEOUL).replace(hour=0, minute=0, second=0, microsecond=0)
        yield Kind.DAY, midnight + timedelta(days=_DAYS[match.group()]), match.end()
    yield from _spans(text, at)


def _turned(match: re.Match[str]) -> str:
    """`9am tomorrow` → `tomorrow 9am`; Korean as it stands."""
    groups = match.groupdict()
    if "clock" not in groups:
        return match.group().replace("에 ", " ")
    return " ".join(filter(None, (groups["before"] or groups["after"], groups["clock"])))


def _spans(text: str, at: int) -> Iterator[Found]:
    if match := _WORD_SPAN.match(text, at):
        name = next(name for name in _WORD_SPANS if match.group().startswith(name))
        yield Kind.SPAN, timedelta(days=_WORD_SPANS[name]), match.end()
    for match, written in ((_SPAN.match(text, at), _korean_span), (_ENGLISH_SPAN.match(text, at), _english_span)):
        span = _read(amounts.parse_duration, written(match)) if match else None
        if match and span is not None:
            yield Kind.SPAN, span, len(match.group().rstrip()) + at


def _korean_span(match: re.Match[str]) -> str:
    """As `amounts` reads it; empty when it is none (`반` alone)."""
    if match["half"]:
        return "30m"
    if match["half_more"] and not match["hours"]:
        return ""
    days, hours, minutes = (_number(match[name]) for name in ("days", "hours", "minutes"))
    return f"{days}d{hours}h{30 if match['half_more'] else minutes}m"


def _english_span(match: re.Match[str]) -> str:
    if match["half"]:
        return "30m"
    count, unit = _ENGLISH_NUMBERS[match["word"]] if match["word"] else int(match["n"]), match["unit"]
    days = {"w": 7, "d": 1}.get(unit[0], 30 if unit.startswith("mo") else 0)
    return f"{count * days}d" if days else f"{count}{unit[0]}"


def _number(text: str | None) -> int:
    return 0 if text is None else _KOREAN_NUMBERS.get(text) or int(text)


def _read(parse: Callable[[str], Value], text: str) -> Value:
    """None: not one."""
    try:
        return parse(text)
    except UserInputError:
        return None
