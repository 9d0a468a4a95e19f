"""What a person may ask: every answer is a value, every slip of the hand an error that says so (C2, E11)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.examples import BTC, ETH, NOON, D
from tests.trader_core.test_service import House, bought
from trader import service
from trader.account import AccountBoard
from trader.chronicle import Route
from trader.errors import UserInputError, VenueUnreachable
from trader.model.events import Event, EventKind, OutboxMessage
from trader.model.market import Market
from trader.model.order import Denied, Order, OrderType, Reason, Refused, Side
from trader.model.portfolio import TradingState
from trader.model.ticket import Ticket
from trader.model.views import Away, Balances
from trader.ports import Records
from trader.service import Trader


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(service, "CONNECT_RETRY_SECONDS", (0.02,))
    made = House(tmp_path)
    yield made
    await made.stop()


async def asked(trader: Trader, **more: object) -> Ticket:
    fields: dict[str, object] = {"notional": D(50_050), **more}
    ticket = await trader.desk.propose(Side.BUY, BTC, "console", **fields)  # type: ignore[arg-type]
    assert isinstance(ticket, Ticket), ticket
    return ticket


async def test_status_counts_and_values(house: House) -> None:
    """1 BTC bought at 100,100 with 50.05 fee, worth 100,000 at the bid."""
    trader = await house.start()
    await bought(trader)
    await asked(trader, notional=D(10_000))
    status = await trader.desk.status()
    assert (status.equity, status.cash_free) == (D("9999849.95"), D("9899849.95"))
    assert (status.pending_tickets, status.open_orders, status.unresolved_orders) == (1, 0, 0)
    (view,) = status.positions
    assert (view.value, view.unrealised, view.stop) == (D(100_000), D("-150.05"), D(98_100))
    assert status.state.state is TradingState.ACTIVE


async def test_venue_away_shows_what_it_told_last_and_how_old_that_is(house: House) -> None:
    """Looked at while starting; ten minutes later the venue is away."""
    trader = await house.start()
    house.clock.advance(600)
    house.venue.fail("balances", *[VenueUnreachable("away")] * 4)
    status = await trader.desk.status()
    assert (status.equity, status.cash_free) == (D(10_000_000), D(10_000_000))
    assert status.away == Away("VenueUnreachable", 600)
    balances = await trader.desk.balances()
    assert ([row.currency for row in balances.rows], balances.away) == (["KRW"], status.away)
    limits = await trader.desk.limits()
    assert limits.away == status.away
    assert {row.key: row.used for row in limits.rows}["max_exposure"] == 0
    (why,) = await trader.desk.why(BTC)
    assert why.blocks == (Reason("venue_away", {"why": "VenueUnreachable"}),)
    assert trader.desk.price_age([BTC]) == 600
    assert (await trader.desk.status()).away is None


async def test_venue_away_leaves_figures_unknown_not_zero(house: House) -> None:
    """It never told any balance."""
    trader = await house.start()
    trader.flow.account = AccountBoard(house.venue, house.clock)
    house.venue.fail("balances", *[VenueUnreachable("away")] * 3)
    status = await trader.desk.status()
    assert (status.equity, status.cash_free, status.away) == (None, None, Away("VenueUnreachable", None))
    assert await trader.desk.balances() == Balances((), status.away)
    limits = await trader.desk.limits()
    assert {row.key: row.used for row in limits.rows}["max_exposure"] is None
    assert trader.desk.price_age([BTC]) is None
    house.venue.fail("rules", VenueUnreachable("away"))
    (why,) = await trader.desk.why(BTC)
    assert why.blocks == (Reason("venue_away", {"why": "VenueUnreachable"}),)


async def test_balances_show_ours_and_a_persons(house: House) -> None:
    trader = await house.start()
    await bought(trader)
    house.venue.totals["BTC"] += 2
    house.venue.totals["DOGE"] = D(7)
    rows = {row.currency: row for row in (await trader.desk.balances()).rows}
    assert list(rows) == ["KRW", "BTC", "DOGE"]
    assert (rows["BTC"].free, rows["BTC"].bot_quantity, rows["BTC"].value) == (D(3), D(1), D(300_000))
    assert (rows["DOGE"].value, rows["DOGE"].bot_quantity) == (None, D(0))


async def test_slips_of_the_hand(house: House) -> None:
    trader = await house.start()
    nowhere = Market("KRW", "NOWHERE")
    for call, error in (
        (lambda: trader.desk.propose(Side.BUY, nowhere, "console", notional=D(1)), "market-unknown"),
        (lambda: trader.desk.propose(Side.SELL, BTC, "console", share=D(1)), "nothing-to-sell"),
        (lambda: trader.desk.answer("", True, "console"), "ticket-none"),
        (lambda: trader.desk.answer("ZZZZ", True, "console"), "ticket-unknown"),
        (lambda: trader.desk.cancel("ZZZZ", "console"), "order-unknown"),
        (lambda: trader.desk.order("ZZZZ"), "order-unknown"),
    ):
        with pytest.raises(UserInputError) as caught:
            await call()
        assert caught.value.key == error


async def test_tickets_by_the_beginning_of_their_name(house: House) -> None:
    trader = await house.start()
    first = await asked(trader)
    refused = await trader.desk.answer(first.ticket_id[:5].lower(), False, "console")
    assert isinstance(refused, Refused)
    second, third = await asked(trader), await asked(trader, notional=D(20_000))
    with pytest.raises(UserInputError, match="ticket-ambiguous"):
        await trader.desk.answer("", True, "console")
    assert isinstance(await trader.desk.answer(second.ticket_id, True, "console"), Order)
    assert [t.ticket_id for t in await trader.desk.tickets()] == [third.ticket_id]


async def test_orders_by_the_beginning_of_their_name(house: House) -> None:
    trader = await house.start()
    order = await bought(trader)
    view = await trader.desk.order(order.client_order_id[:6].lower())
    assert view.order.client_order_id == order.client_order_id
    assert [state for _, state, _ in view.history] == ["new", "sent", "accepted", "done"]
    assert (await trader.desk.order("v1")).fills == view.fills
    assert [r.outcome for r in await trader.desk.cancel(order.client_order_id, "console")] == ["ended"]


async def test_a_limit_price_too_small_for_a_tick_is_never_the_markets_price(house: House) -> None:
    """0.0004 KRW rounds down to nothing: it must not become an order at the ask."""
    trader = await house.start()
    outcome = await trader.desk.propose(Side.BUY, BTC, "console", notional=D(50_000), price=D("0.0004"))
    if isinstance(outcome, Ticket):
        assert outcome.cleared.intent.order_type is OrderType.LIMIT
        outcome = await trader.desk.answer(outcome.ticket_id, True, "console")  # type: ignore[assignment]
    assert isinstance(outcome, Denied)
    assert house.venue.requests == []


async def test_cancel_all_and_of_one_market(house: House) -> None:
    trader = await house.start()
    house.venue.fill_at_once = False
    for market, price in ((BTC, D(90_000)), (ETH, D(4_000))):
        ticket = await trader.desk.propose(Side.BUY, market, "console", notional=D(50_000), price=price)
        assert isinstance(ticket, Ticket)
        await trader.desk.answer(ticket.ticket_id, True, "console")
    assert [(r.market, r.outcome) for r in await trader.desk.cancel("krw-eth", "console")] == [(ETH, "cancelled")]
    assert [(r.market, r.outcome) for r in await trader.desk.cancel("all", "console")] == [(BTC, "cancelled")]
    assert await trader.desk.cancel("all", "console") == []


async def test_half_of_a_position(house: House) -> None:
    trader = await house.start()
    await bought(trader)
    ticket = await trader.desk.propose(Side.SELL, BTC, "console", share=D("0.5"))
    assert isinstance(ticket, Ticket)
    assert ticket.cleared.intent.quantity == D("0.5")


async def test_panic_from_the_desk_locks_and_sells(house: House) -> None:
    trader = await house.start()
    await bought(trader)
    receipt = await trader.desk.panic("console")
    assert receipt.flat
    assert (await trader.desk.status()).state.state is TradingState.HALTED
    note = await trader.desk.set_state("pause", "telegram:7")
    assert note.state is TradingState.HALTED
    assert (await trader.desk.set_state("resume", "console")).state is TradingState.ACTIVE


async def test_health_has_a_line_for_each_part(house: House) -> None:
    trader = await house.start()
    checks = {check.key: check for check in await trader.desk.health()}
    assert {"stream-public", "stream-private", "orders-unresolved", "guard", "outbox", "disk", "memory"} <= set(checks)
    assert {key for key in checks if key.startswith("job-")} >= {"job-collect", "job-decide", "job-guard"}
    assert checks["orders-unresolved"].ok


@pytest.mark.parametrize(("quiet", "well", "due", "held"), [(False, False, "61", None), (True, True, "1", "60")])
async def test_what_quiet_hours_hold_back_is_no_sign_of_a_fault(
    house: House, quiet: bool, well: bool, due: str, held: str | None
) -> None:
    """Sixty messages wait for one chat, and that it has started for another; fifty that nobody wants to wait would be
    too many."""
    trader = await house.start()
    trader.health.quiet = lambda place: quiet and place == Route("telegram", "7")
    event = Event("e-held", EventKind.ORDER_CANCELLED, NOON)

    def put(records: Records) -> None:
        records.events.add(event)
        for number in range(60):
            records.outbox.add(OutboxMessage(f"m-{number}", event.event_id, "telegram", "7", NOON))

    await house.memory.write(put)
    checks = {check.key: check for check in await trader.desk.health()}
    assert (checks["outbox"].ok, checks["outbox"].value) == (well, due)
    assert (checks["outbox-held"].value if "outbox-held" in checks else None) == held


async def test_before_the_list_of_markets_is_read_none_is_called_unknown(house: House) -> None:
    """Right after a start, or while the exchange is away: the exchange is at fault, not the name."""
    house.venue.fail("markets", *[VenueUnreachable("away")] * 50)
    trader = await house.start(ready=False)
    with pytest.raises(VenueUnreachable, match="has not been read yet"):
        await trader.desk.propose(Side.BUY, BTC, "console", notional=D(10_000))
