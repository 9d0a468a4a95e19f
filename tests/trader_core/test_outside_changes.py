"""What a person does in the app beside the bot: found, told, kept apart, answered once – and it survives a restart.

A real sandbox, a real service over SQLite; the person has a second client with the same keys (S9, P5, P6, C3)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from pathlib import Path
from typing import Any
from unittest.mock import sentinel

import pytest

from chatbot.notices import notice
from chatbot.wording import Words
from sandbox.server import Sandbox
from storage.memory.spare import MemorySpare
from storage.sql import SqlStorage, open_storage
from tests.examples import BTC, D
from trader.clock import SystemClock
from trader.errors import UserInputError
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.limits import Limits
from trader.exchange.upbit.streams import UpbitStreams
from trader.ids import new_id
from trader.ledger.accounting import TAKEN_OUT
from trader.model.difference import Difference, DifferenceKind, DifferenceState
from trader.model.events import Event, EventKind
from trader.model.market import Market
from trader.model.order import Denied, Order, OrderRequest, OrderType, Side, TimeInForce
from trader.model.portfolio import Position, TradingState
from trader.model.ticket import Ticket
from trader.parts import World
from trader.service import Trader
from trader.settings import Settings

CASH = D(10_000_000)
ETH = Market("KRW", "ETH")
WORDS = Words("en")


@dataclass
class House:
    """One sandbox, one folder of books, one service after another."""

    sandbox: Sandbox
    folder: Path
    events: list[Event] = field(default_factory=list)
    trader: Trader = field(init=False)
    storage: SqlStorage = field(init=False)
    _exchange: UpbitExchange = field(init=False)

    def client(self) -> UpbitExchange:
        key = self.sandbox.key
        fast = Limits(window_seconds=0.01)
        return UpbitExchange(self.sandbox.rest_url, key.access_key, key.secret_key, SystemClock(), limits=fast)

    async def open(self, *, ready: bool = True) -> None:
        settings = Settings(
            _env_file=None,
            data_dir=self.folder,
            markets=("KRW-BTC", "KRW-ETH"),
            strategy="buy_and_hold",
            timeframe="1d",
            cooldown_seconds=0,
        )
        self.storage = await open_storage(settings.storage_url)
        self._exchange = self.client()
        key = self.sandbox.key
        streams = UpbitStreams(self.sandbox.ws_url, key.access_key, key.secret_key)
        world = World(settings, self._exchange, streams, self.storage, SystemClock(), (), MemorySpare())
        self.trader = await Trader.create(world)
        self.trader.chronicle.on_event(self.events.append)
        await self.trader.start()
        if ready:
            await asyncio.wait_for(self.trader.ready.wait(), 15)

    async def close(self) -> None:
        await self.trader.stop()
        await self._exchange.close()
        await self.storage.close()

    async def restart(self) -> None:
        await self.close()
        await self.open()

    # ---- the bot

    async def buy(self, market: Market = BTC, notional: int = 200_000) -> Position:
        ticket = await self.trader.desk.propose(Side.BUY, market, "console", notional=D(notional))
        assert isinstance(ticket, Ticket), ticket
        order = await self.trader.desk.answer(ticket.ticket_id, True, "console")
        assert isinstance(order, Order)
        assert await self.trader.executor.wait(order.client_order_id, 10) is not None
        position = await self.position(market)
        assert position is not None
        return position

    async def sell(self, market: Market = BTC) -> None:
        ticket = await self.trader.desk.propose(Side.SELL, market, "console", share=D(1))
        assert isinstance(ticket, Ticket), ticket
        order = await self.trader.desk.answer(ticket.ticket_id, True, "console")
        assert isinstance(order, Order)
        assert await self.trader.executor.wait(order.client_order_id, 10) is not None

    async def position(self, market: Market = BTC) -> Position | None:
        return await self.storage.read(lambda records: records.positions.open_for(market))

    async def open_differences(self) -> list[Difference]:
        return list((await self.trader.desk.reconcile()).open)

    # ---- the person

    async def by_hand(self, side: Side, market: Market = BTC, **fields: Any) -> str:
        """An order of the person's own through REST; its venue id."""
        person = self.client()
        request = OrderRequest(
            client_order_id=f"by-hand-{new_id()}",
            market=market,
            side=side,
            order_type=OrderType.LIMIT if "price" in fields else OrderType.MARKET,
            time_in_force=TimeInForce.GTC,
            authorised=sentinel.authorised,
            **{"price": None, "quantity": None, "notional": None} | fields,
        )
        try:
            return (await person.submit(request)).venue_id
        finally:
            await person.close()

    async def resting_price(self, market: Market = BTC) -> Decimal:
        quote = self.trader.quotes.quote(market)
        assert quote is not None
        return (await self._exchange.rules(market)).round_price(quote.bid / 2, Side.BUY)

    # ---- the phone

    def told(self, kind: EventKind, pushed: bool = True) -> list[Event]:
        return [event for event in self.events if event.kind is kind and event.push >= pushed]


async def eventually(ask: Callable[[], Awaitable[Any] | Any], seconds: float = 8.0) -> Any:
    """The first true answer."""
    async with asyncio.timeout(seconds):
        while True:
            answer = ask()
            if asyncio.iscoroutine(answer):
                answer = await answer
            if answer:
                return answer
            await asyncio.sleep(0.02)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    sandbox = Sandbox("synthetic", 7, 1.0, CASH, rate_limit_factor=1000)
    await sandbox.start()
    made = House(sandbox, tmp_path)
    await made.open()
    yield made
    await made.close()
    await sandbox.stop()


async def realised(house: House) -> Decimal:
    return (await house.trader.desk.pnl(1)).realised


async def books_add_up(house: House) -> None:
    """The account is the first cash, what our fills brought, and what was recorded as not ours – to the last digit."""
    fills = await house.storage.read(lambda records: records.fills.all())
    rows = await house.storage.read(lambda records: records.differences.recent(1000))
    note = await house.storage.read(lambda records: records.notes.get("agreed_account"))
    ours = sum((f.funds - f.fee if f.side is Side.SELL else -(f.funds + f.fee) for f in fills), D(0))
    outside = sum((row.change for row in rows if row.kind is DifferenceKind.CASH), D(0))
    assert house.sandbox.account.holding("KRW").total == CASH + ours + outside + D(note["rounding"])
    for currency in ("BTC", "ETH"):
        held = await house.position(Market("KRW", currency))
        own = D(note["outside"].get(currency, "0"))
        assert house.sandbox.account.holding(currency).total == (held.quantity if held else 0) + own


# ---------------------------------------------------------------- money


async def test_a_deposit_and_a_withdrawal_are_told_and_are_no_profit(house: House) -> None:
    """Told by the stream's change within moments, while a position is held; /pnl stays what it was."""
    await house.buy()
    before = await realised(house)
    house.sandbox.engine.transfer("KRW", D(500_000))
    await eventually(lambda: len(house.told(EventKind.MISMATCH)) == 1)
    house.sandbox.engine.transfer("KRW", D(-123_456))
    await eventually(lambda: len(house.told(EventKind.MISMATCH)) == 2)
    deposit, withdrawal = (event.data for event in house.told(EventKind.MISMATCH))
    assert (deposit["kind"], deposit["cause"], deposit["change"]) == ("cash", "deposit", "500000")
    assert (withdrawal["cause"], withdrawal["change"]) == ("withdrawal", "-123456")
    assert await realised(house) == before == 0
    result = await house.trader.desk.reconcile()
    assert result.equal, "what is explained is no disagreement"
    assert len(result.open) == 2
    await house.sell()
    await house.trader.desk.reconcile()
    await books_add_up(house)


async def test_what_happened_while_nobody_watched_is_found_before_anything_is_decided(house: House) -> None:
    await house.buy()
    await house.close()
    house.sandbox.engine.transfer("KRW", D(70_000))
    house.sandbox.engine.transfer("BTC", D("0.5"))
    await house.open()
    await eventually(lambda: len(house.told(EventKind.STARTED)) == 2)
    kinds = [event.kind for event in house.events]
    last_start = len(kinds) - 1 - kinds[::-1].index(EventKind.STARTED)
    found = [n for n, kind in enumerate(kinds) if kind is EventKind.MISMATCH]
    assert len(found) == 2
    assert max(found) < last_start, "compared before trading is said to have started"
    assert {row.kind for row in await house.open_differences()} == {DifferenceKind.CASH, DifferenceKind.EXTRA}
    await books_add_up(house)


async def test_our_own_trades_change_balances_and_nothing_is_told(house: House) -> None:
    for _ in range(2):
        await house.buy()
        await house.sell()
    await asyncio.sleep(2.5)  # the look after the last change has been made
    result = await house.trader.desk.reconcile()
    assert (result.equal, result.open) == (True, ())
    assert house.told(EventKind.MISMATCH, pushed=False) == []
    await books_add_up(house)


# ---------------------------------------------------------------- coins


async def test_our_coins_sold_by_hand_are_taken_out_of_the_books_without_profit(house: House) -> None:
    """Half of the position is sold in the app: both sides of it are recognised as one trade. Until somebody says so
    nothing is bought there; adopting moves the half out at the price of that trade, and the rest is guarded on."""
    position = await house.buy()
    half = (position.quantity / 2).quantize(D("1e-8"))
    await house.by_hand(Side.SELL, quantity=half)
    (event,) = await eventually(lambda: house.told(EventKind.MISMATCH))
    assert (event.data["kind"], event.data["cause"], event.market) == ("short", "manual_sale", "KRW-BTC")
    card = notice(event, WORDS)
    assert card is not None
    assert [b.label for b in card.buttons[0]] == ["Adopt", "Ignore", "Investigate"]

    denied = await house.trader.desk.propose(Side.BUY, BTC, "console", notional=D(50_000))
    assert isinstance(denied, Denied)
    assert "books_differ" in {reason.code for reason in denied.reasons}
    assert isinstance(await house.trader.desk.propose(Side.BUY, ETH, "console", notional=D(50_000)), Ticket)

    (row,) = [d for d in await house.open_differences() if d.kind is DifferenceKind.SHORT]
    done = await house.trader.desk.answer_difference("adopt", row.difference_id, "telegram:1")
    assert (done.state, done.answered_by) == (DifferenceState.ADOPTED, "telegram:1")
    rest = await house.position()
    assert rest is not None
    assert rest.quantity == position.quantity - half
    assert rest.realised_pnl == 0
    assert await realised(house) == 0
    assert (await house.trader.desk.reconcile()).equal
    levels = house.trader.guard.levels(BTC)
    assert levels is not None
    (correction,) = await house.storage.read(lambda records: records.corrections.all())
    assert (correction.quantity, correction.by) == (-half, "telegram:1")
    assert correction.cost == rest.cost - position.cost

    with pytest.raises(UserInputError) as again:
        await house.trader.desk.answer_difference("adopt", row.difference_id, "slack:U2")
    assert (again.value.key, again.value.params["by"]) == ("difference-answered", "telegram:1")
    await house.sell()
    await house.trader.desk.reconcile()
    await books_add_up(house)


async def test_a_position_withdrawn_whole_is_closed_and_counts_as_no_trade(house: House) -> None:
    position = await house.buy()
    house.sandbox.engine.transfer("BTC", -position.quantity)
    row = await eventually(lambda: _first(house, DifferenceKind.SHORT))
    assert row.cause == "withdrawal"
    await house.trader.desk.answer_difference("adopt", row.difference_id[:5], "console")
    assert await house.position() is None
    closed = await house.storage.read(lambda records: records.positions.get(position.position_id))
    assert closed is not None
    assert (closed.exit_reason, closed.realised_pnl, closed.quantity) == (TAKEN_OUT, 0, 0)
    assert await house.storage.read(lambda records: records.guards.all()) == []
    report = await house.trader.desk.pnl(1)
    assert (report.closed, report.wins, report.realised) == (0, 0, 0)
    await eventually(lambda: house.trader.guard.levels(BTC) is None)
    assert (await house.trader.desk.reconcile()).equal
    await books_add_up(house)


async def _first(house: House, kind: DifferenceKind) -> Difference | None:
    rows = await house.storage.read(lambda records: records.differences.open())
    return next((row for row in rows if row.kind is kind), None)


async def test_a_shortage_that_is_made_good_goes_by_itself(house: House) -> None:
    position = await house.buy()
    house.sandbox.engine.transfer("BTC", -position.quantity)
    await eventually(lambda: _first(house, DifferenceKind.SHORT))
    house.sandbox.engine.transfer("BTC", position.quantity)
    await eventually(lambda: house.told(EventKind.DIFFERENCE_ANSWERED))
    (event,) = house.told(EventKind.DIFFERENCE_ANSWERED)
    assert (event.data["answer"], event.data["by"]) == ("passed", "reconcile")
    assert (await house.trader.desk.reconcile()).equal
    assert await house.position() == position


async def test_ignored_coins_may_still_be_adopted_and_nothing_is_blocked(house: House) -> None:
    position = await house.buy()
    house.sandbox.engine.transfer("BTC", -position.quantity)
    row = await eventually(lambda: _first(house, DifferenceKind.SHORT))
    await house.trader.desk.answer_difference("ignore", row.difference_id, "console")
    assert isinstance(await house.trader.desk.propose(Side.BUY, BTC, "console", notional=D(50_000)), Ticket)
    result = await house.trader.desk.reconcile()
    assert (result.open, [d.difference_id for d in result.standing]) == ((), [row.difference_id])
    assert not result.equal
    done = await house.trader.desk.answer_difference("adopt", row.difference_id, "console")
    assert done.state is DifferenceState.ADOPTED
    assert await house.position() is None


async def test_a_persons_own_coins_become_a_position_only_when_they_say_so(house: House) -> None:
    """Bought by hand: never ours. Adopted: a position with guard levels at today's price; what it brings from then on
    is ours, what it cost the person is not."""
    await house.by_hand(Side.BUY, ETH, notional=D(300_000))
    row = await eventually(lambda: _first(house, DifferenceKind.EXTRA))
    assert (row.cause, row.currency) == ("manual_buy", "ETH")
    assert await house.position(ETH) is None
    assert house.trader.guard.levels(ETH) is None

    await house.trader.desk.answer_difference("adopt", row.difference_id, "console")
    held = await house.position(ETH)
    assert held is not None
    assert (held.quantity, held.owner, held.bought_cost) == (row.change, "console", 0)
    levels = await eventually(lambda: house.trader.guard.levels(ETH))
    price = held.cost / held.quantity
    stop = (price * D("0.98") / 1000).to_integral_value(ROUND_CEILING) * 1000  # ETH moves in steps of 1,000 here
    assert levels.plan.stop == stop
    await house.restart()
    assert house.trader.guard.levels(ETH) is not None
    await house.sell(ETH)
    fills = await house.storage.read(lambda records: records.fills.all())
    proceeds = sum((f.funds - f.fee for f in fills), D(0))
    assert await realised(house) == proceeds - held.cost
    await house.trader.desk.reconcile()
    await books_add_up(house)


async def test_coins_from_before_the_bot_are_left_alone_and_can_be_adopted(tmp_path: Path) -> None:
    """Shown by /reconcile, not pushed to the phone; sold by the person they are told and are no business of ours."""
    sandbox = Sandbox("synthetic", 7, 1.0, CASH, coins={"BTC": D("0.3"), "ETH": D(2)}, rate_limit_factor=1000)
    await sandbox.start()
    house = House(sandbox, tmp_path)
    await house.open()
    try:
        assert house.told(EventKind.MISMATCH) == []
        result = await house.trader.desk.reconcile()
        assert result.equal
        assert {(d.currency, d.change, d.cause) for d in result.standing} == {
            ("BTC", D("0.3"), "own_coins"),
            ("ETH", D(2), "own_coins"),
        }
        await house.by_hand(Side.SELL, ETH, quantity=D(1))
        row = await eventually(lambda: _first(house, DifferenceKind.GONE))
        assert (row.cause, row.change) == ("manual_sale", -1)
        assert await realised(house) == 0
        (bitcoin,) = [d for d in (await house.trader.desk.reconcile()).standing if d.currency == "BTC"]
        await house.trader.desk.answer_difference("adopt", bitcoin.difference_id, "console")
        held = await house.position()
        assert held is not None
        assert held.quantity == D("0.3")
        await books_add_up(house)
    finally:
        await house.close()
        await sandbox.stop()


# ---------------------------------------------------------------- orders


async def test_an_order_made_by_hand_is_shown_and_left_alone_also_by_panic(house: House) -> None:
    """It is cancelled only when a person asks for exactly that; once."""
    await house.buy()
    price = await house.resting_price()
    venue_id = await house.by_hand(Side.BUY, price=price, quantity=D("0.01"))
    rows = await house.open_differences()
    assert [(d.kind, d.venue_id, d.cause) for d in rows] == [(DifferenceKind.ORDER, venue_id, "manual_order")]
    (event,) = house.told(EventKind.MISMATCH)
    card = notice(event, WORDS)
    assert card is not None
    assert [b.label for b in card.buttons[0]] == ["Cancel it", "Ignore", "Investigate"]
    with pytest.raises(UserInputError, match="difference-no-adopt"):
        await house.trader.desk.answer_difference("adopt", rows[0].difference_id, "console")

    await house.trader.desk.cancel("all", "console")
    receipt = await house.trader.panic.press("console")
    assert receipt.flat, receipt
    assert house.sandbox.engine.orders[venue_id].is_open

    done = await house.trader.desk.answer_difference("cancel", rows[0].difference_id, "telegram:1")
    assert done.state is DifferenceState.CANCELLED
    await eventually(lambda: not house.sandbox.engine.orders[venue_id].is_open)
    with pytest.raises(UserInputError, match="difference-answered"):
        await house.trader.desk.answer_difference("cancel", rows[0].difference_id, "telegram:2")
    assert await house.open_differences() == []


async def test_an_order_made_by_hand_that_ends_is_forgotten_and_its_trade_told(house: House) -> None:
    quote = house.trader.quotes.quote(BTC)
    assert quote is not None
    venue_id = await house.by_hand(Side.BUY, price=await house.resting_price(), quantity=D("0.001"))
    assert [d.kind for d in await house.open_differences()] == [DifferenceKind.ORDER]
    person = house.client()
    await person.cancel(venue_id=venue_id)
    await person.close()
    await eventually(lambda: not house.sandbox.engine.orders[venue_id].is_open)
    assert await house.open_differences() == []
    ended = await house.storage.read(lambda records: records.differences.recent(1))
    assert ended[0].state is DifferenceState.PASSED


# ---------------------------------------------------------------- restarts


async def test_each_state_survives_a_restart_and_nothing_is_told_twice(house: House) -> None:
    """Open, ignored, adopted: read back as they were, by a service that asked the venue anew."""
    position = await house.buy()
    house.sandbox.engine.transfer("KRW", D(1_000))
    await eventually(lambda: _first(house, DifferenceKind.CASH))
    house.sandbox.engine.transfer("BTC", -position.quantity / 2)
    short = await eventually(lambda: _first(house, DifferenceKind.SHORT))
    await house.by_hand(Side.BUY, price=await house.resting_price(), quantity=D("0.01"))
    rows = await house.open_differences()
    (cash,) = [d for d in rows if d.kind is DifferenceKind.CASH]
    await house.trader.desk.answer_difference("ignore", cash.difference_id, "console")
    before = await house.storage.read(lambda records: records.differences.recent(10))
    told = len(house.told(EventKind.MISMATCH, pushed=False))

    await house.restart()
    assert await house.storage.read(lambda records: records.differences.recent(10)) == before
    assert len(house.told(EventKind.MISMATCH, pushed=False)) == told
    denied = await house.trader.desk.propose(Side.BUY, BTC, "console", notional=D(50_000))
    assert isinstance(denied, Denied), "the market is still in dispute"
    await house.trader.desk.answer_difference("adopt", short.difference_id, "console")
    await house.restart()
    assert [d.kind for d in await house.open_differences()] == [DifferenceKind.ORDER]
    await books_add_up(house)


async def test_until_the_account_was_compared_nothing_is_bought_and_the_reason_is_said(house: House) -> None:
    """The venue answers everything but the account: the guard and commands live, entries wait, /why and /status say
    why; once it answers the wait ends by itself."""
    await house.buy()
    await house.close()
    house.sandbox.faults.add(
        [{"kind": "http_status", "status": 500, "seconds": 600, "match": {"path": "/v1/accounts"}}]
    )
    house.events.clear()
    await house.open(ready=False)
    assert house.trader.state.current is TradingState.REDUCING
    assert house.trader.state.note.by == "reconcile"
    assert house.trader.state.note.reason == "not compared yet"
    assert house.trader.guard.levels(BTC) is not None
    await asyncio.wait_for(house.trader.ready.wait(), 40)
    assert not house.trader.reconciler.passed
    house.sandbox.faults.clear()
    await house.trader.reconciler.run()
    assert house.trader.state.current is TradingState.ACTIVE
    why = await house.trader.desk.why(ETH)
    assert why[0].blocks == ()
