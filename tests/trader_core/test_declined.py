"""A no is not asked again at every candle (R7): rows, cycle, and who is not held back.

BTC 100,000 / 100,100; questions run for two minutes, a strategy waits for an hour after a no."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.examples import BTC, ETH, NOON, D
from tests.trader_core.test_cycle import DOWN, UP, Desk
from tests.trading_floor import Floor, sale, settings, until, wish
from trader.ledger.portfolio import stored_declines
from trader.model.events import EventKind
from trader.model.limits import ApprovalPolicy, SilencePolicy
from trader.model.market import Market
from trader.model.order import Denied, ExitPlan, Order, Origin, Side
from trader.model.portfolio import Decline
from trader.model.ticket import Ticket
from trader.risk.reasons import because

PHONE = "telegram:1"
ASK_ALL = ApprovalPolicy.ASK_ALL


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    made.settings = settings(approval=ASK_ALL)
    yield made
    await made.close()


async def asked(floor: Floor, **changes: object) -> Ticket:
    ticket = await floor.flow.wish(wish(**changes))  # type: ignore[arg-type]
    assert isinstance(ticket, Ticket), ticket
    return ticket


async def nobody_answers(floor: Floor) -> None:
    floor.clock.advance(120)
    assert await floor.flow.expire_tickets() == 1


async def held_back(floor: Floor, how: str, seconds_left: int) -> bool:
    outcome = await floor.flow.wish(wish())
    reason = because("declined", how=how, seconds_left=timedelta(seconds=seconds_left))
    return isinstance(outcome, Denied) and outcome.reasons == (reason,)


async def stages(desk: Desk, passes: int = 1, market: list[str] = UP) -> list[tuple[str, str]]:
    """Stage and code of each pass, a minute apart."""
    rows = []
    for _ in range(passes):
        desk.floor.clock.advance(60)
        await desk.floor.flow.expire_tickets()
        [(_, stage, code)] = await desk.run(BTC=market)
        rows.append((stage, code))
    return rows


# ---------------------------------------------------------------- a strategy that wants it at every candle


async def test_a_rejected_proposal_is_not_asked_again_at_the_next_candle(floor: Floor) -> None:
    """Rejected at 12:01: nothing at 12:02 and 12:03, though a restart comes between; asked again after an hour."""
    desk = Desk(floor, approval=ASK_ALL, max_quote_age_seconds=7200)
    assert await stages(desk) == [("approval", "asked")]
    [proposal] = floor.told(EventKind.PROPOSAL)
    await floor.flow.answer(proposal.data["ticket_id"], False, PHONE)
    assert await stages(desk) == [("risk", "declined")]
    floor.restart()
    assert await stages(desk) == [("risk", "declined")]
    [row] = await floor.read(lambda records: records.journal.latest(1))
    assert (row.details["declined.how"], row.details["declined.seconds_left"]) == ("rejected", "3480")
    floor.clock.advance(3480 - 60 - 1)
    assert await held_back(floor, "rejected", 61)
    floor.clock.advance(61)
    assert isinstance(await floor.flow.wish(wish()), Ticket)
    assert len(floor.told(EventKind.PROPOSAL)) == 2


async def test_an_unanswered_proposal_leaves_the_phone_alone_for_the_night(floor: Floor) -> None:
    """Ten candles: one question, one word that it ran out, nothing more."""
    desk = Desk(floor, approval=ASK_ALL)
    rows = await stages(desk, 10)
    assert rows == [("approval", "asked")] * 2 + [("risk", "declined")] * 8
    assert [event.kind for event in floor.events if event.push] == [EventKind.PROPOSAL, EventKind.TICKET_EXPIRED]


async def test_without_the_wait_it_asks_again_at_once(floor: Floor) -> None:
    floor.settings = settings(approval=ASK_ALL, declined_seconds=0)
    for _ in range(2):
        ticket = await asked(floor)
        await floor.flow.answer(ticket.ticket_id, False, PHONE)


# ---------------------------------------------------------------- whom it holds back, and since when


async def test_the_wait_counts_from_the_end_of_the_question_not_from_when_it_was_noticed(floor: Floor) -> None:
    """Ran out at 12:02 while nobody looked; noticed at 12:42: 20 minutes are left."""
    await asked(floor)
    floor.clock.advance(42 * 60)
    await floor.flow.expire_tickets()
    assert await held_back(floor, "unanswered", 20 * 60)


async def test_other_markets_strategies_people_and_sales_go_on(floor: Floor) -> None:
    ticket = await asked(floor)
    await floor.flow.answer(ticket.ticket_id, False, PHONE)
    assert await held_back(floor, "rejected", 3600)
    await asked(floor, market=ETH, price=D(5_005))
    await asked(floor, owner="rsi_zones")
    await asked(floor, origin=Origin.PERSON, owner=PHONE)
    await floor.bought()
    assert isinstance(await floor.flow.wish(sale("1")), Ticket)


async def test_a_persons_own_wish_holds_nothing_back(floor: Floor) -> None:
    by_hand = await asked(floor, origin=Origin.PERSON, owner=PHONE)
    await floor.flow.answer(by_hand.ticket_id, False, PHONE)
    assert await declines(floor) == {}


# ---------------------------------------------------------------- sales


async def selling(floor: Floor) -> Ticket:
    ticket = await floor.flow.wish(sale("1"))
    assert isinstance(ticket, Ticket), ticket
    return ticket


async def test_a_rejected_sale_is_not_asked_again_at_the_next_candle(floor: Floor) -> None:
    """Rejected at 12:01: nothing for an hour, though a restart comes between, and then once more."""
    await floor.bought()
    desk = Desk(floor, approval=ASK_ALL, max_quote_age_seconds=7200)
    assert await stages(desk, market=DOWN) == [("approval", "asked")]
    [proposal] = floor.told(EventKind.PROPOSAL)
    await floor.flow.answer(proposal.data["ticket_id"], False, PHONE)
    floor.restart()
    desk = Desk(floor, approval=ASK_ALL, max_quote_age_seconds=7200)
    assert await stages(desk, 2, market=DOWN) == [("risk", "declined")] * 2
    floor.clock.advance(3600 - 120)
    assert isinstance(await floor.flow.wish(sale("1")), Ticket)


async def test_a_no_to_a_sale_stops_neither_guard_nor_panic_nor_a_person(floor: Floor) -> None:
    """98,000 is reached: sold at once."""
    await floor.bought(exits=ExitPlan(stop=D(98_000)))
    await floor.flow.answer((await selling(floor)).ticket_id, False, PHONE)
    assert isinstance(await floor.flow.wish(sale("1")), Denied)
    assert isinstance(await floor.flow.wish(sale("1", origin=Origin.PERSON, owner=PHONE)), Ticket)
    floor.venue.price(BTC, "98000")
    floor.guard.price(BTC, D(98_000))
    await until(lambda: BTC not in floor.guard.markets)
    assert await floor.position() is None


async def test_a_no_to_a_sale_is_about_the_position_of_then(floor: Floor) -> None:
    """Rejected at 12:00, sold by hand, bought anew at 12:05: the strategy may ask to sell it."""
    await floor.bought()
    await floor.flow.answer((await selling(floor)).ticket_id, False, PHONE)
    await floor.done(await floor.send(sale("1", origin=Origin.PERSON, owner=PHONE)))
    floor.clock.advance(300)
    await floor.quotes.refresh(floor.venue, [BTC])
    await floor.bought()
    await selling(floor)


async def test_a_sale_that_ran_out_may_be_asked_anew_and_sold(floor: Floor) -> None:
    await floor.bought()
    late = await selling(floor)
    await nobody_answers(floor)
    assert isinstance(await floor.flow.wish(sale("1")), Denied)
    fresh = await floor.flow.ask_anew(late.ticket_id, PHONE)
    assert isinstance(fresh, Ticket), fresh
    assert isinstance(await floor.flow.answer(fresh.ticket_id, True, PHONE), Order)
    assert await declines(floor) == {}


# ---------------------------------------------------------------- asked anew


async def declines(floor: Floor) -> dict[tuple[str, Market, Side], Decline]:
    return await floor.read(lambda records: stored_declines(records, floor.clock.now(), 3600))


async def test_one_that_is_asked_anew_is_no_answer_yet(floor: Floor) -> None:
    first = await asked(floor)
    fresh = await floor.flow.ask_anew(first.ticket_id, PHONE)
    assert isinstance(fresh, Ticket)
    assert await declines(floor) == {}
    await floor.flow.answer(fresh.ticket_id, False, PHONE)
    assert await declines(floor) == {("sma_cross", BTC, Side.BUY): Decline(NOON, unanswered=False)}


async def test_one_that_ran_out_may_be_asked_anew_and_bought(floor: Floor) -> None:
    """The person's yes is what counts then: the strategy is free to ask again when it is out."""
    late = await asked(floor)
    await nobody_answers(floor)
    fresh = await floor.flow.ask_anew(late.ticket_id, PHONE)
    assert isinstance(fresh, Ticket), fresh
    assert isinstance(await floor.flow.answer(fresh.ticket_id, True, PHONE), Order)
    assert await declines(floor) == {}


async def test_a_yes_that_the_price_ran_away_from_is_no_no(floor: Floor) -> None:
    """The question stays as it is; only the answer to it counts."""
    ticket = await asked(floor)
    floor.venue.price(BTC, "102000")
    await floor.quotes.refresh(floor.venue, [BTC])
    await floor.flow.answer(ticket.ticket_id, True, PHONE)
    assert await declines(floor) == {}


async def test_what_was_to_go_on_unanswered_and_could_not_is_no_no(floor: Floor) -> None:
    """People were told that it goes on without them: their silence was a yes, the price stood against it."""
    floor.settings = settings(approval=ASK_ALL, silence=SilencePolicy.ALLOW, silence_allow_below_krw=Decimal(200_000))
    await asked(floor)
    floor.venue.price(BTC, "102000")
    await nobody_answers(floor)
    [ended] = floor.told(EventKind.TICKET_EXPIRED)
    assert ended.data["reasons"] == "price_moved"
    assert await declines(floor) == {}
    await asked(floor)
