"""Mood of the market, once a day: the Fear & Greed index of alternative.me (R2).

Its numbers are strings; a page of HTML, an error inside a good answer, or a number outside 0 to 100 is no value."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from trader.advice.context.failed import SourceFailed
from trader.advice.context.finding import Finding, item_of
from trader.advice.context.kept import Breaker, Kept, Life, Reading
from trader.advice.context.web import Web
from trader.background import Background
from trader.model.advice import JSON, ItemStatus, Question

NAME: Final = "fear_greed"
SOURCE: Final = "alternative.me"
LIFE: Final = Life(poll=1800, ok=36 * 3600, kept=4 * 86_400, lazy=True)
LONGEST_WAIT: Final = timedelta(hours=6)
AHEAD: Final = timedelta(hours=2)
_BOUNDS: Final = ((25, "extreme fear"), (46, "fear"), (54, "neutral"), (75, "greed"), (100, "extreme greed"))
"""The publisher's own words, up to and including (checked against 2,700 days of the index)."""


class FearGreed:
    def __init__(self, web: Web, address: str, flights: Background, deadline: float, speed: float = 1.0) -> None:
        self._web = web
        self._address = address
        breaker = Breaker(NAME, speed)
        self._kept = Kept(self._read, LIFE.at_speed(speed), breaker, flights, deadline)

    def names(self, question: Question) -> tuple[str, ...]:
        return (NAME,)

    async def look(self, question: Question, now: datetime) -> Finding:
        known = await self._kept.get(now)
        shown: JSON = None
        features: dict[str, float] = {}
        if known.value is not None:
            today, before = known.value
            shown = {"value": today, "means": word(today), "day_before": before}
            if known.status is ItemStatus.OK:
                features[NAME] = float(today)
        return Finding([item_of(NAME, known, shown, unit="0 to 100", source=SOURCE)], features)

    async def _read(
        self, now: datetime, last: Reading[tuple[int, int | None]] | None
    ) -> Reading[tuple[int, int | None]]:
        page = await self._web.get(self._address, {"limit": "2", "format": "json"})
        return parse(page.body, now)


def parse(body: bytes, now: datetime) -> Reading[tuple[int, int | None]]:
    """(today's value, the day before's or None). SourceFailed."""
    try:
        answer = json.loads(body)
        if answer["metadata"].get("error"):
            raise SourceFailed("the source reports an error")
        rows = answer["data"]
        today = _value(rows[0])
        before = _value(rows[1]) if len(rows) > 1 else None
        as_of = datetime.fromtimestamp(int(rows[0]["timestamp"]), UTC)
        wait = timedelta(seconds=int(rows[0].get("time_until_update", 0)))
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, OSError) as err:
        raise SourceFailed("not in the expected shape") from err
    if as_of > now + AHEAD:
        raise SourceFailed("dated ahead")
    return Reading((today, before), as_of, until=now + min(max(wait, timedelta(0)), LONGEST_WAIT))


def word(value: int) -> str:
    return next(name for bound, name in _BOUNDS if value <= bound)


def _value(row: Any) -> int:
    value = int(row["value"])
    if not 0 <= value <= 100:
        raise SourceFailed("out of range")
    return value
