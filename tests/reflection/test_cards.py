"""Scorecards of members and the ensemble, and what they lead to (R9). Worked with Upbit's fee of 0.05 % a side."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from storage.memory import MemoryStorage
from tests.reflection.parts import NOON, D, chronicle, consultation, keep, move_of
from tests.trading_floor import settings
from trader.clock import ManualClock
from trader.errors import UserInputError
from trader.model.advice import DEMOTED, Consultation, MemberStatus
from trader.model.events import Event, EventKind
from trader.model.order import Side
from trader.reflection.cards import make_cards, read_cards
from trader.reflection.reviewing import Reviewer

DAY = timedelta(days=1)


def test_one_card_a_member_and_one_for_all_together():
    first, second = consultation(0, "HOLD"), consultation(1, "BUY")
    moves = {"C0000": [move_of(first, "-2")], "C0001": [move_of(second, "3")]}
    cards = make_cards([first, second], moves, since=NOON, horizon=12, fee_rate=D(0))
    (luna,) = cards.members
    assert (luna.score.name, luna.score.n, luna.score.hits, luna.score.cost) == ("luna", 2, 2, 14)
    # the no kept 2,000 from being lost, the yes changed nothing; each cost 7
    assert [krw for _, krw in luna.value] == [1993, 1986]
    assert cards.ensemble is not None
    assert (cards.ensemble.score.value_added, cards.cost, cards.questions) == (1986, 14, 2)


def test_each_chance_is_held_against_the_candle_its_answer_named():
    one = consultation(0, "BUY", "0.9")
    (said,) = one.results
    assert said.answer is not None
    early = replace(said, member="haiku", answer=replace(said.answer, horizon=4, p_up=D("0.2")))
    both = replace(one, results=(said, early))
    moves = {"C0000": [move_of(one, "-1", 4), move_of(one, "3")]}
    cards = make_cards([both], moves, since=NOON, horizon=12, fee_rate=D(0))
    briers = {card.score.name: card.score.brier for card in cards.members}
    assert briers == {"luna": pytest.approx(0.01), "haiku": pytest.approx(0.04)}
    assert cards.ensemble is not None
    assert cards.ensemble.score.brier is None  # 0.9 for one candle and 0.2 for another have no mean


def test_at_the_cap_a_member_neither_keeps_nor_costs_anything():
    one = consultation(0, "HOLD")
    capped = replace(one, results=(replace(one.results[0], status=MemberStatus.BUDGET, answer=None, cost=D(0)),))
    cards = make_cards([capped], {"C0000": [move_of(one, "-2")]}, since=NOON, horizon=12, fee_rate=D(0))
    assert (cards.members[0].score.value_added, cards.members[0].score.calls) == (0, 0)


def test_one_side_alone():
    buy, sell = consultation(0, "HOLD"), consultation(1, "HOLD", side=Side.SELL)
    cards = make_cards([buy, sell], {}, since=NOON, horizon=12, side=Side.BUY)
    assert cards.questions == 1


async def test_what_was_not_resolved_by_then_is_not_known():
    storage, one = MemoryStorage(), consultation(0, "HOLD")
    await storage.write(lambda records: keep(records, one, "-2"))
    due = move_of(one, "-2").at
    for now, resolved in ((due - timedelta(seconds=1), 0), (due, 1)):
        cards = await storage.read(lambda records, now=now: read_cards(records, NOON, now, 12))
        assert cards.members[0].score.n == resolved


class Office:
    """A member that talks its rules out of winning, n times."""

    def __init__(self) -> None:
        self.clock = ManualClock(NOON + 56 * DAY)
        self.storage = MemoryStorage()
        self.events: list[Event] = []
        told = chronicle(self.storage, self.clock)
        told.on_event(self.events.append)
        self.reviewer = Reviewer(told, self.clock, lambda: settings())

    async def say(self, rows: list[tuple[Consultation, str]]) -> None:
        await self.storage.write(lambda records: [keep(records, *row) for row in rows])


async def test_a_member_below_the_bar_loses_its_vote_once_and_people_hear_of_it():
    office = Office()
    await office.say([(consultation(n, "HOLD", "0.1"), "2") for n in range(99)])
    assert await office.reviewer.review() == []
    await office.say([(consultation(99, "HOLD", "0.9"), "-2")])
    assert await office.reviewer.review() == ["luna"]
    assert await office.storage.read(lambda records: records.notes.get(DEMOTED)) == ["luna"]
    (event,) = office.events
    assert (event.kind, event.data["member"], event.data["change"], event.data["n"]) == (
        EventKind.AI_MEMBER,
        "luna",
        "demoted",
        "100",
    )
    # each no let 100,000 × (1.02 × 0.9995 ÷ 1.0005 − 1) = 1,898.05… go, but one kept 2,097.95 from being lost
    assert Decimal(event.data["value"]).quantize(D(1)) == D(-99 * 1898 + 2098 - 700 - 5)
    assert await office.reviewer.review() == []


async def test_an_owner_gives_the_vote_back_and_what_was_before_counts_no_longer():
    office = Office()
    await office.say([(consultation(n, "HOLD", "0.1"), "2") for n in range(99)])
    await office.say([(consultation(99, "HOLD", "0.9"), "-2")])
    await office.reviewer.review()
    await office.reviewer.restore("luna", "telegram:1")
    assert await office.reviewer.demoted() == []
    assert await office.reviewer.review() == []
    with pytest.raises(UserInputError) as slip:
        await office.reviewer.restore("luna", "telegram:1")
    assert slip.value.key == "ai-member-votes"


async def test_the_week_is_told_where_anything_was_asked():
    office = Office()
    await office.reviewer.tell_week()
    assert office.events == []
    await office.say([(consultation(100, "BUY"), "3")])  # 54 days and a half after noon
    await office.reviewer.tell_week()
    (event,) = office.events
    assert (event.kind, event.data["members"], event.data["luna.n"]) == (EventKind.AI_SCORECARD, "luna ensemble", "1")
