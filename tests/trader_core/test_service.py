"""The trader put together: venue away at the start, streams lost, restarts, settings changed while running (E7 E9 S9).

On a scripted venue and scripted streams, and once on the real ones with the local exchange."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from sandbox.server import Sandbox
from storage.memory import MemoryStorage
from storage.memory.spare import MemorySpare
from storage.sql import open_storage
from tests.examples import BTC, ETH, NOON, D
from tests.sandbox.public_parts import HandFeed
from tests.trading_floor import settings, until
from tests.venue_script import VenueScript
from trader import service
from trader.chronicle import Chronicle, Route
from trader.clock import Clock, ManualClock, SystemClock
from trader.errors import VenueUnreachable
from trader.exchange.upbit.client import UpbitExchange
from trader.exchange.upbit.streams import UpbitStreams
from trader.model.events import Event, EventKind
from trader.model.market import Market, Timeframe
from trader.model.order import Order, OrderState, Side
from trader.model.portfolio import TradingState
from trader.model.ticket import Ticket
from trader.panic.run import Run, Scope, store_run
from trader.parts import World
from trader.ports import Exchange, StreamDown, StreamEvent, Streams, StreamUp, TradeTick
from trader.service import Trader
from trader.settings import Settings
from trader.state import StateKeeper


class StreamScript:
    """Implements `ports.Streams`: says what a test says."""

    def __init__(self) -> None:
        self.watched: list[tuple[Market, ...]] = []
        self.consumers = 0
        self.age = 0.5
        self._queue: asyncio.Queue[StreamEvent | None] = asyncio.Queue()

    def say(self, *events: StreamEvent) -> None:
        for event in events:
            self._queue.put_nowait(event)

    async def events(self) -> AsyncIterator[StreamEvent]:
        self.consumers += 1
        while (event := await self._queue.get()) is not None:
            yield event

    async def watch(self, markets: Sequence[Market]) -> None:
        if not self.watched or self.watched[-1] != tuple(markets):
            self.watched.append(tuple(markets))

    def last_message_age(self, stream: str) -> float | None:
        return self.age

    async def close(self) -> None:
        self._queue.put_nowait(None)


class HandClock(ManualClock):
    """Moved by hand; the timetable's timers are set as far ahead as its moments are."""

    def wall_time(self, moment: datetime) -> datetime:
        return datetime.now(UTC) + (moment - self.now())


class House:
    """Starts and stops traders over one memory, or over one database file (`sql`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.venue, self.clock = VenueScript(), HandClock(NOON)
        self.memory, self.sql = MemoryStorage(), False
        self.venue.now = self.clock.now
        self.events: list[Event] = []
        self.streams = StreamScript()
        self._closing: list[Callable[[], Any]] = []

    def settings(self, **changes: Any) -> Settings:
        return settings(
            **{
                "data_dir": self.folder,
                "markets": ("KRW-BTC",),
                "strategy": "buy_and_hold",
                "timeframe": "1d",
                **changes,
            }
        )

    async def start(
        self,
        *,
        exchange: Exchange | None = None,
        streams: Streams | None = None,
        clock: Clock | None = None,
        ready: bool = True,
        **changes: Any,
    ) -> Trader:
        chosen = self.settings(**changes)
        storage = await open_storage(chosen.storage_url) if self.sql else self.memory
        self.streams = StreamScript()
        world = World(
            chosen,
            exchange or self.venue,
            streams or self.streams,
            storage,
            clock or self.clock,
            (Route("telegram", "1"),),
            MemorySpare(),
        )
        trader = await Trader.create(world)
        trader.chronicle.on_event(self.events.append)
        await trader.start()
        self._closing.append(lambda: self._stop(trader, storage))
        if ready:
            async with asyncio.timeout(5):
                await trader.ready.wait()
        return trader

    async def stop(self) -> None:
        while self._closing:
            await self._closing.pop()()

    @staticmethod
    async def _stop(trader: Trader, storage: Any) -> None:
        await trader.stop()
        if not isinstance(storage, MemoryStorage):
            await storage.close()

    def told(self, kind: EventKind) -> list[Event]:
        return [event for event in self.events if event.kind is kind]


@pytest.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(service, "CONNECT_RETRY_SECONDS", (0.02,))
    made = House(tmp_path)
    yield made
    await made.stop()


async def bought(trader: Trader, market: Market = BTC, notional: str = "100100") -> Order:
    """By a person, approved, filled, guarded."""
    ticket = await trader.desk.propose(Side.BUY, market, "console", notional=D(notional))
    assert isinstance(ticket, Ticket), ticket
    order = await trader.desk.answer(ticket.ticket_id, True, "console")
    assert isinstance(order, Order), order
    await trader.executor.wait(order.client_order_id, 5)
    await until(lambda: market in trader.guard.markets)
    return order


async def gone(trader: Trader, market: Market = BTC) -> None:
    async with asyncio.timeout(5):
        while await trader.world.storage.read(lambda records: records.positions.open_for(market)):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


# ---------------------------------------------------------------- start


async def test_venue_away_at_the_start_is_said_once_and_waited_for(house: House) -> None:
    """It lives, answers, says so once, and is ready when the venue is back."""
    house.venue.fail("markets", *[VenueUnreachable("away")] * 5)
    trader = await house.start(ready=False)
    await until(lambda: house.venue.asked.get("markets", 0) >= 3)
    assert not trader.ready.is_set()
    assert (await trader.desk.status()).equity is not None
    async with asyncio.timeout(5):
        await trader.ready.wait()
    await until(lambda: house.told(EventKind.STARTED))
    assert [e.data["where"] for e in house.told(EventKind.ERROR)] == ["exchange"]


async def test_a_start_that_stumbles_half_way_listens_once(house: House) -> None:
    """Markets were read, quotes were not: the second attempt must not take the stream in a second time."""
    house.venue.fail("quotes", *[VenueUnreachable("away")] * 3)
    await house.start()
    assert house.streams.consumers == 1


async def test_a_real_exchange_that_comes_up_late(house: House) -> None:
    """Over HTTP and WebSocket: nobody listens at the port at first."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    sandbox = Sandbox(HandFeed(), port=port, rate_limit_factor=1000)
    key = sandbox.key
    exchange = UpbitExchange(
        sandbox.rest_url, key.access_key, key.secret_key, SystemClock(), answer_seconds=0.5, deadline_seconds=0.1
    )
    streams = UpbitStreams(sandbox.ws_url, key.access_key, key.secret_key)
    trader = await house.start(exchange=exchange, streams=streams, clock=SystemClock(), ready=False)
    await until(lambda: house.told(EventKind.ERROR))
    await sandbox.start()
    try:
        async with asyncio.timeout(10):
            await trader.ready.wait()
        await until(lambda: trader.feed.health["public"].up and trader.feed.health["private"].up)
        assert len(house.told(EventKind.ERROR)) == 1
    finally:
        await house.stop()
        await exchange.close()
        await sandbox.stop()


async def test_a_market_nobody_lists_is_said(house: House) -> None:
    await house.start(markets=("KRW-BTC", "KRW-NOWHERE"))
    await until(lambda: house.told(EventKind.ERROR))
    assert "KRW-NOWHERE" in house.told(EventKind.ERROR)[0].data["message"]


async def test_live_starts_locked(house: House) -> None:
    keys = {"upbit_access_key": "a", "upbit_secret_key": "s", "live_trading_confirmed": True}
    trader = await house.start(mode="live", **keys)
    assert trader.state.current is TradingState.HALTED


# ---------------------------------------------------------------- streams


async def test_a_lost_stream_is_told_and_the_guard_goes_on_by_rest(house: House) -> None:
    trader = await house.start()
    house.streams.say(StreamUp("public", True), StreamUp("private", True))
    await bought(trader)
    house.streams.say(StreamDown("public", "lost"), StreamDown("public", "again"))
    await until(lambda: house.told(EventKind.STREAM_LOST))
    house.venue.price(BTC, "97000")
    house.clock.advance(1)
    await trader.rounds.sweep()
    await gone(trader)
    assert len(house.told(EventKind.STREAM_LOST)) == 1
    house.clock.advance(9)
    house.streams.say(StreamUp("public", False))
    await until(lambda: house.told(EventKind.STREAM_BACK))
    assert house.told(EventKind.STREAM_BACK)[0].data == {"stream": "public", "seconds": "10"}


async def test_a_stream_that_is_connected_and_says_nothing_leaves_the_guard_its_prices(house: House) -> None:
    trader = await house.start()
    house.streams.say(StreamUp("public", True))
    await bought(trader)
    house.venue.price(BTC, "97000")
    house.clock.advance(1)
    house.streams.age = 2.9
    await trader.rounds.sweep()
    assert trader.guard.markets == {BTC}
    house.streams.age = 3.1
    await trader.rounds.sweep()
    await gone(trader)
    assert house.told(EventKind.STREAM_LOST) == []


async def test_a_stream_that_is_back_is_told_though_the_catching_up_failed(house: House) -> None:
    await house.start()
    house.streams.say(StreamUp("public", True), StreamDown("public", "lost"))
    await until(lambda: house.told(EventKind.STREAM_LOST))
    house.venue.fail("quotes", VenueUnreachable("away"))
    house.streams.say(StreamUp("public", False))
    await until(lambda: house.told(EventKind.STREAM_BACK))


async def test_a_jump_while_the_stream_was_away_is_seen_when_it_is_back(house: House) -> None:
    """Catch-up asks for the price: no trade has to come first."""
    trader = await house.start()
    house.streams.say(StreamUp("public", True))
    await bought(trader)
    house.streams.say(StreamDown("public", "lost"))
    await until(lambda: house.told(EventKind.STREAM_LOST))
    house.venue.price(BTC, "97000")
    house.clock.advance(1)
    house.streams.say(StreamUp("public", False))
    await gone(trader)


async def test_an_event_that_cannot_be_taken_in_stops_no_other(house: House) -> None:
    trader = await house.start()
    house.streams.say(StreamUp("public", True))
    await bought(trader)
    house.streams.say(StreamDown("tea", "unknown stream"), TradeTick(BTC, None, NOON))  # type: ignore[arg-type]
    house.streams.say(TradeTick(BTC, D(97_000), NOON))
    await gone(trader)
    assert trader.feed.failures >= 1


async def test_a_venue_away_stops_neither_holding_times_nor_pauses(house: House) -> None:
    """The sweep's parts do not stand behind each other."""
    trader = await house.start(max_hold_seconds=600)
    await bought(trader)
    await trader.state.set(TradingState.REDUCING, "console", until=NOON.replace(minute=5))
    house.clock.advance(600)
    house.venue.fail("quotes", VenueUnreachable("away"))
    with pytest.raises(VenueUnreachable):
        await trader.rounds.sweep()
    await gone(trader)
    assert trader.state.note.state is TradingState.ACTIVE


# ---------------------------------------------------------------- markets off the list


async def test_a_position_off_the_list_is_watched_and_guarded(house: House) -> None:
    """A person buys ETH while only BTC is traded: its prices must come in, or its stop would never see them."""
    trader = await house.start()
    house.streams.say(StreamUp("public", True))
    await bought(trader, ETH, "50050")
    await until(lambda: house.streams.watched[-1] == (BTC, ETH))
    house.streams.say(TradeTick(ETH, D(4_800), NOON))
    await gone(trader, ETH)
    await until(lambda: house.streams.watched[-1] == (BTC,))


# ---------------------------------------------------------------- restart


async def test_a_restart_restores_guards_orders_and_locks(house: House) -> None:
    house.sql = True
    trader = await house.start()
    await bought(trader)
    house.streams.say(TradeTick(BTC, D(102_000), NOON))
    await until(lambda: trader.guard.levels(BTC).high == 102_000)  # type: ignore[union-attr]
    await trader.rounds.sweep()
    house.venue.fill_at_once = False
    ticket = await trader.desk.propose(Side.BUY, ETH, "console", notional=D(50_000), price=D(4_000))
    assert isinstance(ticket, Ticket)
    resting = await trader.desk.answer(ticket.ticket_id, True, "console")
    assert isinstance(resting, Order)
    await trader.desk.set_state("stop", "console")
    await house.stop()

    again = await house.start()
    levels = again.guard.levels(BTC)
    assert levels is not None
    assert (levels.high, levels.plan.stop) == (D(102_000), D(98_100))
    assert [o.client_order_id for o in again.executor.working()] == [resting.client_order_id]
    assert again.state.current is TradingState.HALTED
    house.venue.fill_at_once = True
    house.streams.say(TradeTick(BTC, D(98_000), NOON))
    await gone(again)
    house.venue.fill(resting.client_order_id, str(resting.quantity), "4000")
    await again.executor.catch_up()
    done = await again.executor.wait(resting.client_order_id, 5)
    assert done is not None
    assert done.state is OrderState.DONE


# ---------------------------------------------------------------- settings while running


async def test_a_panic_of_the_shell_while_it_hung_is_gone_on_with_when_it_wakes(house: House) -> None:
    """Locked and begun by another process, which could not sell: this one shows the lock and sells."""
    trader = await house.start()
    await bought(trader)
    shell = await StateKeeper.load(Chronicle(house.memory, house.clock), TradingState.ACTIVE)
    await shell.set(TradingState.HALTED, "shell", reason="panic")
    run = Run("shell", house.clock.now(), Scope(frozenset(), "", False))
    await house.memory.write(lambda records: store_run(records, run))
    await until(lambda: any(event.kind is EventKind.PANIC for event in house.events))
    [told] = [event for event in house.events if event.kind is EventKind.PANIC]
    assert (trader.state.current, trader.guard.markets) == (TradingState.HALTED, frozenset())
    assert (told.data["flat"], told.data["by"]) == ("yes", "shell")


async def test_markets_change_without_a_restart(house: House) -> None:
    trader = await house.start()
    await trader.desk.change_markets([ETH], [], "console")
    await until(lambda: house.streams.watched[-1] == (BTC, ETH))
    assert await trader.cycle.markets() == [BTC, ETH]
    await trader.desk.change_markets([], [BTC], "console")
    await until(lambda: house.streams.watched[-1] == (ETH,))


async def test_timeframe_and_strategy_change_without_a_restart(house: House) -> None:
    trader = await house.start(timeframe="1d")

    def next_run() -> Any:
        return trader.timetable._scheduler.get_job("decide").next_run_time

    before = next_run()
    await trader.desk.change_setting("timeframe", "1m", "console")
    await until(lambda: next_run() < before)
    assert next_run() <= datetime.now(UTC) + timedelta(seconds=62)
    await trader.desk.change_strategy("sma_cross", None, "console")
    assert trader.cycle.strategy(BTC).name == "sma_cross"
    assert trader.tuning.current.timeframe is Timeframe.M1


async def test_limits_change_for_the_next_wish(house: House) -> None:
    trader = await house.start()
    await trader.desk.change_setting("max_order_krw", "50000", "console")
    outcome = await trader.desk.propose(Side.BUY, BTC, "console", notional=Decimal(60_000))
    assert "max_order" in str(outcome)


# ---------------------------------------------------------------- stop


async def test_goodbye_says_what_stays_behind(house: House) -> None:
    trader = await house.start()
    await bought(trader)
    await trader.say_stopped("asked")
    (event,) = house.told(EventKind.STOPPED)
    assert event.data["positions"] == "1"
