"""A strategy's wish, what the models leave of it, and the order that comes of it (E2–E5, R6, R7). The ask is 100,100,
the bid 100,000; a twentieth of 10,000,000 KRW is 500,000."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from tests.advice.cycle_house import DOWN, FLAT, UP, CycleHouse
from tests.advice.parts import Scripted, ok, said
from tests.trading_floor import Floor
from trader.model.advice import Verdict
from trader.model.order import Side

D = Decimal


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


def saying(*texts: str) -> list[Scripted]:
    return [Scripted([ok(text)]) for text in texts]


async def test_agreement_makes_the_order_smaller_and_its_levels_tighter(floor: Floor):
    plan = {"stop_loss_price": 99_000, "take_profit_price": 101_500, "market_factor": 0.5}
    house = CycleHouse(floor, *saying(said(plan=plan), said(plan=plan)))
    entry = await house.run(UP)
    assert (entry.stage, entry.code, entry.details["advice"]) == ("done", "accepted", "approved")
    (request,) = floor.venue.requests
    assert (request.side, request.notional) == (Side.BUY, D(100_000))  # 500,000 × 40 % × 0.5
    (order,) = await floor.read(lambda records: records.orders.recent(5))
    assert (order.exits.stop, order.exits.take) == (D(99_000), D(101_500))


async def test_wider_levels_of_models_change_nothing(floor: Floor):
    plan = {"stop_loss_price": 90_000, "take_profit_price": 150_000}
    house = CycleHouse(floor, *saying(said(plan=plan), said(plan=plan)), take_fraction=D("0.03"))
    await house.run(UP)
    (order,) = await floor.read(lambda records: records.orders.recent(5))
    assert (order.exits.stop, order.exits.take) == (D(98_100), D(103_200))


async def test_a_no_sends_nothing_and_says_why(floor: Floor):
    house = CycleHouse(floor, *saying(said("HOLD"), said("HOLD")))
    entry = await house.run(UP)
    assert (entry.stage, entry.code) == ("advice", "rejected")
    assert floor.venue.requests == []
    (row,) = await floor.read(lambda records: records.consultations.latest(5))
    assert (row.verdict, row.intent_id) == (Verdict.REJECTED, "")


async def test_the_order_is_known_to_the_consultation_it_came_of(floor: Floor):
    await CycleHouse(floor, *saying(said(), said())).run(UP)
    (order,) = await floor.read(lambda records: records.orders.recent(5))
    (row,) = await floor.read(lambda records: records.consultations.latest(5))
    assert (row.client_order_id, row.intent_id) == (order.client_order_id, order.intent_id)


async def test_no_call_is_paid_for_what_limits_forbid(floor: Floor):
    members = saying(said(), said())
    entry = await CycleHouse(floor, *members, max_entries_per_day=0).run(UP)
    assert (entry.stage, entry.code) == ("risk", "max_entries_per_day")
    assert [member.prompts for member in members] == [[], []]


async def test_nothing_is_asked_without_a_signal(floor: Floor):
    members = saying(said(), said())
    entry = await CycleHouse(floor, *members).run(FLAT)
    assert (entry.stage, entry.code, members[0].prompts) == ("signal", "stay_out", [])


async def test_a_strategys_sale_needs_them_too(floor: Floor):
    await floor.bought()
    entry = await CycleHouse(floor, *saying(said("HOLD"), said("HOLD"))).run(DOWN)
    assert (entry.stage, entry.code) == ("advice", "rejected")
    assert [r for r in floor.venue.requests if r.side is Side.SELL] == []


async def test_no_call_is_paid_for_a_sale_that_a_person_rejected(floor: Floor):
    await floor.bought()
    members = saying(said("SELL"), said("SELL"))
    house = CycleHouse(floor, *members, approval="ask-all")
    assert (await house.run(DOWN)).stage == "approval"
    (ticket,) = await floor.read(lambda records: records.tickets.pending())
    await floor.flow.answer(ticket.ticket_id, False, "telegram:1")
    entry = await house.run(DOWN)
    assert (entry.stage, entry.code) == ("risk", "declined")
    assert [len(member.prompts) for member in members] == [1, 1]


async def test_agreed_sales_are_whole(floor: Floor):
    await floor.bought()
    entry = await CycleHouse(floor, *saying(said("SELL"), said("SELL"))).run(DOWN)
    assert (entry.stage, entry.code) == ("done", "accepted")
    assert [r.quantity for r in floor.venue.requests if r.side is Side.SELL] == [D(1)]


async def test_a_decider_buys_without_a_signal_at_most_what_it_may(floor: Floor):
    entry = await CycleHouse(floor, *saying(said(percentage=100), said(percentage=100)), ai_role="decider").run(FLAT)
    assert (entry.stage, entry.code) == ("done", "accepted")
    assert [r.notional for r in floor.venue.requests] == [D(450_000)]  # nine tenths of 500,000


async def test_a_decider_sells_the_share_it_names(floor: Floor):
    await floor.bought()
    house = CycleHouse(floor, *saying(said("SELL"), said("SELL")), ai_role="decider")
    await house.run(FLAT)
    assert [r.quantity for r in floor.venue.requests if r.side is Side.SELL] == [D("0.4")]


async def test_a_decider_that_holds_or_is_silent_does_nothing(floor: Floor):
    entry = await CycleHouse(floor, *saying(said("HOLD"), said("HOLD")), ai_role="decider").run(UP)
    assert (entry.stage, entry.code) == ("advice", "rejected")
    silent = CycleHouse(floor, *saying("prose", "prose"), ai_role="decider")
    assert (await silent.run([*UP, "103000"])).stage == "advice"
    assert floor.venue.requests == []


async def test_an_adviser_never_blocks(floor: Floor):
    house = CycleHouse(floor, *saying(said("HOLD"), said("HOLD")), ai_role="adviser")
    entry = await house.run(UP)
    assert (entry.stage, entry.code) == ("done", "accepted")
    assert [r.notional for r in floor.venue.requests] == [D(500_000)]


# ---------------------------------------------------------------- the premium, whoever wishes (R6)

HALVED, REFUSED = (D("0.5"), "premium"), (D(0), "premium_unknown")
NO_MONEY = {"ai_daily_krw": "0"}
SILENT = {"ai_unavailable": "rules"}


@pytest.mark.parametrize(
    ("texts", "changes", "bought"),
    [
        ((said(), said()), {}, "100000"),  # 500,000 × 40 % × half
        ((said(), said()), NO_MONEY, "250000"),  # at the cap the strategy's own wish goes on
        ((said(), said()), {"ai_cost_share": "0"}, "250000"),  # nobody is asked because it costs too much
        (("prose", "prose"), SILENT, "125000"),  # nobody answers: half by the rules, half by the premium
        ((said("HOLD"), said("HOLD")), {"ai_role": "adviser"}, "250000"),
        ((said(), said()), {"ai_role": "off"}, "250000"),
        ((said(percentage=100), said(percentage=100)), {"ai_role": "decider"}, "225000"),  # 90 %, halved
    ],
    ids=["veto", "budget", "too dear", "silent", "adviser", "off", "decider"],
)
async def test_a_high_premium_halves_every_entry(floor: Floor, texts: tuple, changes: dict, bought: str):
    entry = await CycleHouse(floor, *saying(*texts), premium=HALVED, **changes).run(UP)
    assert (entry.stage, entry.code, entry.details["reduced"]) == ("done", "accepted", "premium")
    assert [request.notional for request in floor.venue.requests] == [D(bought)]


@pytest.mark.parametrize(
    ("texts", "changes"),
    [
        ((said(), said()), {}),
        ((said(), said()), NO_MONEY),
        ((said(), said()), {"ai_cost_share": "0"}),
        (("prose", "prose"), SILENT),
        ((said(), said()), {"ai_role": "adviser"}),
        ((said(), said()), {"ai_role": "off"}),
        ((said(), said()), {"ai_role": "decider"}),
    ],
    ids=["veto", "budget", "too dear", "silent", "adviser", "off", "decider"],
)
async def test_a_premium_that_refuses_stops_every_entry_and_says_so(floor: Floor, texts: tuple, changes: dict):
    house = CycleHouse(floor, *saying(*texts), premium=REFUSED, **changes)
    entry = await house.run(UP)
    assert (entry.stage, entry.code) == ("risk", "premium_unknown")
    assert floor.venue.requests == []
    if changes == NO_MONEY:  # asked about the same candle again, what is known says the same
        assert (await house.run(UP)).code == "premium_unknown"


@pytest.mark.parametrize(("premium", "code"), [(HALVED, "accepted"), (REFUSED, "premium_unknown")])
async def test_it_holds_without_any_model(floor: Floor, premium: tuple[Decimal, str], code: str):
    entry = await CycleHouse(floor, premium=premium, asked=False).run(UP)
    assert entry.code == code
    assert [request.notional for request in floor.venue.requests] == ([D(250_000)] if code == "accepted" else [])


async def test_sales_are_no_matter_of_it(floor: Floor):
    await floor.bought()
    entry = await CycleHouse(floor, *saying(said("SELL"), said("SELL")), premium=REFUSED).run(DOWN)
    assert (entry.stage, entry.code) == ("done", "accepted")


async def test_the_models_own_no_is_theirs_whatever_the_premium(floor: Floor):
    entry = await CycleHouse(floor, *saying(said("HOLD"), said("HOLD")), premium=REFUSED).run(UP)
    assert (entry.stage, entry.code) == ("advice", "rejected")
