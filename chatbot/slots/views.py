"""Parameters of the commands that show things: pages, kinds of export and of history, groups of settings, levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from chatbot import amounts
from chatbot.amounts import folded
from chatbot.context import Context
from chatbot.registry import Slot
from chatbot.slots.common import read_period
from chatbot.wording import LANGUAGES
from trader.desk.lookups import Exported
from trader.errors import UserInputError
from trader.market.screener import Ranking
from trader.model.events import EventKind
from trader.model.seoul import day_start, year_start
from trader.settings import Settings
from trader.settings.fields import field_extra

CHANGED = "changed"
"""Where a group of settings is asked for: those that chat has changed."""

LONGEST_KEY = 80

_EXPORTED = {
    **{kind.value: kind for kind in Exported},
    **dict.fromkeys(("trade", "거래", "매매"), Exported.TRADES),
    **dict.fromkeys(("order", "주문"), Exported.ORDERS),
    **dict.fromkeys(("fill", "체결"), Exported.FILLS),
    **dict.fromkeys(("장부", "원장"), Exported.LEDGER),
    **dict.fromkeys(("event", "기록", "이벤트"), Exported.EVENTS),
}
_RANKINGS = {
    **{ranking.value: ranking for ranking in Ranking},
    **dict.fromkeys(("변동", "변동성", "변동폭", "급등락"), Ranking.VOLATILE),
    **dict.fromkeys(("거래대금", "대금", "volume", "거래량"), Ranking.TURNOVER),
}
LEVELS = ("debug", "info", "warning", "error", "critical")
_LEVELS = {
    **{level: level for level in LEVELS},
    **dict.fromkeys(("경고", "warn"), "warning"),
    **dict.fromkeys(("오류", "에러", "errors"), "error"),
    **dict.fromkeys(("정보", "전체", "all"), "info"),
    "심각": "critical",
}

KINDS: Mapping[str, frozenset[EventKind]] = {
    "commands": frozenset({EventKind.COMMAND, EventKind.STRANGER}),
    "looks": frozenset({EventKind.LOOKED}),
    "orders": frozenset(kind for kind in EventKind if kind.value.startswith(("order", "fill", "denied", "limit"))),
    "trades": frozenset({EventKind.ENTRY, EventKind.EXIT, EventKind.FILL}),
    "proposals": frozenset({EventKind.PROPOSAL, EventKind.TICKET_ANSWERED, EventKind.TICKET_EXPIRED}),
    "settings": frozenset(kind for kind in EventKind if kind.value.startswith("setting")),
    "errors": frozenset({EventKind.ERROR, EventKind.JOB_FAILED, EventKind.STREAM_LOST, EventKind.MISMATCH}),
}
"""Groups of events a person asks for by one word."""
_KINDS = {
    **{name: name for name in KINDS},
    **dict.fromkeys(("command", "명령"), "commands"),
    **dict.fromkeys(("조회", "보기"), "looks"),
    **dict.fromkeys(("order", "주문"), "orders"),
    **dict.fromkeys(("trade", "거래", "매매"), "trades"),
    **dict.fromkeys(("proposal", "제안"), "proposals"),
    **dict.fromkeys(("setting", "설정"), "settings"),
    **dict.fromkeys(("error", "오류", "에러"), "errors"),
}


@dataclass(frozen=True, slots=True)
class Trail:
    """Which part of the audit trail: some kinds of events, or one person (`telegram:1`). `word` asks for it again."""

    word: str
    kinds: frozenset[EventKind] = frozenset()
    person: str = ""


def _page(words: list[str], ctx: Context) -> tuple[int, int]:
    """From 1 on. UserInputError: count-unclear."""
    page = amounts.parse_count(words[0])
    if not 1 <= page <= 10_000:
        raise UserInputError("count-range", value=page, low=1, high=10_000)
    return page, 1


def _exported(words: list[str], ctx: Context) -> tuple[Exported, int]:
    found = _EXPORTED.get(folded(words[0]))
    if found is None:
        raise UserInputError("export-unknown", value=words[0][: amounts.LONGEST], known=", ".join(Exported))
    return found, 1


def _ranking(words: list[str], ctx: Context) -> tuple[Ranking, int]:
    found = _RANKINGS.get(folded(words[0]))
    if found is None:
        raise UserInputError("ranking-unknown", value=words[0][: amounts.LONGEST], known=", ".join(Ranking))
    return found, 1


def _level(words: list[str], ctx: Context) -> tuple[str, int]:
    found = _LEVELS.get(folded(words[0]))
    if found is None:
        raise UserInputError("level-unknown", value=words[0][: amounts.LONGEST], known=", ".join(LEVELS))
    return found, 1


def _trail(words: list[str], ctx: Context) -> tuple[Trail, int]:
    """A group of kinds, one kind, `me`, or a person's key. UserInputError: trail-unknown."""
    word = folded(words[0])
    if word in _KINDS:
        return Trail(_KINDS[word], KINDS[_KINDS[word]]), 1
    if word in (kind.value for kind in EventKind):
        return Trail(word, frozenset({EventKind(word)})), 1
    if word in ("me", "나", "내"):
        return Trail(ctx.by, person=ctx.by), 1
    if ":" in word or word in ("console", "콘솔", "shell"):
        return Trail(words[0], person={"콘솔": "console"}.get(word, words[0])), 1
    raise UserInputError("trail-unknown", value=words[0][: amounts.LONGEST], known=", ".join(KINDS))


def groups() -> list[str]:
    """Groups of settings, in the order they are declared."""
    return list(dict.fromkeys(str(field_extra(info).get("group")) for info in Settings.model_fields.values()))


def _group(words: list[str], ctx: Context) -> tuple[str, int]:
    """By its name, or by what it is called in either language."""
    word = folded(words[0])
    for group in (*groups(), CHANGED):
        spoken = (ctx.services.languages.speaking(language) for language in LANGUAGES)
        names = [catalogue.first((f"setting-group-{group}",), group) for catalogue in spoken]
        if word == group or word in (folded(name) for name in names):
            return group, 1
    known = ", ".join((*groups(), CHANGED))
    raise UserInputError("group-unknown", value=words[0][: amounts.LONGEST], known=known)


def _undo_key(words: list[str], ctx: Context) -> tuple[str, int]:
    """As changes are stored: `max_order_krw`, `param.sma_cross.fast`, `strategy.KRW-BTC`."""
    key = words[0][:LONGEST_KEY]
    return key if "." in key else folded(key).replace("-", "_"), 1


@dataclass(frozen=True, slots=True)
class Period:
    """What is exported: so many Korean days, today the last, or a year from Korean midnight to midnight."""

    days: int = 0
    year: int = 0

    def between(self, now: datetime) -> tuple[datetime, datetime]:
        """From the first moment up to but without the second."""
        if self.year:
            return year_start(self.year), year_start(self.year + 1)
        return day_start(now, self.days - 1), day_start(now, -1)


YEARS = range(2017, 2100)
"""Upbit began in 2017."""


def _stretch(words: list[str], ctx: Context) -> tuple[Period, int]:
    """As `/pnl` has it, or a year: `2026`, `2026년`. UserInputError: period-unclear."""
    year = folded(words[0]).removesuffix("년")
    if year.isascii() and year.isdecimal() and len(year) == 4 and int(year) in YEARS:
        return Period(year=int(year)), 1
    days, used = read_period(words, ctx)
    return Period(days), used


Stretch = Annotated[Period, Slot("export-period", _stretch)]
Page = Annotated[int, Slot("page", _page, markers=("page", "쪽", "페이지"))]
What = Annotated[Exported, Slot("exported", _exported)]
RankedBy = Annotated[Ranking, Slot("ranking", _ranking)]
Level = Annotated[str, Slot("level", _level)]
TrailArg = Annotated[Trail, Slot("trail", _trail)]
GroupName = Annotated[str, Slot("setting-group", _group)]
UndoKey = Annotated[str, Slot("setting", _undo_key)]
