"""Memory has to prove its use against the same member without it (R9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.memory import MemoryStorage
from tests.reflection.parts import NOON, chronicle, consultation, keep, move_of
from tests.trading_floor import settings
from trader.advice.counsel import shadowed
from trader.clock import ManualClock
from trader.ids import new_id
from trader.model.advice import Consultation
from trader.model.events import Event, EventKind
from trader.reflection.shadow import Comparison, MemoryTrial, compare


def pair(number: int, having: tuple[str, str], without: tuple[str, str]) -> list[Consultation]:
    """(stance, p_up) with memory and without."""
    main = consultation(number, *having)
    beside = {"consultation_id": f"S{number:04}", "shadow": True, "shadow_of": main.consultation_id}
    return [main, consultation(number, *without, **beside)]


def test_the_comparison_by_hand():
    """It rose by 2 %: 0.9 is off by 0.01, 0.5 by 0.25; the one bought, the other held."""
    rows = pair(0, ("BUY", "0.9"), ("HOLD", "0.5"))
    found = compare(rows, {"C0000": [move_of(rows[0], "2")]}, 12)
    assert (found.n, found.brier_with, found.brier_without) == (1, pytest.approx(0.01), pytest.approx(0.25))
    assert found.net_with == pytest.approx(1.02 * 0.9995 / 1.0005 - 1)
    assert found.net_without == 0
    assert found.helps is None


def test_chances_are_compared_at_the_candles_they_were_stated_for():
    """0.9 for twelve candles on, where it rose by 2 %; 0.5 for four, where it had fallen."""
    main, beside = pair(0, ("BUY", "0.9"), ("HOLD", "0.5"))
    (said,) = beside.results
    assert said.answer is not None
    beside = replace(beside, results=(replace(said, answer=replace(said.answer, horizon=4)),))
    assert compare([main, beside], {"C0000": [move_of(main, "2")]}, 12).n == 0  # not known yet
    found = compare([main, beside], {"C0000": [move_of(main, "-1", 4), move_of(main, "2")]}, 12)
    assert (found.brier_with, found.brier_without) == (pytest.approx(0.01), pytest.approx(0.25))


@pytest.mark.parametrize(
    ("figures", "helps"),
    [
        ((0.20, 0.25, 0.001, 0.0), True),
        ((0.20, 0.25, -0.001, 0.0), False),  # better chances, worse results
        ((0.25, 0.25, 0.001, 0.0), False),
    ],
)
def test_better_chances_and_no_worse_results(figures: tuple[float, float, float, float], helps: bool):
    assert Comparison(200, *figures).helps is helps
    assert Comparison(199, *figures).helps is None


class Trials:
    def __init__(self, use: str = "auto") -> None:
        self.clock, self.storage = ManualClock(NOON), MemoryStorage()
        self.events: list[Event] = []
        told = chronicle(self.storage, self.clock)
        told.on_event(self.events.append)
        self.trial = MemoryTrial(told, self.clock, lambda: settings(ai_memory=use))

    async def live(self, count: int) -> None:
        """Without memory it was right each time, with it wrong."""
        rows = [pair(n, ("HOLD", "0.1"), ("BUY", "0.9")) for n in range(count)]
        await self.storage.write(
            lambda records: [(keep(records, main, "2"), keep(records, shadow, None)) for main, shadow in rows]
        )
        self.clock.advance(count * 13 * 3600 + 86_400)


async def test_memory_that_does_not_help_is_switched_off_once_and_said_so():
    trials = Trials()
    await trials.live(199)
    await trials.trial.check()
    assert trials.events == []
    trials = Trials()
    await trials.live(200)
    await trials.trial.check()
    await trials.trial.check()
    (event,) = trials.events
    assert (event.kind, event.data["n"]) == (EventKind.AI_MEMORY, "200")
    assert (event.data["brier_with"], event.data["brier_without"]) == ("0.810", "0.010")
    assert not (await trials.trial.standing()).active


async def test_a_person_may_insist_or_have_it_compared_anew():
    insisting = Trials("on")
    await insisting.live(200)
    await insisting.trial.check()
    assert insisting.events == []
    trials = Trials()
    await trials.live(200)
    await trials.trial.check()
    await trials.trial.begin_again()
    standing = await trials.trial.standing()
    assert (standing.active, standing.comparison.n) == (True, 0)


def test_about_fifteen_of_a_hundred_and_always_the_same():
    names = [f"{n:016}" for n in range(4000)]
    share = sum(map(shadowed, names)) / len(names)
    assert 0.13 < share < 0.17
    one = new_id()
    assert shadowed(one) is shadowed(one)
