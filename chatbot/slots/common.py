"""The kinds of parameters commands take: each an annotated type whose slot reads it from the words of a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Any, TypeVar

from chatbot import amounts
from chatbot.amounts import folded, longest
from chatbot.context import Context
from chatbot.registry import Slot
from trader.errors import UserInputError
from trader.model.market import Market, Timeframe

T = TypeVar("T")

_LONGEST_NAME = 3
"""Words of a coin's English name (`Basic Attention Token`)."""


class Everything(Enum):
    """All of them."""

    ALL = "all"


ALL_WORDS = frozenset({"all", "everything", "전부", "전체", "전량", "모두", "모든", "다"})


@dataclass(frozen=True, slots=True)
class SellSize:
    """How much to sell, or to buy: exactly one of the three. `unit` is the coin's symbol when it was written."""

    quantity: Decimal | None = None
    share: Decimal | None = None
    notional: Decimal | None = None
    unit: str = ""


def parse_sell_size(text: str) -> SellSize:
    """`0.01`, `0.01 BTC`, `5만개`; `50%`, `절반`; `5만원`. `5만` alone could be either and is refused.

    UserInputError: sell-size-unclear, and those of the single kinds."""
    tight = "".join(folded(text).split())
    if tight.endswith("%") or tight in ALL_WORDS or tight in ("반", "절반", "half"):
        return SellSize(share=amounts.parse_share(tight))
    if tight.startswith("₩") or amounts.WON.search(tight):
        return SellSize(notional=amounts.parse_krw(tight))
    match = re.fullmatch(r"([\d.,]+)([a-z]{2,10})?|.+개", tight)
    if match is None:
        raise UserInputError("sell-size-unclear", value=text[: amounts.LONGEST])
    unit = match.group(2) or ""
    return SellSize(quantity=amounts.parse_quantity(text, unit), unit=unit.upper())


def parse_buy_size(text: str) -> SellSize:
    """A sum (`5만원`, `50000`), or coins where they are named as such (`0.01개`, `0.01 BTC`).

    UserInputError: krw-unclear, krw-not-whole, quantity-unclear."""
    tight = "".join(folded(text).split())
    match = re.fullmatch(r"[\d.,]+([a-z]{2,10})", tight)
    if tight.endswith("개") or (match and not amounts.WON.search(tight) and match.group(1) not in amounts.THOUSANDS):
        unit = match.group(1) if match else ""
        return SellSize(quantity=amounts.parse_quantity(text, unit), unit=unit.upper())
    return SellSize(notional=amounts.parse_krw(text))


_KOREAN_SPANS = {"분": "m", "시간": "h", "일": "d"}


def parse_timeframe(text: str) -> Timeframe:
    """`15m`, `15분`, `4시간봉`, `60m`, `일봉`. UserInputError: timeframe-unknown."""
    tight = "".join(folded(text).split()).removesuffix("봉")
    for korean, short in _KOREAN_SPANS.items():
        if tight.endswith(korean):
            tight = tight.removesuffix(korean) + short
    tight = {"d": "1d", "60m": "1h", "240m": "4h"}.get(tight, tight)
    try:
        return Timeframe(tight)
    except ValueError as err:
        known = ", ".join(t.value for t in Timeframe)
        raise UserInputError("timeframe-unknown", value=text[: amounts.LONGEST], known=known) from err


def _one(parse: Callable[[str], T]) -> Callable[[list[str], Context], tuple[T, int]]:
    return lambda words, ctx: (parse(words[0]), 1)


def _many(parse: Callable[[str], T]) -> Callable[[list[str], Context], tuple[T, int]]:
    return lambda words, ctx: longest(parse, words)


def _market(listed: bool) -> Callable[[list[str], Context], tuple[Market, int]]:
    def read(words: list[str], ctx: Context) -> tuple[Market, int]:
        coins = ctx.services.coins
        for count in range(min(_LONGEST_NAME, len(words)), 1, -1):
            found = coins.find(" ".join(words[:count]))
            if found is not None:
                return found, count
        return coins.parse(words[0], listed=listed), 1

    return read


def _market_or_all(words: list[str], ctx: Context) -> tuple[Market | Everything, int]:
    if folded(words[0]) in ALL_WORDS:
        return Everything.ALL, 1
    return _market(listed=False)(words, ctx)


def read_until(words: list[str], ctx: Context) -> tuple[datetime, int]:
    """A span from now (`30m`) or a time of day (`09:00`)."""
    now = ctx.services.clock.now()

    def parse(text: str) -> datetime:
        try:
            return now + amounts.parse_duration(text)
        except UserInputError:
            return amounts.parse_until(text, now)

    return longest(parse, words)


def _cancel_target(words: list[str], ctx: Context) -> tuple[str, int]:
    """`all`, a market's code, or anything else as an order id."""
    if folded(words[0]) in ALL_WORDS:
        return "all", 1
    for count in range(min(_LONGEST_NAME, len(words)), 0, -1):
        found = ctx.services.coins.find(" ".join(words[:count]))
        if found is not None:
            return found.code, count
    return _order_id(words[0]), 1


_ID = re.compile(r"[0-9A-Za-z-]{1,64}", re.ASCII)
"""An id of ours or of the venue's, or the beginning of one."""


def _order_id(word: str) -> str:
    if not _ID.fullmatch(word):
        raise UserInputError("order-unknown", id=word[: amounts.LONGEST])
    return word


def _strategy(words: list[str], ctx: Context) -> tuple[str, int]:
    names = ctx.desk.strategies()
    name = folded(words[0]).replace("-", "_")
    if name not in names:
        raise UserInputError("strategy-unknown", name=words[0], names=", ".join(names))
    return name, 1


_PERIODS = {
    **dict.fromkeys(("day", "today", "오늘", "하루", "일"), 1),
    **dict.fromkeys(("week", "주", "일주일", "이번주"), 7),
    **dict.fromkeys(("month", "월", "한달", "달"), 30),
    **dict.fromkeys(("year", "년", "일년"), 365),
}


def read_period(words: list[str], ctx: Context) -> tuple[int, int]:
    word = folded(words[0])
    days = _PERIODS.get(word)
    if days is None:
        digits = re.sub(r"(d|days?|일)$", "", word)
        days = int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 5 else 0
    if not 1 <= days <= 3660:
        raise UserInputError("period-unclear", value=words[0][: amounts.LONGEST])
    return days, 1


_CHANGES = {
    **dict.fromkeys(("add", "+", "추가"), "add"),
    **dict.fromkeys(("remove", "rm", "-", "delete", "제거", "삭제", "제외"), "remove"),
}


def _change(words: list[str], ctx: Context) -> tuple[str, int]:
    change = _CHANGES.get(folded(words[0]))
    if change is None:
        raise UserInputError("markets-change-unclear", value=words[0][: amounts.LONGEST])
    return change, 1


_ANSWERS = {
    **dict.fromkeys(("adopt", "take", "ok", "반영", "인수", "확인"), "adopt"),
    **dict.fromkeys(("ignore", "leave", "무시"), "ignore"),
    **dict.fromkeys(("cancel", "취소"), "cancel"),
}


def _answer(words: list[str], ctx: Context) -> tuple[str, int]:
    answer = _ANSWERS.get(folded(words[0]))
    if answer is None:
        raise UserInputError("difference-answer-unclear", value=words[0][: amounts.LONGEST])
    return answer, 1


_DRILL_PARTS = {
    **dict.fromkeys(("last", "result", "결과", "마지막"), "last"),
    **dict.fromkeys(("stop", "end", "cancel", "중지", "정지", "그만"), "stop"),
}


def _drill_part(words: list[str], ctx: Context) -> tuple[str, int]:
    part = _DRILL_PARTS.get(folded(words[0]))
    if part is None:
        raise UserInputError("drill-part-unclear", value=words[0][: amounts.LONGEST])
    return part, 1


def _rest(words: list[str], ctx: Context) -> tuple[str, int]:
    return " ".join(words), len(words)


def _flag(words: list[str], ctx: Context) -> tuple[Any, int]:
    raise AssertionError("a flag is its marker and reads nothing")


def _setting(words: list[str], ctx: Context) -> tuple[str, int]:
    return folded(words[0]).replace("-", "_"), 1


read_market = _market(listed=True)
read_own_market = _market(listed=False)

MarketArg = Annotated[Market, Slot("market", read_market)]
OwnMarket = Annotated[Market, Slot("market", read_own_market)]
"""Also one the venue no longer lists: what we hold there can still be named."""
MarketOrAll = Annotated[Market | Everything, Slot("market-or-all", _market_or_all)]
BuySize = Annotated[SellSize, Slot("krw", _many(parse_buy_size))]
Size = Annotated[SellSize, Slot("sell-size", _many(parse_sell_size))]
AtPrice = Annotated[Decimal, Slot("price", _many(amounts.parse_price), markers=("at", "@", "지정가", "가격"))]
Until = Annotated[datetime, Slot("until", read_until)]
Count = Annotated[int, Slot("count", _one(amounts.parse_count))]
Frame = Annotated[Timeframe, Slot("timeframe", _many(parse_timeframe))]
CandleCount = Annotated[int, Slot("candles", _one(amounts.parse_count))]
Days = Annotated[int, Slot("period", read_period)]
CancelTarget = Annotated[str, Slot("cancel-target", _cancel_target)]
OrderId = Annotated[str, Slot("order-id", _one(_order_id))]
Answer = Annotated[str, Slot("answer", _answer)]
DifferenceId = Annotated[str, Slot("difference-id", _one(str))]
DrillPart = Annotated[str, Slot("drill-part", _drill_part)]
TicketId = Annotated[str, Slot("ticket-id", _one(str))]
Half = Annotated[bool, Slot("half", _flag, markers=("half", "절반", "반", "50%"), flag=True)]
CancelOnly = Annotated[bool, Slot("cancel-only", _flag, markers=("cancel-only", "취소만"), flag=True)]
TrainNow = Annotated[bool, Slot("train", _flag, markers=("train", "학습"), flag=True)]
WithFixed = Annotated[bool, Slot("all", _flag, markers=("all", "전체", "전부"), flag=True)]
OfStrategy = Annotated[str, Slot("strategy", _strategy, markers=("strategy", "전략"))]
StrategyName = Annotated[str, Slot("strategy", _strategy)]
ParamName = Annotated[str, Slot("param", _setting)]
SettingKey = Annotated[str, Slot("setting", _setting)]
Value = Annotated[str, Slot("value", _rest)]
Change = Annotated[str, Slot("add-remove", _change)]
CommandName = Annotated[str, Slot("command", _one(str))]
LanguageName = Annotated[str, Slot("language", _one(folded))]
