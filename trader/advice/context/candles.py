"""Closed candles of three lengths with their indicators: days, hours, and the strategy's own (R1).

Indicators are computed on the whole window, long enough for them to settle; the models see the last five rows, and what
the last 30 days and 24 hours came to. Nothing is computed from the candle that is still forming."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from trader.advice.context import rows as tables
from trader.advice.context.failed import SourceFailed
from trader.advice.context.finding import Finding, item_of
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.background import Background
from trader.model.advice import JSON, ContextItem, ItemStatus, Question
from trader.model.market import Market, Timeframe

if TYPE_CHECKING:
    from trader.model.market import CandleArrays

LOADED: Final = 200
"""Rows: one page of the venue, and five times what the slowest indicator needs to settle."""
SPANS: Final = {Timeframe.D1: 30, Timeframe.H1: 24}
"""Rows the models are told the range and change of."""
LATE_BY: Final = 2
"""A series whose newest candle is missing for more than so many lengths is stale."""

Load = Callable[[Market, Timeframe, int], Awaitable["CandleArrays"]]
"""The newest closed candles, gap-free. Raises TraderError."""
Series = tuple[Market, Timeframe]


class Candles:
    def __init__(self, load: Load, flights: Background, deadline: float) -> None:
        self._load = load
        self._flights = flights
        self._deadline = deadline
        self._kept: dict[Series, Kept[tables.Table]] = {}

    def names(self, question: Question) -> tuple[str, ...]:
        return tuple(_name(length) for length in _lengths(question))

    async def look(self, question: Question, now: datetime) -> Finding:
        own, lengths = question.timeframe, _lengths(question)
        got = await asyncio.gather(*(self._of((question.market, length)).get(now) for length in lengths))
        found = dict(zip(lengths, got, strict=True))
        items = [_item(length, known) for length, known in found.items()]
        features: dict[str, float] = {}
        for length, known in found.items():
            if known.status is ItemStatus.OK and known.value is not None:
                features |= tables.features(known.value, own=length is own)
        return Finding(items, features)

    def _of(self, series: Series) -> Kept[tables.Table]:
        if series not in self._kept:
            market, length = series
            seconds = float(length.seconds)
            # Read again as soon as the next candle closed; as old as its close.
            life = Life(poll=0, ok=LATE_BY * seconds, kept=(LATE_BY + 3) * seconds)
            breaker = Breaker(f"candles {market} {length}")
            self._kept[series] = Kept(
                lambda at, last: self._read(series, at), life, breaker, self._flights, self._deadline
            )
        return self._kept[series]

    async def _read(self, series: Series, now: datetime) -> Reading[tables.Table]:
        market, length = series
        candles = await self._load(market, length, LOADED)
        closed = int((candles.opened_at + length.seconds <= now.timestamp()).sum())
        if not closed:
            raise SourceFailed("no closed candle")
        candles = candles.until(closed)
        closed_at = datetime.fromtimestamp(int(candles.opened_at[-1]), UTC) + length.span
        table = await asyncio.to_thread(tables.table, candles)
        return Reading(table, closed_at, until=_next_close(length, closed_at, now))


def _lengths(question: Question) -> list[Timeframe]:
    return list(dict.fromkeys((question.timeframe, Timeframe.H1, Timeframe.D1)))


def _name(length: Timeframe) -> str:
    return f"c:{length.value}"


def _next_close(length: Timeframe, closed_at: datetime, now: datetime) -> datetime:
    """When a newer candle can be had; soon, where the newest one is missing already."""
    return closed_at + length.span if closed_at + length.span > now else now + timedelta(seconds=1)


def _item(length: Timeframe, known: Known[tables.Table]) -> ContextItem:
    shown: JSON = None if known.value is None else tables.shown(known.value, SPANS.get(length))
    return item_of(_name(length), known, shown, unit="KRW; opened UTC", source="upbit, closed candles")
