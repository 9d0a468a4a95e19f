"""A wish on its way: risk, approval, execution (C2, R7, S6, P6). BTC 100,000 / 100,100; 10,000,000 KRW."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.examples import BTC, ETH, D
from tests.trading_floor import Floor, sale, settings, until, wish
from trader.errors import OutcomeUnknown, VenueUnreachable
from trader.model.events import EventKind, TicketState
from trader.model.limits import ApprovalPolicy
from trader.model.order import Denied, ExitPlan, Order, OrderRequest, OrderState, Origin, Refused
from trader.model.portfolio import TradingState
from trader.model.ticket import Ticket

ASK_ALL, ASK_ABOVE = ApprovalPolicy.ASK_ALL, ApprovalPolicy.ASK_ABOVE


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    yield made
    await made.close()


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, Denied), outcome
    return [reason.code for reason in outcome.reasons]


async def ticket(floor: Floor, **changes: Any) -> Ticket:
    floor.settings = settings(approval=ASK_ALL)
    asked = await floor.flow.wish(wish(**changes))
    assert isinstance(asked, Ticket), asked
    return asked


async def stored(floor: Floor, asked: Ticket) -> TicketState:
    row = await floor.read(lambda records: records.tickets.get(asked.ticket_id))
    assert row is not None
    return row.state


# ---------------------------------------------------------------- who is asked


async def test_auto_asks_nobody(floor: Floor) -> None:
    order = await floor.flow.wish(wish())
    assert isinstance(order, Order)
    assert (order.approved_by, (await floor.done(order)).state) == ("rule", OrderState.DONE)


async def test_ask_all_sends_nothing_before_the_answer(floor: Floor) -> None:
    await ticket(floor)
    assert floor.venue.requests == []
    (event,) = floor.told(EventKind.PROPOSAL)
    assert (event.data["notional"], event.data["price"]) == ("100100", "100100")


async def test_ask_above_asks_only_above(floor: Floor) -> None:
    floor.settings = settings(approval=ASK_ABOVE, ask_above_krw=D(200_000))
    order = await floor.flow.wish(wish("200000"))
    assert isinstance(order, Order)
    await floor.done(order)
    assert isinstance(await floor.flow.wish(wish("200001", ETH)), Ticket)


async def test_a_person_is_asked_back_under_every_policy(floor: Floor) -> None:
    assert isinstance(await floor.flow.wish(wish(origin=Origin.PERSON, owner="telegram:1")), Ticket)
    assert floor.told(EventKind.PROPOSAL) == []  # the reply itself carries the question


async def test_the_same_question_is_asked_once(floor: Floor) -> None:
    """A strategy that goes on wishing (an exit is a level, not an edge) does not ask at every candle."""
    first = await ticket(floor)
    again = await floor.flow.wish(wish())
    assert again == first
    assert len(floor.told(EventKind.PROPOSAL)) == 1
    floor.clock.advance(120)
    assert await floor.flow.wish(wish()) != first


# ---------------------------------------------------------------- answers


async def test_approve_sends(floor: Floor) -> None:
    asked = await ticket(floor)
    order = await floor.flow.answer(asked.ticket_id, True, "telegram:1")
    assert isinstance(order, Order)
    assert (order.approved_by, order.notional) == ("telegram:1", D(100_100))
    assert await stored(floor, asked) is TicketState.APPROVED


async def test_half(floor: Floor) -> None:
    asked = await ticket(floor, notional="100101")
    order = await floor.flow.answer(asked.ticket_id, True, "telegram:1", D("0.5"))
    assert isinstance(order, Order)
    assert order.notional == D(50_050)
    assert [event.data["answer"] for event in floor.told(EventKind.TICKET_ANSWERED)] == ["half"]


async def test_reject_sends_nothing(floor: Floor) -> None:
    asked = await ticket(floor)
    refused = await floor.flow.answer(asked.ticket_id, False, "telegram:1")
    assert isinstance(refused, Refused)
    assert (refused.code, await stored(floor, asked)) == ("rejected", TicketState.REJECTED)
    assert floor.venue.requests == []


async def test_the_second_answer_loses(floor: Floor) -> None:
    """Two phones tap at once: one order."""
    asked = await ticket(floor)
    answers = await asyncio.gather(
        *(floor.flow.answer(asked.ticket_id, approve, by) for approve, by in ((True, "a"), (True, "b"), (False, "c")))
    )
    assert isinstance(answers[0], Order)
    assert [a.code for a in answers[1:] if isinstance(a, Refused)] == ["already_answered"] * 2
    assert len(floor.venue.requests) == 1


async def test_too_late(floor: Floor) -> None:
    asked = await ticket(floor)
    floor.clock.advance(120)
    refused = await floor.flow.answer(asked.ticket_id, True, "telegram:1")
    assert isinstance(refused, Refused)
    assert (refused.code, await stored(floor, asked)) == ("expired", TicketState.EXPIRED)
    assert floor.venue.requests == []


async def test_nobody_answers(floor: Floor) -> None:
    asked = await ticket(floor)
    assert await floor.flow.expire_tickets() == 0
    floor.clock.advance(120)
    assert await floor.flow.expire_tickets() == 1
    assert await floor.flow.expire_tickets() == 0
    assert await stored(floor, asked) is TicketState.EXPIRED
    assert len(floor.told(EventKind.TICKET_EXPIRED)) == 1


async def test_the_price_moved_the_question_stays(floor: Floor) -> None:
    """More than 0.5 % away: refused at the tap, and may be answered again when the price is back."""
    asked = await ticket(floor)
    floor.clock.advance(31)
    floor.venue.price(BTC, "100600")
    refused = await floor.flow.answer(asked.ticket_id, True, "telegram:1")
    assert isinstance(refused, Refused)
    assert (refused.code, await stored(floor, asked)) == ("price_moved", TicketState.PENDING)
    floor.clock.advance(31)
    floor.venue.price(BTC, "100000")
    assert isinstance(await floor.flow.answer(asked.ticket_id, True, "telegram:1"), Order)


async def test_risk_looks_again_at_the_tap(floor: Floor) -> None:
    asked = await ticket(floor)
    await floor.state.set(TradingState.HALTED, "console")
    assert codes(await floor.flow.answer(asked.ticket_id, True, "telegram:1")) == ["trading_state"]
    assert floor.venue.requests == []


async def test_venue_away_at_the_tap_keeps_the_question(floor: Floor) -> None:
    asked = await ticket(floor)
    floor.venue.fail("balances", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await floor.flow.answer(asked.ticket_id, True, "telegram:1")
    assert await stored(floor, asked) is TicketState.PENDING
    assert isinstance(await floor.flow.answer(asked.ticket_id, True, "telegram:1"), Order)


# ---------------------------------------------------------------- money


async def test_two_wishes_at_once_cannot_spend_the_same_money(floor: Floor) -> None:
    """150,000 KRW: enough for one buy of 100,100 with its fee of 50.05, not for two."""
    floor.venue.totals["KRW"] = D(150_000)
    outcomes = await asyncio.gather(floor.flow.wish(wish()), floor.flow.wish(wish(market=ETH)))
    assert isinstance(outcomes[0], Order)
    assert "not_enough_cash" in codes(outcomes[1])


async def test_money_of_an_order_in_doubt_is_spoken_for(floor: Floor) -> None:
    """The venue may not have locked it yet: it counts as spent until it is known what became of it."""
    floor.venue.totals["KRW"] = D(150_000)
    floor.venue.fail("submit", OutcomeUnknown("time-out"))
    order = await floor.flow.wish(wish())
    assert isinstance(order, Order)
    assert order.state is OrderState.UNKNOWN
    assert "not_enough_cash" in codes(await floor.flow.wish(wish(market=ETH)))
    assert "order_unresolved" in codes(await floor.flow.wish(wish()))


async def test_a_lock_set_while_a_wish_is_looked_at_stops_it(floor: Floor) -> None:
    """Stop is pressed between risk and POST: nothing leaves."""
    gate, asked = asyncio.Event(), floor.venue.balances

    async def slow() -> Any:
        await gate.wait()
        return await asked()

    position = await floor.bought()
    floor.venue.balances = slow  # type: ignore[method-assign]
    wishes = [asyncio.create_task(floor.flow.wish(w)) for w in (wish(market=ETH), sale(str(position.quantity)))]
    await asyncio.sleep(0.01)
    review = floor.flow.review

    async def then_stop(intent: Any) -> Any:
        verdict = await review(intent)
        await floor.state.set(TradingState.HALTED, "console")
        return verdict

    floor.flow.review = then_stop  # type: ignore[method-assign]
    gate.set()
    outcomes = await asyncio.gather(*wishes)
    assert codes(outcomes[1]) == ["trading_state"]
    assert len(floor.venue.requests) <= 2


# ---------------------------------------------------------------- limits


async def test_day_limits_are_told_once_a_day(floor: Floor) -> None:
    """S6: the first refusal of the day is pushed, later ones are in the audit trail; tomorrow again. A quote as old
    as that would be stale, so it is asked for afresh."""
    floor.settings = settings(max_entries_per_day=0)
    for _ in range(3):
        assert codes(await floor.flow.wish(wish())) == ["max_entries_per_day"]
    assert [e.data["reasons"] for e in floor.told(EventKind.LIMIT_HIT)] == ["max_entries_per_day"]
    assert len(floor.told(EventKind.DENIED, pushed=False)) == 3
    assert floor.told(EventKind.DENIED) == []
    floor.clock.advance(86_400)
    await floor.flow.wish(wish())
    assert len(floor.told(EventKind.LIMIT_HIT)) == 2


async def test_limits_survive_a_restart(floor: Floor) -> None:
    floor.settings = settings(max_entries_per_day=1)
    order = await floor.flow.wish(wish())
    assert isinstance(order, Order)
    await floor.done(order)
    await floor.executor.close()
    floor.restart()
    assert codes(await floor.flow.wish(wish(market=ETH))) == ["max_entries_per_day"]


async def test_too_small_for_the_venue_after_rounding_is_a_denial(floor: Floor) -> None:
    """What the plan of the order finds out is an answer like any other, with its figures."""
    floor.settings = settings(order_style="limit", stop_fraction=0)
    outcome = await floor.flow.wish(wish("5700", exits=ExitPlan(stop=D(100_099))))
    assert isinstance(outcome, Order | Denied)
    assert "below_minimum_at_stop" in codes(await floor.flow.wish(wish("5010", ETH)))


# ---------------------------------------------------------------- exits


async def test_insufficient_coins_sells_what_is_there(floor: Floor) -> None:
    """A person sold 0.4 of our 1 BTC by hand: the stop sells the 0.6 that are left."""
    from trader.errors import InsufficientFunds

    position = await floor.bought(exits=ExitPlan(stop=D(98_000)))
    floor.venue.totals["BTC"] = D("0.6")
    floor.venue.fail("submit", InsufficientFunds("no", name="insufficient_funds_ask"))
    assert await floor.exits.leave(position, "stop", D(97_000)) is False
    assert [r.quantity for r in floor.venue.requests[1:]] == [D(1), D("0.6")]


async def test_an_exit_waits_for_no_wish(floor: Floor) -> None:
    """A wish hangs on a slow venue; the stop does not stand behind it."""
    position = await floor.bought(exits=ExitPlan(stop=D(98_000)))
    gate = asyncio.Event()

    async def slow(request: OrderRequest) -> None:
        if request.market == ETH:
            await gate.wait()

    floor.venue.before_submit = slow
    hanging = asyncio.create_task(floor.flow.wish(wish(market=ETH)))
    await until(lambda: floor.executor.working(ETH))
    assert await floor.exits.leave(position, "stop", D(97_000)) is True
    gate.set()
    assert isinstance(await hanging, Order)


@pytest.mark.parametrize("share", [Decimal(0), Decimal("1.1"), Decimal(-1)])
async def test_a_share_out_of_range_is_the_callers_mistake(floor: Floor, share: Decimal) -> None:
    asked = await ticket(floor)
    with pytest.raises(ValueError, match="share"):
        await floor.flow.answer(asked.ticket_id, True, "telegram:1", share)
    assert await stored(floor, asked) is TicketState.PENDING
