"""What has been read of a candle series, and what stands in for an interval without a trade. Pure.

The venue has no candle where nobody traded, so a missing row alone says nothing. What tells a true hole from one we
never asked about is the stretch of time we have read: inside it a missing candle means "no trade", outside it
"unknown"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.model.market import Candle, Timeframe

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A stretch of opening times, [start, end); aware UTC, both on the timeframe's grid."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.end <= self.start:
            raise ValueError(f"a span must end after it starts: {self.start} … {self.end}")

    def intervals(self, timeframe: Timeframe) -> int:
        """How many candles fit in."""
        return intervals(self.start, self.end, timeframe)


Spans = tuple[Span, ...]
"""Ascending, neither overlapping nor touching."""


def intervals(start: datetime, end: datetime, timeframe: Timeframe) -> int:
    """How many candles fit between two moments of the grid; 0 when `end` is not after `start`."""
    return max(0, (end - start) // timeframe.span)


def merge(spans: Iterable[Span]) -> Spans:
    """The same stretches as few spans: sorted, overlapping and touching ones joined."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)


def clip(span: Span, end: datetime) -> Spans:
    """The part of `span` before `end`: one span or none."""
    return (Span(span.start, min(span.end, end)),) if end > span.start else ()


def gaps(spans: Spans, start: datetime, end: datetime) -> Spans:
    """The parts of [start, end) that no span holds, oldest first."""
    found: list[Span] = []
    edge = start
    for span in spans:
        if span.start >= end:
            break
        if span.start > edge:
            found.append(Span(edge, span.start))
        edge = max(edge, span.end)
    if edge < end:
        found.append(Span(edge, end))
    return tuple(found)


def carry_forward(candles: Sequence[Candle], start: datetime, end: datetime) -> list[Candle]:
    """One candle for every interval of [start, end): the venue's where it has one, else the last close carried on.

    Args:
        candles: one series, oldest first; those before `start` only lend their close.
        start, end: on the timeframe's grid.
    Returns:
        Gap-free and ascending. It begins at the first real candle when none is known at or before `start`.
        Carried candles have open = high = low = close, volume 0 and `filled` set.
    """
    rows: list[Candle] = []
    last: Candle | None = None
    for candle in candles:
        if candle.opened_at >= end:
            break
        if last is not None:
            rows.extend(_carried(last, max(start, last.closed_at), candle.opened_at))
        if candle.opened_at >= start:
            rows.append(candle)
        last = candle
    if last is not None:
        rows.extend(_carried(last, max(start, last.closed_at), end))
    return rows


def _carried(last: Candle, start: datetime, end: datetime) -> list[Candle]:
    span, close = last.timeframe.span, last.close
    return [
        Candle(
            last.market,
            last.timeframe,
            start + i * span,
            close,
            close,
            close,
            close,
            volume=ZERO,
            value=ZERO,
            filled=True,
        )
        for i in range(intervals(start, end, last.timeframe))
    ]
