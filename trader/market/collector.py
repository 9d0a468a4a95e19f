"""Keeps the candles of every market in use on disk, closed and complete (P1).  In: the venue.  Out: CandleArrays.

What is read of a series is remembered as stretches of time (`gaps.Spans`), stored in the same transaction as the
candles: a hole inside such a stretch is the venue's own (no trade, maintenance) and is never asked for again; what lies
between two stretches is an outage of ours and is read as soon as the venue answers, newest part first.

A candle is stored once it was closed before we asked, and is read again until a reading made `SETTLE` after its close
has confirmed it: late trades correct it on the way. Holes are filled on reading only (`candles`, `load`), never on
disk, and only where we have read; a stretch we do not know is left out, not invented.

Every timeframe is fetched as the venue makes it. Adding up our own 1-minute candles would need 15 times the history for
the same 15-minute rows at start, and would hand a missed minute on to every strategy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from trader.clock import Clock
from trader.errors import TraderError, VenueUnreachable
from trader.market.gaps import Span, Spans, carry_forward, clip, gaps, intervals, merge
from trader.model.market import Candle, CandleArrays, Market, Timeframe
from trader.ports import Exchange, Records, Storage

log = structlog.get_logger(__name__)

PAGE = 200
"""Candles per request at most (Upbit cuts larger counts silently; reference: quotation, candles)."""

RE_READ = 3
"""Closed candles read again with every reading, for late corrections."""

SETTLE = timedelta(seconds=60)
"""A candle is final when it was read so long after its close (measured on Upbit: unchanged 70 s after close)."""

FILL_BACK = timedelta(days=30)
"""Gaps older than this are left alone: nothing live looks back so far, and a back-test fetches its own history."""

GAP_PAGES = 10
"""Requests that one call spends on one gap of a series; the rest waits for the next call."""

Series = tuple[Market, Timeframe]
History = Callable[[Market, Timeframe, datetime, datetime], Awaitable[Sequence[Candle]]]
"""Downloads every candle the venue has of [start, end), oldest first, outside this process. Raises VenueError."""


class NoCandles(TraderError):
    """Nothing has been read of this market and timeframe yet."""


@dataclass(frozen=True, slots=True)
class CollectReport:
    """Candles by market: `new` or corrected at the end of the series, `filled` into gaps; `failed` says why not."""

    new: dict[Market, int] = field(default_factory=dict)
    filled: dict[Market, int] = field(default_factory=dict)
    failed: dict[Market, str] = field(default_factory=dict)


class CollectFailed(TraderError):
    """Some series could not be read; all others were. `causes` by series, `report` what was achieved."""

    def __init__(self, report: CollectReport, causes: dict[Series, Exception]) -> None:
        super().__init__("candles not read: " + "; ".join(f"{m} {t}: {c}" for (m, t), c in causes.items()))
        self.report = report
        self.causes = causes


@dataclass(slots=True)
class _Reading:
    """What is known of one series. `settled` is stored; `read` also holds what was read in this run but may change."""

    settled: Spans
    read: Spans
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Collector:
    """Keeps the rows of closed candles complete. `history` downloads long gaps (days) in a process of its own;
    `concurrency` is how many series are read at a time."""

    def __init__(
        self,
        exchange: Exchange,
        storage: Storage,
        clock: Clock,
        *,
        history: History | None = None,
        concurrency: int = 5,
    ) -> None:
        self._exchange = exchange
        self._storage = storage
        self._clock = clock
        self._history = history
        self._slots = asyncio.Semaphore(concurrency)
        self._readings: dict[Series, _Reading] = {}

    # ---- keeping up

    async def collect(self, markets: Sequence[Market], timeframes: Sequence[Timeframe]) -> CollectReport:
        """Read what closed since the last call, then fill gaps. 1-minute candles are always among the timeframes.

        A series without news costs no request. Raises CollectFailed when a series could not be read; the others are
        stored nevertheless."""
        series = [(m, t) for m in dict.fromkeys(markets) for t in dict.fromkeys((Timeframe.M1, *timeframes))]
        new, causes = await self._each(series, self._read_head)
        filled, more = await self._each([s for s in series if s not in causes], self._fill_by_pages)
        return _finish(new, filled, causes | more)

    async def fill_gaps(self, markets: Sequence[Market], timeframes: Sequence[Timeframe]) -> CollectReport:
        """Fill the gaps at once that `collect` needs several calls for, through `history`. It may take minutes: for the
        start, or a job of its own. Does nothing without `history`. Raises CollectFailed."""
        series = [(m, t) for m in dict.fromkeys(markets) for t in dict.fromkeys((Timeframe.M1, *timeframes))]
        filled, causes = await self._each(series, self._fill_by_history)
        return _finish({}, filled, causes)

    async def warm_up(self, markets: Sequence[Market], timeframe: Timeframe, rows: int) -> CollectReport:
        """Read until the last `rows` intervals of every market are known (less where the market is younger).

        Raises CollectFailed."""

        async def deepen(series: Series) -> int:
            count = await self._read_head(series)
            return count + await self._read_back(series, rows)

        new, causes = await self._each([(m, timeframe) for m in dict.fromkeys(markets)], deepen)
        return _finish(new, {}, causes)

    # ---- handing out

    async def candles(self, market: Market, timeframe: Timeframe, n: int) -> list[Candle]:
        """The newest `n` closed candles, oldest first and gap-free: an interval without a trade carries the last close
        on with volume 0 and is marked `filled`. Fewer (or none) where less has been read without a break."""
        reading = await self._reading((market, timeframe))
        if not reading.read:
            return []
        known = reading.read[-1]
        stored = await self._storage.read(lambda r: r.candles.latest(market, timeframe, n, known.end))
        start = max(known.start, known.end - n * timeframe.span)
        return carry_forward([c for c in stored if c.opened_at >= known.start], start, known.end)

    async def load(self, market: Market, timeframe: Timeframe, n: int) -> CandleArrays:
        """`candles` as arrays; a row with volume 0 is a filled one. Raises NoCandles when there is no row at all."""
        rows = await self.candles(market, timeframe, n)
        if not rows:
            raise NoCandles(f"no {timeframe} candles of {market} have been read yet")
        return CandleArrays.from_candles(rows)

    async def latest(self, market: Market, timeframe: Timeframe, n: int) -> CandleArrays:
        """`load`, after reading what is missing of the last `n` intervals; where the venue cannot be reached, what is
        known. Raises NoCandles when there is no row at all."""
        try:
            await self.warm_up([market], timeframe, n)
        except CollectFailed as err:
            log.info("latest_from_stored_candles", market=str(market), timeframe=timeframe.value, error=str(err))
        return await self.load(market, timeframe, n)

    # ---- reading from the venue

    async def _read_head(self, series: Series) -> int:
        """The newest closed candles, when there is news; returns how many were new or corrected."""
        _, timeframe = series
        reading = await self._reading(series)
        asked_at = self._clock.now()
        edge = timeframe.floor(asked_at)
        known = reading.settled[-1].end if reading.settled else None
        fresh = bool(reading.read) and reading.read[-1].end >= edge
        if fresh and known is not None and known >= timeframe.floor(asked_at - SETTLE):
            return 0
        wanted = intervals(known, edge, timeframe) + RE_READ if known is not None else PAGE
        count, _ = await self._read_page(series, reading, Span(edge - wanted * timeframe.span, edge))
        return count

    async def _fill_by_pages(self, series: Series) -> int:
        count = 0
        reading = await self._reading(series)
        for gap in self._gaps(series, reading):
            count += await self._page_back(series, reading, gap)
        return count

    async def _fill_by_history(self, series: Series) -> int:
        market, timeframe = series
        if self._history is None:
            return 0
        await self._read_head(series)
        count = 0
        reading = await self._reading(series)
        for gap in self._gaps(series, reading):
            if gap.intervals(timeframe) > GAP_PAGES * PAGE:
                candles = await self._history(market, timeframe, gap.start, gap.end)
                inside = [c for c in candles if gap.start <= c.opened_at < gap.end]
                count += await self._keep(series, reading, inside, gap, self._clock.now())
        return count

    async def _read_back(self, series: Series, rows: int) -> int:
        """Earlier pages until the last `rows` intervals are known."""
        _, timeframe = series
        reading = await self._reading(series)
        count = 0
        end = reading.read[-1].end if reading.read else timeframe.floor(self._clock.now())
        for gap in reversed(gaps(reading.read, end - rows * timeframe.span, end)):
            count += await self._page_back(series, reading, gap, pages=None)
        return count

    async def _page_back(self, series: Series, reading: _Reading, gap: Span, pages: int | None = GAP_PAGES) -> int:
        """Read a gap from its end backwards; `pages` requests at most, None = until it is read."""
        count, edge = 0, gap.end
        while edge > gap.start and (pages is None or pages > 0):
            stored, edge = await self._read_page(series, reading, Span(gap.start, edge))
            count += stored
            pages = pages - 1 if pages is not None else None
        return count

    async def _read_page(self, series: Series, reading: _Reading, wanted: Span) -> tuple[int, datetime]:
        """One request for the newest part of `wanted`. Returns (new or changed candles, from where on it is known).

        The request ends at a moment that was past when we asked, so that a candle which closes while the venue is
        answering cannot slip in unfinished."""
        market, timeframe = series
        asked_at = self._clock.now()
        ask = min(PAGE, wanted.intervals(timeframe))
        page = await self._exchange.candles(market, timeframe, count=ask, until=wanted.end)
        closed = [c for c in page if c.opened_at < wanted.end]
        if not closed:
            await self._believe_nothing(series, wanted.end)
        # An answer reaches back to its oldest candle; without any, the venue has nothing earlier at all.
        start = closed[0].opened_at if closed else wanted.start
        return await self._keep(series, reading, closed, Span(start, wanted.end), asked_at), start

    async def _believe_nothing(self, series: Series, until: datetime) -> None:
        """No candle at all before `until`? Not when we hold one: then the venue is not well, and no hole is proven."""
        market, timeframe = series
        if await self._storage.read(lambda r: r.candles.latest(market, timeframe, 1, until)):
            raise VenueUnreachable(f"no {timeframe} candles of {market} in the answer, though there are earlier ones")

    async def _keep(
        self, series: Series, reading: _Reading, candles: Sequence[Candle], span: Span, asked_at: datetime
    ) -> int:
        """Candles and the stretch they answer for, in one transaction."""
        async with reading.lock:
            settled = merge((*reading.settled, *clip(span, series[1].floor(asked_at - SETTLE))))

            def write(records: Records) -> int:
                count = records.candles.upsert(candles) if candles else 0
                if settled != reading.settled:
                    records.notes.put(_note(series), [[s.start.isoformat(), s.end.isoformat()] for s in settled])
                return count

            count = await self._storage.write(write)
            reading.settled = settled
            reading.read = merge((*reading.read, span))
            return count

    # ---- helpers

    def _gaps(self, series: Series, reading: _Reading) -> Spans:
        """Between the first and the last stretch that was read, newest first, as far back as it matters."""
        _, timeframe = series
        if len(reading.read) < 2:
            return ()
        start = max(reading.read[0].end, timeframe.floor(self._clock.now() - FILL_BACK))
        return tuple(reversed(gaps(reading.read, start, reading.read[-1].start)))

    async def _reading(self, series: Series) -> _Reading:
        if series not in self._readings:
            rows: list[list[str]] = await self._storage.read(lambda r: r.notes.get(_note(series))) or []
            spans = merge(Span(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in rows)
            self._readings.setdefault(series, _Reading(settled=spans, read=spans))
        return self._readings[series]

    async def _each(
        self, series: Sequence[Series], work: Callable[[Series], Coroutine[Any, Any, int]]
    ) -> tuple[dict[Market, int], dict[Series, Exception]]:
        """Run `work` for every series side by side; one failure stops no other. Returns (counts by market, causes)."""

        async def bounded(one: Series) -> int:
            async with self._slots:
                return await work(one)

        results = await asyncio.gather(*(bounded(one) for one in series), return_exceptions=True)
        counts: dict[Market, int] = {}
        causes: dict[Series, Exception] = {}
        for one, result in zip(series, results, strict=True):
            if isinstance(result, Exception):
                causes[one] = result
            elif isinstance(result, BaseException):
                raise result
            else:
                counts[one[0]] = counts.get(one[0], 0) + result
        return counts, causes


def _note(series: Series) -> str:
    return f"candles.read.{series[0]}.{series[1]}"


def _finish(new: dict[Market, int], filled: dict[Market, int], causes: dict[Series, Exception]) -> CollectReport:
    report = CollectReport(
        {m: n for m, n in new.items() if n},
        {m: n for m, n in filled.items() if n},
        {m: f"{t}: {cause}" for (m, t), cause in causes.items()},
    )
    if causes:
        raise CollectFailed(report, causes) from next(iter(causes.values()))
    return report
