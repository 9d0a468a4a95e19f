"""What /ai, /votes and /lessons are asked, read from the words of a line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, TypeAlias

from chatbot import amounts
from chatbot.amounts import folded
from chatbot.context import Context
from chatbot.registry import Slot
from chatbot.slots.common import read_own_market, read_period
from trader.errors import UserInputError
from trader.model.market import Market
from trader.model.order import Side

DAYS = 30


@dataclass(frozen=True, slots=True)
class Scores:
    """The scorecard of so many days; of one side alone, or of both."""

    days: int = DAYS
    side: Side | None = None


@dataclass(frozen=True, slots=True)
class Last:
    """The newest consultation, of a market or of all."""

    market: Market | None


@dataclass(frozen=True, slots=True)
class One:
    """A consultation by the beginning of its id."""

    id_start: str


@dataclass(frozen=True, slots=True)
class Restore:
    """Give a member its vote back."""

    member: str


AiAsked: TypeAlias = Scores | Last | One | Restore

_LAST = frozenset({"last", "latest", "마지막", "최근"})
_RESTORE = frozenset({"restore", "복귀", "되돌리기", "투표권"})
_SIDES = {"buy": Side.BUY, "매수": Side.BUY, "sell": Side.SELL, "매도": Side.SELL}
_ID = re.compile(r"[0-9A-Za-z]{4,32}", re.ASCII)


def _ai(words: list[str], ctx: Context) -> tuple[AiAsked, int]:
    """A period is tried before an id. UserInputError: ai-unclear, and what is said about a market or a period."""
    first = folded(words[0])
    if first in _LAST:
        if len(words) == 1:
            return Last(None), 1
        market, used = read_own_market(words[1:], ctx)
        return Last(market), 1 + used
    if first in _RESTORE and len(words) > 1:
        return Restore(folded(words[1])), 2
    if first in _SIDES:
        if len(words) == 1:
            return Scores(side=_SIDES[first]), 1
        days, used = read_period(words[1:], ctx)
        return Scores(days, _SIDES[first]), 1 + used
    try:
        return Scores(read_period(words, ctx)[0]), 1
    except UserInputError:
        if _ID.fullmatch(words[0]):
            return One(words[0]), 1
        raise UserInputError("ai-unclear", value=words[0][: amounts.LONGEST]) from None


VOTES = (
    "ai_role",
    "buy_votes",
    "sell_votes",
    "vote_threshold",
    "sell_of_answered",
    "ai_unavailable",
    "ai_cooldown_candles",
)
"""Settings that say how models have a say, as /votes lists them."""

_VOTE_WORDS = {
    **{key: key for key in VOTES},
    **dict.fromkeys(("role", "역할"), "ai_role"),
    **dict.fromkeys(("buy", "매수"), "buy_votes"),
    **dict.fromkeys(("sell", "매도"), "sell_votes"),
    **dict.fromkeys(("threshold", "기준", "평균"), "vote_threshold"),
    **dict.fromkeys(("answered", "응답자"), "sell_of_answered"),
    **dict.fromkeys(("unavailable", "무응답"), "ai_unavailable"),
    **dict.fromkeys(("cooldown", "휴식"), "ai_cooldown_candles"),
}


def _vote_key(words: list[str], ctx: Context) -> tuple[str, int]:
    """The setting's key. UserInputError: votes-unclear."""
    key = _VOTE_WORDS.get(folded(words[0]).replace("-", "_"))
    if key is None:
        raise votes_unclear(words[0])
    return key, 1


def votes_unclear(word: str) -> UserInputError:
    known = "role, buy, sell, threshold, answered, unavailable, cooldown"
    return UserInputError("votes-unclear", value=word[: amounts.LONGEST], known=known)


@dataclass(frozen=True, slots=True)
class LessonChange:
    """`action` is pin, unpin, veto or edit; `text` for edit."""

    action: str
    id_start: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class ShowNotes:
    """The notes on closed positions."""


LessonsAsked: TypeAlias = LessonChange | ShowNotes

_ACTIONS = {
    **dict.fromkeys(("pin", "고정"), "pin"),
    **dict.fromkeys(("unpin", "해제", "고정해제"), "unpin"),
    **dict.fromkeys(("veto", "drop", "거부", "삭제"), "veto"),
    **dict.fromkeys(("edit", "수정", "고치기"), "edit"),
}
_NOTES = frozenset({"notes", "note", "오답", "오답노트", "노트"})


def _lessons(words: list[str], ctx: Context) -> tuple[LessonsAsked, int]:
    """UserInputError: lessons-unclear, argument-missing."""
    first = folded(words[0])
    if first in _NOTES:
        return ShowNotes(), 1
    action = _ACTIONS.get(first)
    if action is None:
        known = "notes, pin, unpin, veto, edit"
        raise UserInputError("lessons-unclear", value=words[0][: amounts.LONGEST], known=known)
    if len(words) < (3 if action == "edit" else 2):
        raise UserInputError("argument-missing", name=ctx.words("arg-lessons"))
    if action == "edit":
        return LessonChange(action, words[1], " ".join(words[2:])), len(words)
    return LessonChange(action, words[1]), 2


AiRequest = Annotated[AiAsked, Slot("ai", _ai)]
VoteKey = Annotated[str, Slot("votes", _vote_key)]
LessonsRequest = Annotated[LessonsAsked, Slot("lessons", _lessons)]
