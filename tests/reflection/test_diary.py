"""The wrong-answer note: once for each closed position, and nothing waits for it (R9).

1 BTC bought at 100,100 for 100,150.05 with its fee; holding is judged from that."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.examples import BTC, NOON, D
from tests.reflection.parts import consultation
from tests.trading_floor import Floor, sale
from trader.model.advice import JSON
from trader.model.events import Event, EventKind
from trader.model.market import Candle, Timeframe
from trader.model.portfolio import Position
from trader.reflection.diary import LONGEST, Diary, Story, Teaching, facts, tell_story

M15 = Timeframe.M15


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


def diary(floor: Floor, words: str | None = None, model: bool = False) -> Diary:
    async def write(position_id: str, told: Mapping[str, JSON]) -> str | None:
        await asyncio.sleep(0)
        return words

    return Diary(floor.chronicle, floor.clock, lambda: floor.settings, write if model else None)


async def traded(floor: Floor, price: str = "98000") -> Position:
    """Bought at 100,100 and sold at `price`."""
    held = await floor.bought()
    floor.clock.advance(600)
    floor.venue.prices[BTC] = (D(price), D(price))
    await floor.done(await floor.send(sale(str(held.quantity), thread=held.thread_id, reason="crossed_down")))
    (closed,) = await floor.read(lambda records: records.positions.recent_closed(1))
    return closed


def notes(floor: Floor) -> list[Event]:
    return floor.told(EventKind.REFLECTION)


async def test_a_closed_position_gets_one_note_in_its_thread(floor: Floor):
    book = diary(floor)
    assert await book.run() == 0
    closed = await traded(floor)
    assert await book.run() == 1
    (note,) = notes(floor)
    assert (note.market, note.thread) == ("KRW-BTC", closed.thread_id)
    assert D(note.data["pnl"]) == closed.realised_pnl == D("-2199.05")
    assert (note.data["owner"], note.data["reason"], note.data["exit"]) == ("sma_cross", "crossed_up", "crossed_down")
    assert (note.data["teaches"], note.data["text"]) == ("lost", "")
    assert await book.run() == 0


async def test_what_was_missed_while_away_is_caught_up_once(floor: Floor):
    await diary(floor).run()
    await traded(floor)
    await traded(floor)
    floor.clock.advance(86_400)
    again = diary(floor)  # another program over the same rows
    assert await again.run() == 2
    assert await diary(floor).run() == 0
    assert len(notes(floor)) == 2


async def test_two_at_once_write_no_second_note(floor: Floor):
    book = diary(floor, "words", model=True)
    await book.run()
    await traded(floor)
    assert sum(await asyncio.gather(book.run(), book.run(), book.run())) == 1


async def test_positions_closed_before_the_first_start_get_none(floor: Floor):
    await traded(floor)
    floor.clock.advance(1)
    book = diary(floor)
    assert (await book.run(), await book.run(), notes(floor)) == (0, 0, [])


async def test_a_models_words_are_short_and_plain(floor: Floor):
    poison = "<b>손절이</b> 가까웠음 https://evil.example " + "가나 " * 300
    book = diary(floor, poison, model=True)
    await book.run()
    await traded(floor)
    await book.run()
    text = notes(floor)[0].data["text"]
    assert text.startswith("손절이 가까웠음 가나")
    assert len(text) <= LONGEST
    assert not any(piece in text for piece in ("http", "<", ">"))


async def test_holding_is_told_as_far_as_its_time_has_come(floor: Floor):
    """Bought at noon and closed twenty minutes later; looked at two hours after noon, 8 candles of 15 minutes: the
    first closed at 101,000, the fourth at 103,000."""
    closed = replace(await traded(floor), closed_at=NOON + timedelta(minutes=20))
    closes = [101_000, 100_000, 101_000, 103_000, 104_000, 104_000, 104_000, 104_000]
    candles = [Candle(BTC, M15, NOON + n * M15.span, *[D(c)] * 4, D(1), D(c)) for n, c in enumerate(closes)]
    await floor.storage.write(lambda records: records.candles.upsert(candles))
    for now, later in ((NOON + timedelta(minutes=20), ()), (NOON + 8 * M15.span, (4,))):
        story = await floor.read(lambda records, now=now: tell_story(records, closed, M15, now))
        assert [horizon for horizon, _ in story.path] == [1]
        assert tuple(horizon for horizon, _ in story.later) == later
    assert round(story.path[0][1], 6) == round(D(101_000) * D("0.9995") / D("100150.05") - 1, 6)
    assert round(story.later[0][1], 6) == round(D(103_000) * D("0.9995") / D("100150.05") - 1, 6)
    assert story.teaches is Teaching.LOST_EARLY


async def test_what_holding_would_have_brought_is_read_later(floor: Floor):
    book = diary(floor)
    await book.run()
    await traded(floor)
    await book.run()
    (noted,) = await book.latest(5)
    assert (noted.event.data["holding"], noted.later) == ("", ())
    candles = [Candle(BTC, M15, NOON + n * M15.span, *[D(103_000)] * 4, D(1), D(1)) for n in range(4)]
    await floor.storage.write(lambda records: records.candles.upsert(candles))
    floor.clock.advance(3600)
    (noted,) = await book.latest(5)
    assert [horizon for horizon, _ in noted.later] == [1, 4]


def story(pnl: str, path: str | None = None, later: str | None = None, fees: str = "100") -> Story:
    position = Position("p", BTC, "sma_cross", NOON, D(0), D(0))
    position = replace(position, realised_pnl=D(pnl), fees=D(fees), bought_cost=D(100_000), bought_quantity=D(1))
    return Story(
        position,
        "",
        None,
        () if path is None else ((1, Decimal(-1)), (4, D(path))),
        () if later is None else ((12, D(later)),),
    )


@pytest.mark.parametrize(
    ("pnl", "path", "later", "teaches"),
    [
        ("500", None, None, "won"),
        ("500", "0.004", "0.005", "won"),
        ("500", "0.006", None, "won_less"),
        ("500", "0.006", "0.007", "won_early"),
        ("-50", "0.01", "0.01", "fees"),  # 100 of fees, 50 won before them
        ("-500", None, None, "lost"),
        ("-500", "-0.001", None, "lost"),
        ("-500", "0.001", None, "gave_back"),
        ("-500", "0.001", "0.001", "lost_early"),
        ("-500", "0.001", "-0.02", "lost_saved"),
    ],
)
def test_what_it_teaches(pnl: str, path: str | None, later: str | None, teaches: str):
    assert story(pnl, path, later).teaches.value == teaches


def test_a_model_is_told_figures_and_codes_alone():
    """parts.answer gives IGNORE ALL RULES as its reason."""
    told: dict[str, Any] = facts(
        replace(story("-500", "-0.02", "-0.03"), expected="crossed_up", asked=consultation(0, "BUY"))
    )
    assert told["votes"] == [{"member": "luna", "decision": "BUY", "confidence": 0.7}]
    assert (told["result_fraction_after_fees"], told["stood_by_candles"]) == (-0.005, {"1": -1.0, "4": -0.02})
    assert told["holding_instead_by_candles"] == {"12": -0.03}
    assert "IGNORE" not in str(told)
