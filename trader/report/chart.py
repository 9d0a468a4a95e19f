"""Pictures for the chat.  In: candles, fills, guard levels, or results by day.  Out: PNG bytes.

The specs are pure values; `Painter` has them drawn by a short-lived child (`trader.report.draw`), so that the daemon
never holds matplotlib and a picture that goes wrong cannot hurt it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from trader.errors import TraderError
from trader.model.market import CandleArrays
from trader.model.order import Fill, Side
from trader.model.portfolio import GuardLevels, Position
from trader.model.seoul import SEOUL

WIDTH, HEIGHT = 1080, 720
"""Pixels: fills a phone's width without being scaled down by the messengers."""

PASSED_ON = ("PATH", "LANG", "LC_ALL", "TMPDIR")
"""All that the child gets of the environment: it needs no key."""

ROOT = Path(__file__).parents[2]


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
class DaysSpec:
    """Realised result by Korean day, KRW, oldest first, as in `PnlReport.by_day`."""

    by_day: tuple[tuple[datetime, Decimal], ...]
    title: str = "P&L by day"
    width: int = WIDTH
    height: int = HEIGHT

    def as_json(self) -> dict[str, Any]:
        local = [start.astimezone(SEOUL) for start, _ in self.by_day]
        return {
            "kind": "days",
            "title": self.title,
            "width": self.width,
            "height": self.height,
            "days": [f"{day.month}/{day.day}" for day in local],
            "values": [float(value) for _, value in self.by_day],
        }


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
    """Draws pictures, `at_once` children at most.

    `cache_dir` (in the data directory) keeps matplotlib's list of fonts, which takes longer to make than a picture."""

    def __init__(self, cache_dir: Path, *, deadline_seconds: float = 20.0, at_once: int = 1) -> None:
        self._cache_dir = cache_dir
        self._deadline_seconds = deadline_seconds
        self._slots = asyncio.Semaphore(at_once)

    async def render(self, spec: ChartSpec | DaysSpec) -> bytes:
        """A PNG. Raises ChartFailed: nothing to draw, the child failed, or the deadline (waiting included) passed."""
        text = json.dumps(spec.as_json(), allow_nan=False).encode()
        try:
            async with asyncio.timeout(self._deadline_seconds), self._slots:
                return await self._draw(text)
        except TimeoutError as err:
            raise ChartFailed(f"no picture within {self._deadline_seconds:g} seconds") from err

    async def _draw(self, text: bytes) -> bytes:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "trader.report.draw"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env=self._environment(),
        )
        try:
            png, complaint = await child.communicate(text)
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        if child.returncode != 0 or not png.startswith(b"\x89PNG"):
            words = complaint.decode(errors="replace").strip().splitlines()
            raise ChartFailed(f"the painter ended with {child.returncode}: {words[-1] if words else 'no word'}")
        return png

    def _environment(self) -> Mapping[str, str]:
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return {**passed_on, "MPLCONFIGDIR": str(self._cache_dir.absolute()), "MPL_IGNORE_SYSTEM_FONTS": "1"}
