"""What stands behind `/notify` and `/quiet`: how much is told, which kinds, where to, and when not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Annotated, TypeAlias

from chatbot import amounts
from chatbot.amounts import folded
from chatbot.context import Context
from chatbot.notify.rules import Group, Profile
from chatbot.registry import Slot
from trader.chronicle import Route
from trader.errors import UserInputError
from trader.model.seoul import SEOUL, Hours


@dataclass(frozen=True, slots=True)
class Switch:
    group: Group
    on: bool


@dataclass(frozen=True, slots=True)
class SendTo:
    """No places: to everybody, as by default."""

    group: Group
    places: tuple[Route, ...]


Request: TypeAlias = Profile | Switch | SendTo

_PROFILES = {
    **{profile.value: profile for profile in Profile},
    **dict.fromkeys(("조용히", "적게", "최소"), Profile.QUIET),
    **dict.fromkeys(("보통", "기본"), Profile.NORMAL),
    **dict.fromkeys(("모두", "전부", "전체", "자세히"), Profile.ALL),
}
_GROUPS = {
    **{group.value: group for group in Group},
    **dict.fromkeys(("trade", "거래", "매매"), Group.TRADES),
    **dict.fromkeys(("order", "주문"), Group.ORDERS),
    **dict.fromkeys(("error", "오류", "에러"), Group.ERRORS),
    **dict.fromkeys(("report", "보고", "보고서"), Group.REPORTS),
    **dict.fromkeys(("alert", "알림", "시세"), Group.ALERTS),
    **dict.fromkeys(("제어", "상태", "설정"), Group.CONTROL),
}
_ON = frozenset({"on", "켜기", "켜", "받기"})
_OFF = frozenset({"off", "끄기", "꺼", "안받기"})
_ARROWS = frozenset({"->", "→", "=>", "to", "로"})
_HERE = frozenset({"here", "여기"})
_DEFAULT = frozenset({"default", "기본", "원래대로"})


def _request(words: list[str], ctx: Context) -> tuple[Request, int]:
    first = folded(words[0])
    if len(words) == 1 and first in _PROFILES:
        return _PROFILES[first], 1
    group = _GROUPS.get(first)
    if group is None:
        known = ", ".join((*Profile, *Group))
        raise UserInputError("notify-unclear", value=words[0][: amounts.LONGEST], known=known)
    if len(words) < 2:
        raise UserInputError("argument-missing", name=ctx.words("arg-notify-how"))
    how = folded(words[1])
    if how in _ON | _OFF:
        if len(words) > 2:
            raise UserInputError("argument-extra", value=" ".join(words[2:]))
        return Switch(group, how in _ON), 2
    if how not in _ARROWS or len(words) < 3:
        raise UserInputError("notify-unclear", value=" ".join(words)[: amounts.LONGEST], known="on, off, ->")
    return SendTo(group, _places(words[2:], ctx)), len(words)


def _places(words: list[str], ctx: Context) -> tuple[Route, ...]:
    """`telegram:-100123/45`, `telegram:-100123 topic 45`, `slack:C123`, a mentioned Slack channel, `here`."""
    text = re.sub(r"\s+(?:topic|토픽|주제)\s+(?=\d)", "/", " ".join(words))
    parts = [part for part in re.split(r"[\s,]+|(?<=\w)\s*or\s*", text) if part and folded(part) not in ("or", "또는")]
    if len(parts) == 1 and folded(parts[0]) in _DEFAULT:
        return ()
    return tuple(dict.fromkeys(_place(part, ctx) for part in parts))


_MENTIONED = re.compile(r"<#(?P<id>[A-Z0-9]{2,20})(?:\|[^>]*)?>")
_TELEGRAM = re.compile(r"(?P<chat>-?\d{1,20})(?:/(?P<topic>\d{1,12}))?", re.ASCII)
_SLACK = re.compile(r"[CDGUW][A-Z0-9]{1,20}", re.ASCII)


def _place(text: str, ctx: Context) -> Route:
    if folded(text) in _HERE:
        if not ctx.place:
            raise UserInputError("place-none")
        channel, _, target = ctx.place.partition(":")
        return Route(channel, target)
    mentioned = _MENTIONED.fullmatch(text)
    channel, _, target = ("slack", ":", mentioned["id"]) if mentioned else text.partition(":")
    form = {"telegram": _TELEGRAM, "slack": _SLACK}.get(channel.lower())
    if form is None or not form.fullmatch(target):
        raise UserInputError("place-unclear", value=text[: amounts.LONGEST])
    return Route(channel.lower(), target)


# ---------------------------------------------------------------- quiet hours


@dataclass(frozen=True, slots=True)
class QuietRequest:
    """`hours` None: none. `mine`: of this person wherever it was said, None: of where it was said."""

    hours: Hours | None
    mine: bool | None = None


_NONE = frozenset({"off", "none", "끄기", "해제", "없음"})
_MINE = frozenset({"me", "my", "나", "내"})
_BETWEEN = re.compile(r"\s*(?:-|–|~|부터|에서|(?<![a-z])(?:to|until)(?![a-z]))\s*")


def _quiet(words: list[str], ctx: Context) -> tuple[QuietRequest, int]:
    first = folded(words[0])
    mine = True if first in _MINE else False if first in _HERE else None
    rest = words if mine is None else words[1:]
    if not rest:
        raise UserInputError("argument-missing", name=ctx.words("arg-hours"))
    if len(rest) == 1 and folded(rest[0]) in _NONE:
        return QuietRequest(None, mine), len(words)
    return QuietRequest(parse_hours(" ".join(rest), ctx.services.clock.now()), mine), len(words)


def parse_hours(text: str, now: datetime) -> Hours:
    """`23:00-07:00`, `23-7`, `밤 11시부터 아침 7시까지`. UserInputError: hours-unclear."""
    parts = _BETWEEN.split(folded(text))
    if len(parts) != 2:
        raise UserInputError("hours-unclear", value=text[: amounts.LONGEST])
    try:
        start, end = (_time(part, now) for part in parts)
    except UserInputError as err:
        raise UserInputError("hours-unclear", value=text[: amounts.LONGEST]) from err
    if start == end:
        raise UserInputError("hours-unclear", value=text[: amounts.LONGEST])
    return Hours(start, end)


def _time(text: str, now: datetime) -> time:
    clock = f"{text}:00" if re.fullmatch(r"\d{1,2}", text, re.ASCII) else text
    return amounts.parse_until(clock, now).astimezone(SEOUL).time()


NotifyRequest = Annotated[Request, Slot("notify", _request)]
QuietHours = Annotated[QuietRequest, Slot("hours", _quiet)]
