"""Questions to a person from end to end: what they say, silence, asking anew (C2). BTC 100,000 / 100,100; 10,000,000
KRW; questions run for two minutes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from tests.advice.parts import question
from tests.examples import BTC, NOON, D
from tests.trading_floor import Floor, sale, settings, wish
from trader.chronicle import Route
from trader.errors import BelowMinimum, VenueUnreachable
from trader.model.advice import (
    AiRole,
    Answer,
    Consultation,
    MemberResult,
    MemberStatus,
    PricePlan,
    Stance,
    Verdict,
    VoteRule,
)
from trader.model.events import EventKind, OutboxMessage, TicketState
from trader.model.limits import ApprovalPolicy, SilencePolicy
from trader.model.order import Denied, ExitPlan, Order, OrderType, Origin, Refused
from trader.model.portfolio import TradingState
from trader.model.ticket import Ticket
from trader.ports import Records

PHONE = Route("telegram", "1")


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    made.settings = settings(
        approval=ApprovalPolicy.ASK_ALL, silence=SilencePolicy.ALLOW, silence_allow_below_krw=D(200_000)
    )
    yield made
    await made.close()


async def asked(floor: Floor, notional: str = "100100", **changes: Any) -> Ticket:
    ticket = await floor.flow.wish(wish(notional, **changes))
    assert isinstance(ticket, Ticket), ticket
    return ticket


def consultation() -> Consultation:
    """One member says buy with a confidence of 0.62, the other answered too late."""
    plan = PricePlan(None, None, None, D(1))
    yes = Answer(Stance.BUY, 50, D("0.62"), D("0.6"), 12, plan, "because")
    results = (
        MemberResult("openai", "m", MemberStatus.OK, yes),
        MemberResult("gemini", "m", MemberStatus.LATE),
    )
    return Consultation(
        "c1", NOON, question(), AiRole.VETO, VoteRule.MAJORITY, "1", "1", "", "", {}, {}, results,
        Verdict.APPROVED, None, 50, D(1), None, D("0.62"), D(3),
    )  # fmt: skip


async def stored(floor: Floor, ticket: Ticket) -> Ticket:
    row = await floor.read(lambda records: records.tickets.get(ticket.ticket_id))
    assert row is not None
    return row


async def nobody_answers(floor: Floor, seconds: float = 120) -> None:
    floor.clock.advance(seconds)
    assert await floor.flow.expire_tickets() == 1
    assert await floor.flow.expire_tickets() == 0


# ---------------------------------------------------------------- what is said


async def test_a_proposal_carries_all_that_a_decision_needs(floor: Floor) -> None:
    """100,100 KRW at 100,100 are one coin and cost 50.05; sold at 98,000 that is 98,000 − 49 − 100,150.05 = −2,199.
    50 entries a day, 50,000,000 KRW; 100,100 of 10,000,000 is 1.001 %."""
    await asked(floor, exits=ExitPlan(stop=D(98_000), take=D(103_000)), figures={"fast": "100050", "slow": "99000"})
    [event] = floor.told(EventKind.PROPOSAL)
    data = event.data
    assert (data["mode"], data["stop"], data["at_stop"]) == ("sandbox", "98000", "-2199")
    assert (data["entries_left"], data["spend_left"]) == ("49", "49899850")
    assert (data["exposure"], data["exposure_limit"]) == ("0.01001", "0.8")
    assert (data["figures"], data["silence"]) == ("fast:100050 slow:99000", "allow")


async def test_what_the_models_said_stands_on_the_card(floor: Floor) -> None:
    said = consultation()
    await floor.storage.write(lambda records: records.consultations.add(said))
    await asked(floor, consultation_id=said.consultation_id)
    [event] = floor.told(EventKind.PROPOSAL)
    assert event.data["verdict"] == said.verdict.value
    assert event.data["votes"] == "openai:BUY:62 gemini:late"


# ---------------------------------------------------------------- silence


async def test_a_small_wish_goes_on_unanswered(floor: Floor) -> None:
    ticket = await asked(floor)
    await nobody_answers(floor)
    assert ((await stored(floor, ticket)).state, (await stored(floor, ticket)).answered_by) == (
        TicketState.APPROVED,
        "silence",
    )
    [order] = await floor.read(lambda records: records.orders.recent(9))
    assert (order.approved_by, order.notional) == ("silence", D(100_100))
    [told] = floor.told(EventKind.TICKET_SILENCE)
    assert (told.data["notional"], told.data["limit"], told.thread) == (
        "100100",
        "200000",
        ticket.cleared.intent.thread_id,
    )
    assert floor.told(EventKind.TICKET_EXPIRED) == []


@pytest.mark.parametrize(
    ("changes", "notional", "origin"),
    [
        ({"silence": SilencePolicy.REJECT}, "100100", Origin.STRATEGY),
        ({}, "200001", Origin.STRATEGY),
        ({}, "100100", Origin.PERSON),
        ({"silence_hours": "13:00-14:00"}, "100100", Origin.STRATEGY),
    ],
)
async def test_otherwise_silence_is_a_no(floor: Floor, changes: dict[str, Any], notional: str, origin: Origin) -> None:
    floor.settings = floor.settings.model_copy(update=changes)
    ticket = await asked(floor, notional, origin=origin)
    assert not ticket.silence_allows
    await nobody_answers(floor)
    assert (await stored(floor, ticket)).state is TicketState.EXPIRED
    assert floor.venue.requests == []
    [told] = floor.told(EventKind.TICKET_EXPIRED)
    assert told.data["reasons"] == ""


async def test_the_hours_are_those_of_the_end_of_the_question(floor: Floor) -> None:
    """Asked at 12:00, it ends at 12:02 in Seoul: only a rule that holds then lets it go on."""
    floor.settings = floor.settings.model_copy(update={"silence_hours": "12:02-13:00"})
    assert (await asked(floor)).silence_allows


async def test_risk_and_price_are_looked_at_again(floor: Floor) -> None:
    """Paused meanwhile; the price ran away; the exchange cannot be asked: not sent, and people hear why."""
    await asked(floor)
    await floor.state.set(TradingState.REDUCING, "telegram:1")
    await nobody_answers(floor)
    await floor.state.set(TradingState.ACTIVE, "telegram:1")
    await asked(floor)
    floor.venue.price(BTC, "100700")
    await nobody_answers(floor)
    await asked(floor)
    floor.venue.fail("balances", VenueUnreachable("away"))
    await nobody_answers(floor)
    assert floor.venue.requests == []
    reasons = [event.data["reasons"] for event in floor.told(EventKind.TICKET_EXPIRED)]
    assert reasons == ["trading_state", "price_moved", "VenueUnreachable"]


async def test_what_ran_out_while_the_service_was_away_is_over(floor: Floor) -> None:
    await asked(floor)
    floor.restart()
    await nobody_answers(floor, 120 + 31)
    assert floor.venue.requests == []
    assert len(floor.told(EventKind.TICKET_EXPIRED)) == 1


async def test_a_question_that_reached_nobody_is_not_agreed_to(floor: Floor) -> None:
    """The chat is down: the row waits in the outbox. Once it has left, silence counts."""
    floor.chronicle.routes = (PHONE,)
    await asked(floor)
    await nobody_answers(floor)
    assert floor.venue.requests == []
    assert floor.told(EventKind.TICKET_EXPIRED)[0].data["reasons"] == "unreached"

    def deliver(records: Records) -> None:
        for message, _ in records.outbox.pending("telegram", 99):
            sent = OutboxMessage(message.message_id, message.event_id, "telegram", "1", NOON, sent_at=NOON)
            records.outbox.save(sent)

    ticket = await asked(floor)
    await floor.storage.write(deliver)
    await nobody_answers(floor)
    assert (await stored(floor, ticket)).answered_by == "silence"


async def test_quiet_hours_are_no_outage(floor: Floor) -> None:
    """The row waits because its conversation asked for quiet: such silence was wanted."""
    floor.chronicle.routes = (PHONE,)
    floor.flow.held_back = lambda message: (message.channel, message.target) == ("telegram", "1")
    ticket = await asked(floor)
    await nobody_answers(floor)
    assert (await stored(floor, ticket)).answered_by == "silence"


async def test_a_tap_in_the_last_moment_and_the_end_make_one_order(floor: Floor) -> None:
    ticket = await asked(floor)
    floor.clock.advance(119)
    taken = floor.flow.answer(ticket.ticket_id, True, "telegram:1")
    order, _ = await asyncio.gather(taken, floor.flow.expire_tickets())
    floor.clock.advance(1)
    await floor.flow.expire_tickets()
    assert isinstance(order, Order)
    assert len(floor.venue.requests) == 1


async def test_what_was_announced_and_then_not_sent_is_told(floor: Floor) -> None:
    await asked(floor)
    floor.venue.fail("submit", BelowMinimum("too small"))
    await nobody_answers(floor)
    [order] = await floor.read(lambda records: records.orders.recent(9))
    told = [event for event in floor.events if event.kind in (EventKind.ERROR, EventKind.ORDER_REJECTED)]
    assert told, order


# ---------------------------------------------------------------- asked anew


async def test_a_question_whose_price_ran_away_is_asked_anew(floor: Floor) -> None:
    """From 100,100 to 101,101, 1 % away: the new one stands at the price of now, in the same thread; the old one is
    closed, and its button does nothing any more."""
    old = await asked(floor, exits=ExitPlan(stop=D(98_000)))
    floor.venue.price(BTC, "101000")
    floor.clock.advance(31)
    refused = await floor.flow.answer(old.ticket_id, True, "telegram:1")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.ticket_id) == ("price_moved", old.ticket_id)
    fresh = await floor.flow.ask_anew(old.ticket_id, "telegram:1")
    assert isinstance(fresh, Ticket)
    assert (fresh.price, fresh.cleared.intent.thread_id) == (D(101_101), old.cleared.intent.thread_id)
    assert fresh.cleared.intent.exits.stop == D(99_000)  # 98,000 × 1.01 = 98,980, on a tick of 50
    assert (await stored(floor, old)).state is TicketState.REPLACED
    again = await floor.flow.answer(old.ticket_id, True, "slack:U2")
    assert isinstance(again, Refused)
    assert (again.code, again.by) == ("already_answered", "telegram:1")
    assert isinstance(await floor.flow.answer(fresh.ticket_id, True, "telegram:1"), Order)
    assert [event.data["answer"] for event in floor.told(EventKind.TICKET_ANSWERED)] == ["replaced", "approved"]


async def test_asked_anew_twice_it_stands_once(floor: Floor) -> None:
    """Two people press the button of one that ran out."""
    old = await asked(floor, "300000")
    await nobody_answers(floor)
    one, other = await asyncio.gather(*(floor.flow.ask_anew(old.ticket_id, by) for by in ("telegram:1", "slack:U2")))
    assert isinstance(one, Ticket)
    assert one == other
    assert len(await floor.read(lambda records: records.tickets.pending())) == 1


async def test_asked_anew_it_passes_the_gate_again(floor: Floor) -> None:
    old = await asked(floor, "300000")
    await nobody_answers(floor)
    await floor.state.set(TradingState.HALTED, "telegram:1")
    denied = await floor.flow.ask_anew(old.ticket_id, "telegram:1")
    assert isinstance(denied, Denied)
    assert [reason.code for reason in denied.reasons] == ["trading_state"]


async def test_what_was_decided_is_not_asked_anew(floor: Floor) -> None:
    ticket = await asked(floor)
    await floor.flow.answer(ticket.ticket_id, False, "telegram:1")
    refused = await floor.flow.ask_anew(ticket.ticket_id, "slack:U2")
    assert isinstance(refused, Refused)
    assert (refused.code, refused.by) == ("already_answered", "telegram:1")
    old = await asked(floor, "300000", owner="rsi_zones")
    await nobody_answers(floor)
    floor.clock.advance(timedelta(hours=1).total_seconds() + 1)
    refused = await floor.flow.ask_anew(old.ticket_id, "slack:U2")
    assert isinstance(refused, Refused)
    assert refused.code == "too_old"


async def test_a_sale_by_hand_is_asked_anew_in_its_thread(floor: Floor) -> None:
    await floor.bought()
    by_hand = sale(origin=Origin.PERSON, owner="telegram:1", order_type=OrderType.MARKET)
    old = await floor.flow.wish(by_hand)
    assert isinstance(old, Ticket)
    floor.clock.advance(121)
    await floor.flow.expire_tickets()
    fresh = await floor.flow.ask_anew(old.ticket_id, "slack:U2")
    assert isinstance(fresh, Ticket)
    assert (fresh.cleared.intent.owner, fresh.cleared.intent.quantity) == ("slack:U2", D(1))
