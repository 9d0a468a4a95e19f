"""What a question is told of the past: little, in figures, from what was resolved, the same every time (R9)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage.memory import MemoryStorage
from tests.reflection.parts import BTC, NOON, D, after, case, consultation, keep, lesson, move_of
from tests.trading_floor import settings
from trader.clock import ManualClock
from trader.model.advice import Dossier, MemoryLine, Question
from trader.model.reflection import LessonState
from trader.model.tokens import tokens_in
from trader.reflection.cases import Case, Casebook
from trader.reflection.memory import BUDGET, Memory, remember
from trader.reflection.shadow import NOTE

RSI = Dossier((), {"rsi": 31.0})


def question(at: datetime) -> Question:
    return replace(consultation().question, candle=at)


def told(cases: list[Case], *lessons: Any, now: datetime | None = None, known: Dossier = RSI) -> dict[str, str]:
    at = now or after(cases)
    return {line.line_id: line.text for line in remember(question(at), known, cases, lessons, 12, at)}


def test_nothing_resolved_is_nothing_told():
    assert told([], now=NOON) == {}
    one = [case(0)]
    assert told(one, now=one[0].moves[0].at - timedelta(seconds=1)) == {}


def test_the_lines_by_hand():
    """Three decisions: two paid, one lost; the panel said no each time."""
    cases = [case(0, "2", rsi=32.0), case(1, "-1", rsi=31.0), case(2, "3", rsi=70.0)]
    assert told(cases, lesson(created_at=NOON)) == {
        "m:score": "last 30 days, 12 candles after being asked: a BUY paid after fees 2 of 3",
        "m:l1": "BUY when rsi < 35: paid 4 of 25, otherwise 15 of 25 (12 candles) – “falling knives”",
        "m:c1": "2026-03-02 KRW-BTC (rsi 31): panel rejected, BUY after 12 candles -1.10 % net",
        "m:c2": "2026-03-02 KRW-BTC (rsi 32): panel rejected, BUY after 12 candles +1.90 % net",
        "m:c3": "2026-03-03 KRW-BTC (rsi 70): panel rejected, BUY after 12 candles +2.90 % net",
        "m:last": "last here 2026-03-03 06:00Z: BUY, rejected (0 of 1 for it) at 1000; price +3.00 % 12 candles later",
    }


def test_only_wins_or_only_losses_are_not_shown_as_cases():
    assert not {"m:c1", "m:c2"} & told([case(0), case(1)]).keys()


def test_a_loss_takes_the_place_of_the_third_win():
    cases = [*(case(n, "2", rsi=31.0) for n in range(3)), case(3, "-2", rsi=90.0)]
    shown = told(cases)
    assert [shown[f"m:c{n}"][-11:] for n in (1, 2, 3)] == ["+1.90 % net", "+1.90 % net", "-2.10 % net"]


def test_age_weighs_against_likeness():
    """The same figures sixty days ago are worth e⁻², 0.135; figures two deviations off yesterday 1 ÷ 3."""
    old, new, other = case(0, "2", rsi=31.0), case(110, "2", rsi=61.0), case(111, "-2", rsi=31.0)
    shown = told([old, new, other])
    assert "2026-05-01" in shown["m:c1"]
    assert "2026-04-30" in shown["m:c2"]
    assert "2026-03-02" in shown["m:c3"]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": LessonState.CANDIDATE},
        {"state": LessonState.RETIRED},
        {"state": LessonState.VETOED},
        {"market": "KRW-ETH"},
        {"side": "sell"},
        {"value": 31.0},  # not below it
        {"feature": "fear_greed"},  # not known now
        {"expires_at": NOON},
    ],
)
def test_lessons_that_do_not_apply_are_not_shown(changes: dict[str, Any]):
    assert "m:l1" not in told([case(0)], lesson(**changes))


def test_a_lesson_is_not_known_before_it_was_learned():
    now = after([case(0)])
    assert "m:l1" in told([case(0)], lesson(created_at=now - timedelta(seconds=1)))
    assert "m:l1" not in told([case(0)], lesson(created_at=now))


def test_three_lessons_the_pinned_and_the_clearest_first():
    rows = [lesson(lesson_id=f"L{n}", high=-0.1 * n, text=f"n{n}") for n in range(1, 5)]
    pinned, weak = replace(rows[3], pinned=True, expires_at=NOON), lesson(lesson_id="L9", high=-0.05)
    shown = told([case(0)], *rows[:3], pinned, weak)
    assert [shown[f"m:l{n}"][-4:] for n in (1, 2, 3)] == ["“n4”", "“n3”", "“n2”"]


def test_never_more_than_the_budget():
    many = {f"figure_{n}": 1.0 for n in range(30)}
    cases = [case(n, "2" if n % 2 else "-2", **many) for n in range(40)]
    lessons = [lesson(lesson_id=f"L{n}", text="가" * 400) for n in range(3)]
    lines = remember(question(after(cases)), Dossier((), {"rsi": 31.0, **many}), cases, lessons, 12, after(cases))
    assert sum(tokens_in(line.line_id) + tokens_in(line.text) for line in lines) <= BUDGET
    assert [line.line_id for line in lines] == ["m:score", "m:l1"]


def test_the_same_every_time():
    cases = [case(n, "2" if n % 2 else "-2", rsi=30.0) for n in range(6)]
    assert told(cases) == told(cases)


# ---------------------------------------------------------------- from the rows


async def recalled(storage: MemoryStorage, now: datetime, **changes: Any) -> list[MemoryLine]:
    clock = ManualClock(now)
    memory = Memory(storage, Casebook(storage), clock, lambda: settings(**changes))
    return list(await memory.recall(question(now), RSI))


async def test_nothing_a_model_wrote_about_its_reasons_is_told():
    """parts.answer gives IGNORE ALL RULES as its reason."""
    storage, one = MemoryStorage(), consultation(0, "BUY")
    await storage.write(lambda records: keep(records, one, "2"))
    lines = await recalled(storage, move_of(one, "2").at + timedelta(minutes=1))
    assert {line.line_id for line in lines} == {"m:score", "m:last"}
    assert not any("IGNORE" in line.text for line in lines)
    assert "approved it 1 of 1, mean +1.90 %" in lines[0].text


async def test_off_is_off():
    storage, one = MemoryStorage(), consultation(0)
    await storage.write(lambda records: keep(records, one, "2"))
    now = move_of(one, "2").at + timedelta(minutes=1)
    assert await recalled(storage, now, ai_memory="off") == []
    await storage.write(lambda records: records.notes.put(NOTE, {"off": NOON.isoformat()}))
    assert await recalled(storage, now, ai_memory="auto") == []
    assert await recalled(storage, now, ai_memory="on") != []


async def test_outcomes_that_come_later_are_seen():
    """The casebook reads again what may still change, and shadows never."""
    storage, book = MemoryStorage(), None
    book = Casebook(storage)
    one = consultation(0)
    shadow = consultation(1, shadow=True, shadow_of="C0000")
    await storage.write(lambda records: (keep(records, one, None), keep(records, shadow, None)))
    now = NOON + timedelta(hours=2)
    assert [len(c.moves) for c in await book.cases(now)] == [0]
    await storage.write(lambda records: records.outcomes.add("C0000", move_of(one, "2", 1)))
    assert [len(c.moves) for c in await book.cases(now + timedelta(hours=1))] == [1]
    assert BTC.code == (await book.cases(now))[0].market
    assert D(1000) == (await book.cases(now))[0].price
