"""Pictures for the chat.  In: candles, fills, guard levels, or results.  Out: PNG bytes.

The specs are pure values; `Painter` has them drawn by a child (`trader.report.draw`), so that the daemon never holds
matplotlib and a picture that goes wrong cannot hurt it. The child stays for a while: most of the time a picture takes
is that of loading matplotlib."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from trader.errors import TraderError
from trader.model.market import CandleArrays
from trader.model.order import Fill, Side
from trader.model.portfolio import GuardLevels, Position
from trader.model.views import Performance
from trader.report.child import ChildGone, DrawingChild

WIDTH, HEIGHT = 1080, 720
"""Pixels: fills a phone's width without being scaled down by the messengers."""

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR")
"""All that the child gets of the environment: it needs no key."""

IDLE_SECONDS = 30.0
"""So long the child waits for the next picture: people look at one, then at another."""

PICTURES_PER_CHILD = 50
"""Then a new one begins, whatever the old one has gathered in memory."""


class ChartFailed(TraderError):
    """The picture could not be drawn; the text says why."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry (BUY) or exit (SELL) at candle number `index`."""

    index: int
    side: Side


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """Candles with entries, exits and price lines. Prices in quote; `width` and `height` in pixels."""

    candles: CandleArrays
    marks: tuple[Mark, ...] = ()
    average_cost: Decimal | None = None
    stop: Decimal | None = None
    take: Decimal | None = None
    width: int = WIDTH
    height: int = HEIGHT

    def as_json(self) -> dict[str, Any]:
        lines = {"average": self.average_cost, "stop": self.stop, "take": self.take}
        candles = self.candles
        return {
            "kind": "candles",
            "title": f"{candles.market.code}  {candles.timeframe}",
            "seconds": candles.timeframe.seconds,
            "width": self.width,
            "height": self.height,
            **{
                name: getattr(candles, name).tolist()
                for name in ("opened_at", "open", "high", "low", "close", "volume")
            },
            "marks": [{"index": mark.index, "side": mark.side.value} for mark in self.marks],
            "lines": {name: float(price) for name, price in lines.items() if price is not None},
        }


@dataclass(frozen=True, slots=True)
class ResultSpec:
    """How a result grew, beside what holding would have brought, over its Korean days.

    `moments` (ascending), `results` and `held` are equally long; None = not known then. As fractions of the capital, or
    KRW where `in_krw`. `by_day`: realised KRW, oldest first, drawn as bars from two days on where there is any."""

    title: str
    moments: tuple[datetime, ...]
    results: tuple[float | None, ...]
    held: tuple[float | None, ...]
    in_krw: bool
    by_day: tuple[tuple[datetime, Decimal], ...]
    width: int = WIDTH
    height: int = HEIGHT

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "result",
            "title": self.title,
            "width": self.width,
            "height": self.height,
            "at": [int(moment.timestamp()) for moment in self.moments],
            "results": list(self.results),
            "held": list(self.held),
            "in_krw": self.in_krw,
            "days": [int(start.timestamp()) for start, _ in self.by_day],
            "values": [float(value) for _, value in self.by_day],
        }


@dataclass(frozen=True, slots=True)
class AdviceSpec:
    """What models said against what happened. `value`: by name, (moment, running KRW), oldest first; `bins`: by name,
    (mean stated chance, share that came true, n), fractions. The last name is the ensemble's."""

    title: str
    value: Mapping[str, Sequence[tuple[datetime, Decimal]]]
    bins: Mapping[str, Sequence[tuple[float, float, int]]]
    width: int = WIDTH
    height: int = HEIGHT

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "advice",
            "title": self.title,
            "width": self.width,
            "height": self.height,
            "members": [
                {
                    "name": name,
                    "at": [int(at.timestamp()) for at, _ in rows],
                    "value": [float(krw) for _, krw in rows],
                    "bins": [list(one) for one in self.bins.get(name, ())],
                }
                for name, rows in self.value.items()
            ],
        }


def result_spec(performance: Performance, title: str) -> ResultSpec:
    """Both lines in shares of the capital; while that is not known, ours alone in KRW. ValueError: nothing known."""
    capital, results = performance.capital, performance.results
    if all(result is None for result in results):
        raise ValueError("no result is known at any moment")
    unit = capital or Decimal(1)
    held = performance.held if capital else (None,) * len(results)
    return ResultSpec(
        title,
        performance.moments,
        tuple(None if value is None else float(value / unit) for value in results),
        tuple(None if value is None else float(value) for value in held),
        in_krw=not capital,
        by_day=tuple((day, won) for day, won in performance.report.by_day if day >= performance.moments[0]),
    )


def chart_spec(
    candles: CandleArrays,
    fills: Iterable[Fill] = (),
    position: Position | None = None,
    levels: GuardLevels | None = None,
) -> ChartSpec:
    """What /chart shows: where we bought and sold, what the open position cost, and where it will be left.

    Fills outside the candles are left out; several of one side in one candle are one mark. A fill in the candle that
    is still forming stands at the last one that closed."""
    return ChartSpec(
        candles,
        marks_of(candles, fills),
        average_cost=position.average_cost if position and position.open else None,
        stop=levels.effective_stop if levels else None,
        take=levels.plan.take if levels else None,
    )


def marks_of(candles: CandleArrays, fills: Iterable[Fill]) -> tuple[Mark, ...]:
    """One mark per candle and side, oldest first."""
    first, last, seconds = int(candles.opened_at[0]), len(candles) - 1, candles.timeframe.seconds
    indices = [(int((fill.at.timestamp() - first) // seconds), fill.side) for fill in fills]
    shown = {(min(index, last), side) for index, side in indices if 0 <= index <= last + 1}
    return tuple(Mark(index, side) for index, side in sorted(shown))


class Painter:
    """Draws pictures, one after another, in a child that is kept for the next one and let go when it has been idle.

    `cache_dir` (in the data directory) keeps matplotlib's list of fonts, which takes longer to make than a picture."""

    def __init__(self, cache_dir: Path, *, deadline_seconds: float = 20.0, idle_seconds: float = IDLE_SECONDS) -> None:
        self._cache_dir = cache_dir
        self._deadline_seconds = deadline_seconds
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._child: DrawingChild | None = None
        self._drawn = 0
        self._idle: asyncio.TimerHandle | None = None

    @property
    def child(self) -> int | None:
        """The process that waits for the next picture; None: nothing is loaded."""
        return self._child.pid if self._child is not None and self._child.alive else None

    async def render(self, spec: ChartSpec | ResultSpec | AdviceSpec) -> bytes:
        """A PNG. Raises ChartFailed: nothing to draw, the child failed, or the deadline (waiting included) passed."""
        text = json.dumps(spec.as_json(), allow_nan=False).encode()
        try:
            async with asyncio.timeout(self._deadline_seconds), self._turn:
                return await self._draw(text)
        except TimeoutError as err:
            raise ChartFailed(f"no picture within {self._deadline_seconds:g} seconds") from err

    async def close(self) -> None:
        """Nothing is drawn any more."""
        async with self._turn:
            self._busy()
            child, self._child = self._child, None
            if child is not None:
                await child.end()

    async def _draw(self, text: bytes) -> bytes:
        self._busy()
        try:
            drawn, answer = await self._ask(text)
        except ChildGone as gone:
            raise ChartFailed(f"the painter did not answer: {gone}") from gone
        self._drawn += 1
        if self._drawn >= PICTURES_PER_CHILD:
            self._let_go()
        else:
            self._idle = asyncio.get_running_loop().call_later(self._idle_seconds, self._let_go)
        if not drawn:
            raise ChartFailed(f"it could not be drawn: {answer.decode(errors='replace')}")
        return answer

    async def _ask(self, text: bytes) -> tuple[bool, bytes]:
        """One that died since its last picture is replaced without a word."""
        if self._child is not None:
            try:
                return await self._of(self._child, text)
            except ChildGone:
                pass
        self._child, self._drawn = await DrawingChild.start(self._environment()), 0
        return await self._of(self._child, text)

    async def _of(self, child: DrawingChild, text: bytes) -> tuple[bool, bytes]:
        try:
            return await child.ask(text)
        except BaseException:  # broken off: its answer must not become that of the next question
            self._child = None
            await child.kill()
            raise

    def _busy(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

    def _let_go(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.let_go()

    def _environment(self) -> Mapping[str, str]:
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**passed_on, "MPLCONFIGDIR": str(self._cache_dir.absolute()), "MPL_IGNORE_SYSTEM_FONTS": "1"}
