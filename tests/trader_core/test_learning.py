"""The trader with what it learns: notes after exits, its jobs, what models cost beside results (R7 R9)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.examples import BTC, NOON, D
from tests.reflection.parts import consultation
from tests.trader_core.test_service import House, bought, gone
from tests.trading_floor import until
from trader import service
from trader.errors import UserInputError
from trader.model.advice import MemberResult, MemberStatus, Writing
from trader.model.events import EventKind
from trader.ports import TradeTick


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(service, "CONNECT_RETRY_SECONDS", (0.02,))
    made = House(tmp_path)
    yield made
    await made.stop()


async def test_an_exit_is_followed_by_its_note(house: House) -> None:
    """The stop of a position is hit: the note comes by itself, in the thread of the trade, without any model."""
    trader = await house.start()
    await bought(trader)
    house.streams.say(TradeTick(BTC, D(97_000), NOON))
    await gone(trader)
    await until(lambda: house.told(EventKind.REFLECTION))
    (note,), (leaving,) = house.told(EventKind.REFLECTION), house.told(EventKind.EXIT)
    assert (note.thread, note.data["position_id"], note.data["exit"]) == (
        leaving.thread,
        leaving.data["position_id"],
        "stop",
    )
    assert [noted.event for noted in await trader.desk.notes(5)] == [note]


async def test_its_jobs_stand_in_the_timetable(house: House) -> None:
    trader = await house.start()
    assert {"outcomes", "lessons", "ai-review", "ai-week", "notes"} <= set(trader.timetable.health)
    assert "ai-members" not in trader.timetable.health  # nobody to watch

    def next_look() -> object:
        return trader.timetable._scheduler.get_job("outcomes").next_run_time

    before = next_look()
    await trader.desk.change_setting("timeframe", "1m", "console")
    await until(lambda: next_look() != before)


async def test_without_models_there_is_nothing_to_show_and_nothing_breaks(house: House) -> None:
    trader = await house.start()
    standing = await trader.desk.ai_standing(30)
    assert (standing.members, standing.cards.questions, standing.bill.month) == ((), 0, 0)
    assert await trader.desk.ai_picture(standing.cards, "AI") is None
    assert (await trader.desk.lessons(), await trader.desk.notes(5)) == ([], [])
    with pytest.raises(UserInputError) as slip:
        await trader.desk.ai_last(None)
    assert slip.value.key == "ai-none"


async def test_models_cost_beside_results(house: House) -> None:
    """A question for 7 KRW and a note for 3, both today."""
    trader = await house.start()
    result = MemberResult("luna", "luna-1", MemberStatus.OK, cost=D(3))
    asked = consultation(0, at=NOON)
    await trader.world.storage.write(
        lambda records: (
            records.consultations.add(asked),
            records.writings.add(Writing("w", NOON, "note", "p", "1", "{}", "ab", result)),
        )
    )
    assert (await trader.desk.status()).model_cost == 10
    assert (await trader.desk.performance(1)).report.model_cost == 10
    assert (await trader.desk.ai_standing(30)).bill.day == 10


async def test_a_decision_by_the_beginning_of_its_id(house: House) -> None:
    trader = await house.start()
    await trader.world.storage.write(
        lambda records: [records.consultations.add(consultation(n, at=NOON)) for n in (1, 12)]
    )
    assert (await trader.desk.ai_decision("c0001")).said.consultation_id == "C0001"
    assert (await trader.desk.ai_last(BTC)).said.consultation_id == "C0012"
    for start, key in (("C00", "ai-ambiguous"), ("X", "ai-unknown")):
        with pytest.raises(UserInputError) as slip:
            await trader.desk.ai_decision(start)
        assert slip.value.key == key


async def test_how_memory_is_used_is_compared_anew_when_somebody_sets_it(house: House) -> None:
    trader = await house.start()
    await trader.world.storage.write(lambda records: records.notes.put("ai.memory", {"off": NOON.isoformat()}))
    assert not (await trader.desk.ai_standing(30)).memory.active
    await trader.desk.change_setting("ai_memory", "on", "console")
    await trader.desk.change_setting("ai_memory", "auto", "console")
    async with asyncio.timeout(5):
        while not (await trader.desk.ai_standing(30)).memory.active:  # noqa: ASYNC110
            await asyncio.sleep(0)
    note = await trader.world.storage.read(lambda records: records.notes.get("ai.memory"))
    assert note == {"from": house.clock.now().isoformat(), "off": ""}
