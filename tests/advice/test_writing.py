"""Models that write for people: the same budget and deadline, everything kept, code goes on without them (R8 R9)."""

from __future__ import annotations

from typing import Any

import pytest

from storage.memory import MemoryStorage
from tests.advice.parts import NOON, D, Scripted, ok, spec
from tests.trading_floor import settings
from trader.advice.budget import Budget, Caps
from trader.advice.members.member import Fault, Raw
from trader.advice.members.panel import Panel, Rate
from trader.advice.members.watch import MemberWatch
from trader.advice.writing import LESSONS, NOTE, Writer
from trader.bill import models_cost
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.model.advice import MemberStatus
from trader.model.events import Event, EventKind

OFF = Raw(MemberStatus.ERROR, detail="http 401 invalid_api_key", fault=Fault.NEVER, billed=False)


class Desk:
    def __init__(self, *members: Scripted, **changes: Any) -> None:
        self.clock, self.storage = ManualClock(NOON), MemoryStorage()
        seats = [(spec(name), member) for name, member in zip(("luna", "haiku"), members, strict=False)]
        self.panel = Panel(seats, self.clock, Budget(), lambda: Rate(D(1000), True))
        given = settings(**{"ai_daily_krw": D(10_000), **changes})
        self.writer = Writer(self.panel, self.storage, self.clock, lambda: given)


async def test_the_first_member_writes_in_the_form_asked_for():
    first, second = Scripted([ok('{"note": "too early"}')]), Scripted([ok()])
    desk = Desk(first, second)
    assert await desk.writer.note("P1", {"market": "KRW-BTC"}) == "too early"
    assert (first.prompts[0].form, second.prompts) == (NOTE, [])
    assert '"language":"ko"' in first.prompts[0].user
    (kept,) = await desk.storage.read(lambda records: records.writings.latest(5))
    assert (kept.purpose, kept.subject, kept.result.raw) == ("note", "P1", '{"note": "too early"}')
    # 1,000 × 100 + 100 × 200 = 120,000 ÷ 1,000,000 USD at 1,000 KRW
    assert kept.result.cost == await desk.storage.read(lambda records: models_cost(records, NOON)) == 120


async def test_another_writes_where_the_first_is_off():
    desk = Desk(Scripted([OFF]), Scripted([ok('{"note": "fine"}')]))
    assert await desk.writer.note("P1", {}) is None
    assert await desk.writer.note("P2", {}) == "fine"


@pytest.mark.parametrize("text", ["no json", "[1, 2]", '{"note": ""}', '{"note": 7}', "{}", "[" * 30_000])
async def test_what_is_no_note_is_none(text: str):
    assert await Desk(Scripted([ok(text)])).writer.note("P1", {}) is None


async def test_a_table_and_its_proposals():
    member = Scripted([ok('{"lessons": [{"feature": "rsi"}]}')])
    assert await Desk(member).writer.lessons({"rows": []}) == [{"feature": "rsi"}]
    assert member.prompts[0].form == LESSONS


async def test_no_money_no_role_no_call():
    for changes in ({"ai_daily_krw": D(0)}, {"ai_role": "off"}):
        member = Scripted([ok('{"note": "x"}')])
        assert await Desk(member, **changes).writer.note("P1", {}) is None
        assert member.prompts == []


# ---------------------------------------------------------------- members that end


class Ending(Scripted):
    says = ""

    async def retires(self) -> str:
        return self.says


class Watched:
    def __init__(self, member: Scripted) -> None:
        desk = Desk(member)
        self.panel, self.events = desk.panel, list[Event]()
        chronicle = Chronicle(desk.storage, desk.clock)
        chronicle.on_event(self.events.append)
        self.watch = MemberWatch(desk.panel, chronicle, desk.clock)
        self.writer, self.clock = desk.writer, desk.clock

    @property
    def told(self) -> list[tuple[str, str]]:
        assert all(event.kind is EventKind.AI_MEMBER for event in self.events)
        return [(event.data["change"], event.data.get("ends", "")) for event in self.events]


async def test_the_end_of_a_model_is_told_thirty_days_ahead_and_once():
    """Noon of 2 March in Seoul: 1 April is thirty days ahead."""
    member = Ending([ok()])
    house = Watched(member)
    member.says = "2026-04-02"
    await house.watch.check_models()
    assert house.told == []
    member.says = "2026-04-01"
    await house.watch.check_models()
    await house.watch.check_models()
    assert house.told == [("retiring", "2026-04-01")]
    member.says = "retired"
    await house.watch.check_models()
    assert house.told[1:] == [("retired", "")]


async def test_a_cap_that_is_nearly_reached_is_told_once_and_again_for_another():
    """A call of the house costs 120 KRW."""
    house = Watched(Scripted([ok('{"note": "x"}')]))
    caps = Caps(D(150), D(10_000))
    await house.watch.check_caps(caps)
    assert house.events == []
    await house.writer.note("P1", {})
    for _ in range(2):
        await house.watch.check_caps(caps)
    assert [(e.kind, e.data) for e in house.events] == [
        (EventKind.AI_BUDGET, {"period": "day", "cost": "120", "limit": "150"})
    ]
    await house.watch.check_caps(Caps(D(1000), D(10_000)))
    await house.watch.check_caps(Caps(D(1000), D(140)))
    assert house.events[1].data == {"period": "month", "cost": "120", "limit": "140"}


async def test_what_a_person_must_mend_is_told_once():
    house = Watched(Scripted([OFF]))
    await house.watch.check_troubles()
    await house.writer.note("P1", {})
    await house.watch.check_troubles()
    await house.watch.check_troubles()
    assert house.told == [("off", "")]
    assert house.events[0].data["detail"] == "http 401 invalid_api_key"
