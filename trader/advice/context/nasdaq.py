"""Nasdaq-100, daily closes from FRED's keyless CSV (R3).

A day without a session is `.` or blank; the newest close appears about one business day late. A page of HTML with
status 200, or only blanks, is no value."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final

from trader.advice.context.failed import SourceFailed
from trader.advice.context.finding import Finding, figure, item_of
from trader.advice.context.kept import Breaker, Kept, Life, Reading
from trader.advice.context.web import Web
from trader.background import Background
from trader.model.advice import JSON, ItemStatus, Question

NAME: Final = "nasdaq100"
SOURCE: Final = "fred.stlouisfed.org"
LIFE: Final = Life(poll=3 * 3600, ok=5 * 86_400, kept=12 * 86_400, lazy=True)
"""Five days: a close of Thursday is the newest one until Monday evening, longer over a holiday."""
BACK: Final = timedelta(days=16)
CLOSE: Final = timedelta(hours=21)
"""A session ends at 20:00 or 21:00 UTC."""
AHEAD: Final = timedelta(days=1)
LOW, HIGH = 100.0, 1_000_000.0


@dataclass(frozen=True, slots=True)
class Closes:
    """Index points, newest; changes as fractions, None where too few sessions are known."""

    close: float
    change: float | None
    change_5: float | None


class Nasdaq:
    def __init__(self, web: Web, address: str, flights: Background, deadline: float, speed: float = 1.0) -> None:
        self._web = web
        self._address = address
        self._kept = Kept(self._read, LIFE.at_speed(speed), Breaker(NAME, speed), flights, deadline)

    def names(self, question: Question) -> tuple[str, ...]:
        return (NAME,)

    async def look(self, question: Question, now: datetime) -> Finding:
        known = await self._kept.get(now)
        shown: JSON = None
        features: dict[str, float] = {}
        if (closes := known.value) is not None:
            shown = {
                "close": figure(closes.close),
                "change_1_session": None if closes.change is None else figure(closes.change, 3),
                "change_5_sessions": None if closes.change_5 is None else figure(closes.change_5, 3),
            }
            if closes.change is not None and known.status is ItemStatus.OK:
                features["nasdaq_change"] = closes.change
        return Finding([item_of(NAME, known, shown, unit="points; fractions", source=SOURCE)], features)

    async def _read(self, now: datetime, last: Reading[Closes] | None) -> Reading[Closes]:
        page = await self._web.get(self._address, {"cosd": (now - BACK).date().isoformat()})
        return parse(page.body, now)


def parse(body: bytes, now: datetime) -> Reading[Closes]:
    """SourceFailed: no CSV of closes, none but blanks, out of range, or dated ahead."""
    lines = body.decode("utf-8", "replace").removeprefix("\ufeff").strip().splitlines()
    rows = list(csv.reader(lines))
    if not rows or len(rows[0]) != 2 or rows[0][0].strip().lower() not in ("observation_date", "date"):
        raise SourceFailed("not in the expected shape")
    try:
        closes = [(date.fromisoformat(day), float(text)) for day, text in rows[1:] if text.strip() not in ("", ".")]
    except ValueError as err:
        raise SourceFailed("not in the expected shape") from err
    if not closes:
        raise SourceFailed("no values")
    closes.sort()
    values = [value for _, value in closes]
    if not all(LOW <= value <= HIGH for value in values):
        raise SourceFailed("out of range")
    day = closes[-1][0]
    as_of = datetime(day.year, day.month, day.day, tzinfo=UTC) + CLOSE
    if as_of > now + AHEAD:
        raise SourceFailed("dated ahead")
    return Reading(Closes(values[-1], _change(values, 1), _change(values, 5)), min(as_of, now))


def _change(values: list[float], sessions: int) -> float | None:
    return values[-1] / values[-1 - sessions] - 1 if len(values) > sessions else None
