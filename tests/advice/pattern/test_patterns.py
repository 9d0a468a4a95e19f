"""Models of the markets in use: trained by a child, kept over a restart, honest where they have nothing to say (S7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from storage.memory import MemoryStorage
from tests.advice.parts import question
from tests.advice.pattern.shapes_made import BTC, NOW, walk
from trader.advice.context.pattern import NAME, Pattern
from trader.clock import ManualClock
from trader.market.collector import NoCandles
from trader.model.advice import ItemStatus
from trader.model.market import CandleArrays, Market, Timeframe
from trader.patterns import Patterns, TrainingFailed


class Shelf:
    """A collector whose candles are made."""

    def __init__(self, n: int) -> None:
        self.n, self.read = n, 0

    async def latest(self, market: Market, timeframe: Timeframe, n: int) -> CandleArrays:
        self.read += 1
        return await self.load(market, timeframe, n)

    async def load(self, market: Market, timeframe: Timeframe, n: int) -> CandleArrays:
        if self.n == 0:
            raise NoCandles("none")
        return walk(self.n)


def patterns(storage: MemoryStorage, clock: ManualClock, n: int = 2500) -> Patterns:
    return Patterns(storage, Shelf(n), clock, lambda: [BTC], lambda: Timeframe.M15)  # type: ignore[arg-type]


async def test_trained_once_a_week_and_known_after_a_restart():
    storage, clock = MemoryStorage(), ManualClock(NOW)
    made = patterns(storage, clock)
    assert await made.assess(BTC) is None
    await made.refresh()
    clock.advance(6 * 86400)
    await made.refresh()
    assert made.collector.read == 1  # type: ignore[attr-defined]
    again = patterns(storage, clock)
    found = await again.assess(BTC)
    assert found == await made.assess(BTC)
    assert found is not None
    assert 0 < found[1].risk < 1
    clock.advance(timedelta(days=2).total_seconds())
    await again.refresh()
    assert again.collector.read == 1  # type: ignore[attr-defined]


async def test_too_little_history_is_no_failure_and_a_broken_child_is():
    short = patterns(MemoryStorage(), ManualClock(NOW), n=300)
    await short.refresh()
    assert await short.model(BTC) is None
    assert await patterns(MemoryStorage(), ManualClock(NOW), n=0).train(BTC) is None


async def test_a_child_that_breaks_is_told(monkeypatch: pytest.MonkeyPatch):
    async def broken(path: object) -> tuple[int, bytes, str]:
        return 1, b"", "no memory left"

    monkeypatch.setattr("trader.patterns._run", broken)
    with pytest.raises(TrainingFailed, match="KRW-BTC: no memory left"):
        await patterns(MemoryStorage(), ManualClock(NOW)).refresh()


async def test_what_models_are_told_of_it():
    made = patterns(MemoryStorage(), ManualClock(NOW))
    source = Pattern(made.assess)
    (item,) = (await source.look(question(), NOW)).items
    assert (item.name, item.status, item.reason) == (NAME, ItemStatus.ABSENT, "not trained yet")
    model = await made.train(BTC)
    assert model is not None
    (item,) = (await source.look(question(), NOW)).items
    assert isinstance(item.value, dict)
    assert sorted(item.value) == ["base_rate", "out_of_sample_auc", "risk", "suggested_position"]
    useless = replace(model, scores=replace(model.scores, skill=-0.01))
    made._models[made._key(BTC)] = useless
    (item,) = (await source.look(question(), NOW)).items
    assert item.reason == "no better than the base rate out of sample"
