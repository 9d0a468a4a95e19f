"""Sums, quantities, shares, prices and times as people type them, in Korean or plain figures.

Everything is read after NFKC (full-width digits) or refused with a `UserInputError` that says what would be understood:
nothing is guessed where two readings are possible."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TypeVar

from chatbot.wording.figures import SEOUL
from trader.errors import UserInputError

T = TypeVar("T")

LONGEST = 40
"""Characters of an amount; whatever is longer is a sentence."""

_SECTIONS = (("조", 10**12), ("억", 10**8), ("만", 10**4))
_SMALL_UNITS = (("천", 1000), ("백", 100), ("십", 10))
_NUMERALS = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6, "칠": 7, "팔": 8, "구": 9}
_PLAIN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_TORN = re.compile(r"\d\s+\d")
WON = re.compile(r"(?:원어치|원치|원|어치|치|krw|won)$")
"""How a sum ends that says its unit."""
THOUSANDS = {"k": 10**3, "thousand": 10**3, "m": 10**6, "million": 10**6}
_SHARES = {
    "전량": Decimal(1),
    "전부": Decimal(1),
    "모두": Decimal(1),
    "다": Decimal(1),
    "all": Decimal(1),
    "절반": Decimal("0.5"),
    "반": Decimal("0.5"),
    "half": Decimal("0.5"),
}


def folded(text: str) -> str:
    """NFKC, lower case, no blanks at the ends."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def _tight(text: str, key: str, *, split_digits: bool = False) -> str:
    """Without blanks. Figures are not put together across one (`0.1 5`), unless `split_digits` (a date and a time)."""
    joined = "".join(folded(text).split())
    if not joined or len(joined) > LONGEST or (not split_digits and _TORN.search(text)):
        raise UserInputError(key, value=text[:LONGEST])
    return joined


def _plain(text: str) -> Decimal | None:
    """`50,000`, `0.01`; None for anything else (`5,00`, `-1`, ``)."""
    return Decimal(text.replace(",", "")) if _PLAIN.fullmatch(text) else None


# ---------------------------------------------------------------- money


def parse_krw(text: str) -> Decimal:
    """`5만원`, `1억 2천만`, `50,000`, `십만원`, `50k won` → whole KRW above 0. UserInputError: krw-unclear,
    krw-not-whole."""
    tight = _tight(text, "krw-unclear").removeprefix("₩").removeprefix("krw")
    bare = WON.sub("", tight)
    value = _english_number(bare)
    if value is None:
        value = _korean_number(bare, sure=bare != tight)
    if value is None:
        raise UserInputError("krw-unclear", value=text[:LONGEST])
    if value <= 0 or value != value.to_integral_value():
        raise UserInputError("krw-not-whole", value=text[:LONGEST])
    return value.quantize(Decimal(1))


def _english_number(text: str) -> Decimal | None:
    """`50k`, `1.5m`, `2million`; None without such a word."""
    match = re.fullmatch(rf"(.+?)({'|'.join(THOUSANDS)})", text)
    if match is None:
        return None
    figure = _plain(match.group(1))
    return None if figure is None else figure * THOUSANDS[match.group(2)]


def _korean_number(text: str, *, sure: bool) -> Decimal | None:
    """Sections of 조, 억, 만, each once and in this order. `sure`: a 원 follows, so that `5만500` cannot be a slip."""
    total = Decimal(0)
    rest = text
    seen = False
    for unit, size in _SECTIONS:
        head, found, tail = rest.partition(unit)
        if not found:
            continue
        section = Decimal(1) if not head and not seen and (tail or sure) else _section(head, sure=True)
        if section is None:
            return None
        total, rest, seen = total + section * size, tail, True
    if not rest:
        return total if seen else None
    last = _section(rest, sure=sure)
    if last is None:
        return None
    if seen and (last >= 10_000 or (not sure and rest.isdigit() and len(rest) < 4)):
        return None
    return total + last


def _section(text: str, *, sure: bool) -> Decimal | None:
    """Below ten thousand in words (`2천5백`, `이십오`) or any plain figure (`1.5`, `12,000`). None: not a number."""
    plain = _plain(text)
    if plain is not None:
        return plain
    total, rest, any_unit = 0, text, False
    for unit, size in _SMALL_UNITS:
        match = re.match(rf"([1-9]|[{''.join(_NUMERALS)}])?{unit}", rest)
        if match:
            digit = match.group(1)
            total += size * (1 if digit is None else _NUMERALS.get(digit) or int(digit))
            rest, any_unit, smallest = rest[match.end() :], True, size
    if not rest:
        return Decimal(total) if any_unit else None
    if rest in _NUMERALS:
        return Decimal(total + _NUMERALS[rest])
    if any_unit and sure and rest.isascii() and rest.isdecimal() and not rest.startswith("0") and int(rest) < smallest:
        return Decimal(total + int(rest))
    return None


def parse_price(text: str) -> Decimal:
    """`95,000,000`, `9500만원`, `0.123` → KRW per coin, above 0. UserInputError: price-unclear."""
    tight = _tight(text, "price-unclear").removeprefix("₩")
    bare = WON.sub("", tight)
    value = _plain(bare)
    if value is None:
        value = _english_number(bare)
    if value is None:
        value = _korean_number(bare, sure=bare != tight)
    if value is None or value <= 0:
        raise UserInputError("price-unclear", value=text[:LONGEST])
    return value


# ---------------------------------------------------------------- quantities and shares


def parse_quantity(text: str, base: str = "") -> Decimal:
    """`0.01`, `0.01개`, `0.01 BTC` → coins above 0. UserInputError: quantity-unclear."""
    tight = _tight(text, "quantity-unclear")
    bare = tight.removesuffix("개")
    if base and bare == tight:
        bare = tight.removesuffix(base.casefold())
    value = _plain(bare)
    if value is None and bare != tight:
        value = _korean_number(bare, sure=True)
    if value is None or value <= 0:
        raise UserInputError("quantity-unclear", value=text[:LONGEST])
    return value


def parse_share(text: str) -> Decimal:
    """`50%`, `절반`, `전량` → fraction in (0, 1]. UserInputError: share-unclear."""
    tight = _tight(text, "share-unclear")
    if tight in _SHARES:
        return _SHARES[tight]
    if tight.endswith(("%", "퍼센트", "프로")):
        points = _plain(re.sub(r"(%|퍼센트|프로)$", "", tight))
        if points is not None and 0 < points <= 100:
            return points / 100
    raise UserInputError("share-unclear", value=text[:LONGEST])


def parse_fraction(text: str) -> Decimal:
    """`3%` → 0.03, `0.03` → 0.03, `0` → 0; a bare figure from 1 up may mean either and is refused.
    UserInputError: fraction-unclear."""
    tight = _tight(text, "fraction-unclear")
    bare = re.sub(r"(%|퍼센트|프로)$", "", tight)
    value = _plain(bare)
    if value is None or (bare == tight and value >= 1):
        raise UserInputError("fraction-unclear", value=text[:LONGEST])
    return value / 100 if bare != tight else value


def parse_bps(text: str) -> Decimal:
    """`30`, `30bps`, `0.3%` → 30. UserInputError: bps-unclear."""
    tight = _tight(text, "bps-unclear")
    if tight.endswith("%"):
        points = _plain(tight[:-1])
        value = None if points is None else points * 100
    else:
        value = _plain(re.sub(r"bps?$", "", tight))
    if value is None:
        raise UserInputError("bps-unclear", value=text[:LONGEST])
    return value


def parse_count(text: str) -> int:
    """`10`, `10개`, `10회` → whole number from 0. UserInputError: count-unclear."""
    tight = re.sub(r"(개|회|번|건)$", "", _tight(text, "count-unclear"))
    if not tight.isascii() or not tight.isdecimal() or len(tight) > 9:
        raise UserInputError("count-unclear", value=text[:LONGEST])
    return int(tight)


_YES = frozenset({"yes", "y", "on", "true", "1", "예", "네", "응", "켜기", "켬", "켜"})
_NO = frozenset({"no", "n", "off", "false", "0", "아니오", "아니요", "끄기", "끔", "꺼"})


def parse_yes_no(text: str) -> bool:
    """UserInputError: yes-no-unclear."""
    tight = _tight(text, "yes-no-unclear")
    if tight in _YES or tight in _NO:
        return tight in _YES
    raise UserInputError("yes-no-unclear", value=text[:LONGEST])


# ---------------------------------------------------------------- time

_UNITS = (
    (r"(?:d|days?|일)", 86_400),
    (r"(?:h|hours?|hrs?|시간)", 3_600),
    (r"(?:m|min|mins|minutes?|분)", 60),
    (r"(?:s|sec|secs|seconds?|초)", 1),
)
_DURATION = re.compile("".join(rf"(?:(\d{{1,6}}){unit})?" for unit, _ in _UNITS))
_LONGEST_SPAN = 366 * 86_400


def parse_duration(text: str) -> timedelta:
    """`30m`, `30분`, `1시간 30분`, `2h`, `하루` → above 0, at most a year. UserInputError: duration-unclear."""
    tight = re.sub(r"(동안|간만|만|간)$", "", _tight(text, "duration-unclear")) or "?"
    tight = "1일" if tight == "하루" else f"{tight}간" if tight.endswith("시") else tight
    match = _DURATION.fullmatch(tight)
    seconds = sum(int(n) * size for n, (_, size) in zip(match.groups(), _UNITS, strict=True) if n) if match else 0
    if not 0 < seconds <= _LONGEST_SPAN:
        raise UserInputError("duration-unclear", value=text[:LONGEST])
    return timedelta(seconds=seconds)


def parse_seconds(text: str) -> int:
    """A duration, or a bare figure in seconds (0 included). UserInputError: duration-unclear."""
    tight = _tight(text, "duration-unclear")
    return int(tight) if tight.isascii() and tight.isdecimal() else int(parse_duration(text).total_seconds())


_DAY_WORDS = {"오늘": 0, "today": 0, "내일": 1, "tomorrow": 1, "모레": 2}
_HALVES = {
    **dict.fromkeys(("오전", "am", "a.m.", "아침", "새벽"), 0),
    **dict.fromkeys(("오후", "pm", "p.m.", "저녁", "밤", "낮"), 12),
}
_HOURS = {"저녁": range(1, 12), "밤": range(6, 12), "낮": (12, *range(1, 6))}
"""Hours that such a part of the day has; `밤 12시` and `밤 1시` could be either day's."""
_DAY = "|".join(_DAY_WORDS)
_HALF = "|".join(map(re.escape, _HALVES))
_TIME = re.compile(
    rf"(?:(?P<date>\d{{4}}-\d{{2}}-\d{{2}})t?|(?P<day>{_DAY}))?"
    rf"(?:(?P<half>{_HALF})?(?:(?P<h>\d{{1,2}}):(?P<m>\d{{2}})|(?P<hour>\d{{1,2}})(?:시(?:(?P<min>\d{{1,2}})분|(?P<thirty>반))?)?)"
    rf"(?P<after>am|pm|a\.m\.|p\.m\.)?|(?P<word>자정|정오|midnight|noon))"
)


def parse_until(text: str, now: datetime) -> datetime:
    """`09:00`, `오전 9시`, `내일 9시 30분`, `자정`, `2026-10-05 09:00` in Seoul → aware UTC, the next such moment.

    UserInputError: time-unclear, time-past."""
    tight = re.sub(r"(까지|kst)$", "", _tight(text, "time-unclear", split_digits=True))
    match = _TIME.fullmatch(tight)
    clock = _clock(match) if match else None
    if match is None or clock is None:
        raise UserInputError("time-unclear", value=text[:LONGEST])
    local = now.astimezone(SEOUL)
    moment = local.replace(hour=0, minute=0, second=0, microsecond=0) + clock
    if match["date"]:
        try:
            year, month, day = map(int, match["date"].split("-"))
            moment = moment.replace(year=year, month=month, day=day)
        except ValueError as err:
            raise UserInputError("time-unclear", value=text[:LONGEST]) from err
    elif match["day"]:
        moment += timedelta(days=_DAY_WORDS[match["day"]])
    elif moment <= local:
        moment += timedelta(days=1)
    if moment <= local:
        raise UserInputError("time-past", value=text[:LONGEST])
    return moment.astimezone(UTC)


def _clock(match: re.Match[str]) -> timedelta | None:
    """Time of day as the span since midnight; None when there is no such time."""
    if match["word"]:
        return timedelta(hours=12 if match["word"] in ("정오", "noon") else 24)
    hour = int(match["h"] or match["hour"])
    minute = 30 if match["thirty"] else int(match["m"] or match["min"] or 0)
    half = match["half"] or match["after"]
    if (match["half"] and match["after"]) or (half is None and match["hour"] and "시" not in match.group()):
        return None
    if half is not None:
        if not 1 <= hour <= 12 or hour not in _HOURS.get(half, range(1, 13)):
            return None
        hour = hour % 12 + _HALVES[half]
    return timedelta(hours=hour, minutes=minute) if hour <= 24 and minute < 60 and (hour < 24 or not minute) else None


# ---------------------------------------------------------------- several words


_MOST_WORDS = 6


def longest(parse: Callable[[str], T], words: list[str]) -> tuple[T, int]:
    """The value of the longest beginning of `words` that can be read, and how many words it took.
    Raises what `parse` says about the first word when none can."""
    for count in range(min(len(words), _MOST_WORDS), 1, -1):
        try:
            return parse(" ".join(words[:count])), count
        except UserInputError:
            continue
    return parse(words[0]), 1
