"""The pattern models of the markets in use: trained at night by a child process, kept as notes (S7)."""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import structlog

from trader.advice.pattern.model import Assessment, PatternModel, assess, from_note, to_note
from trader.advice.pattern.shapes import WARMUP
from trader.clock import Clock
from trader.errors import TraderError
from trader.market.collector import Collector, NoCandles
from trader.model.market import CandleArrays, Market, Timeframe
from trader.ports import Storage

log = structlog.get_logger(__name__)

CANDLES = 8000
"""Trained on at most so many."""
FRESH = timedelta(days=7)
TRAINING_SECONDS = 300.0
_COLUMNS = ("opened_at", "open", "high", "low", "close", "volume")


class TrainingFailed(TraderError):
    """A model could not be trained; the message says for which market and why."""


@dataclass(slots=True)
class Patterns:
    """`markets` and `timeframe` are those in use."""

    storage: Storage
    collector: Collector
    clock: Clock
    markets: Callable[[], Sequence[Market]]
    timeframe: Callable[[], Timeframe]
    _models: dict[str, PatternModel | None] = field(default_factory=dict)

    async def model(self, market: Market) -> PatternModel | None:
        """The one of this market and the timeframe in force; None: none was trained yet."""
        key = self._key(market)
        if key not in self._models:
            self._models[key] = from_note(await self.storage.read(lambda records: records.notes.get(key)))
        return self._models[key]

    async def assess(self, market: Market) -> tuple[PatternModel, Assessment] | None:
        """What it says of the last closed candle; None: no model, or too few candles."""
        model = await self.model(market)
        if model is None:
            return None
        try:
            candles = await self.collector.load(market, self.timeframe(), WARMUP * 4)
        except NoCandles:
            return None
        said = assess(model, candles)
        return (model, said) if said is not None else None

    async def refresh(self) -> None:
        """Train what is missing or older than a week, one after another. TrainingFailed at the end if some failed;
        a market with too little history is no failure."""
        failed: list[str] = []
        for market in self.markets():
            model = await self.model(market)
            if model is not None and self.clock.now() - model.trained_at < FRESH:
                continue
            try:
                await self.train(market)
            except TrainingFailed as err:
                failed.append(str(err))
        if failed:
            raise TrainingFailed("; ".join(failed))

    async def train(self, market: Market) -> PatternModel | None:
        """Train and keep the model of one market; None: its history is too short. TrainingFailed."""
        try:
            candles = await self.collector.latest(market, self.timeframe(), CANDLES)
        except NoCandles:
            return None
        model = await self._trained(candles)
        key = self._key(market)
        if model is not None:
            await self.storage.write(lambda records: records.notes.put(key, to_note(model)))
            self._models[key] = model
            log.info("pattern_trained", market=str(market), rows=model.rows, skill=round(model.scores.skill, 4))
        return model

    async def _trained(self, candles: CandleArrays) -> PatternModel | None:
        with tempfile.TemporaryDirectory(prefix="pattern-") as folder:
            path = Path(folder) / "candles.npz"
            await asyncio.to_thread(self._save, path, candles)
            code, out, complaint = await _run(path)
        if code == TOO_FEW:
            log.info("pattern_not_trained", market=str(candles.market), cause=complaint)
            return None
        if code != 0:
            raise TrainingFailed(f"{candles.market}: {complaint[-200:] or f'exit {code}'}")
        return msgspec.json.decode(out, type=PatternModel)

    def _save(self, path: Path, candles: CandleArrays) -> None:
        kept: dict[str, Any] = {name: getattr(candles, name) for name in _COLUMNS}
        kept |= {"market": candles.market.code, "timeframe": candles.timeframe.value}
        np.savez(path, **kept, now=np.array(self.clock.now().isoformat()))

    def _key(self, market: Market) -> str:
        return f"pattern.{market.code}.{self.timeframe().value}"


TOO_FEW = 3
"""What the training process says by its exit code."""


async def _run(path: Path) -> tuple[int, bytes, str]:
    """The child: at the lowest priority, and gone when it takes too long or the service stops."""
    child = await asyncio.create_subprocess_exec(
        "nice",
        "-n",
        "15",
        sys.executable,
        "-m",
        "trader.advice.pattern.training",
        str(path),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(TRAINING_SECONDS):
            out, complaint = await child.communicate()
    except TimeoutError:
        return 1, b"", "took too long"
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    return child.returncode or 0, out, complaint.decode(errors="replace").strip()
