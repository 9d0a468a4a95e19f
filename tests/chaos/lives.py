"""One life of the service's trading parts after the other, on one venue and one memory that outlive them all.

A life that is killed does nothing more: what it was waiting for never comes, and what it would write is not written.
The parts, and what is done at a start and by the timetable, are those of `trader.parts` and
`trader.service`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.chaos.unruly_venue import UnrulyVenue
from tests.chaos.virtual_time import LoopClock, VirtualLoop
from tests.examples import NOON, info
from tests.trading_floor import settings
from trader.books_watch import WatchedStorage
from trader.chronicle import Chronicle, Route
from trader.errors import StorageFailed, TraderError
from trader.execution.executor import Executor
from trader.exits import Exits
from trader.flow import Flow
from trader.guard.watch import Guard
from trader.ledger.late import book_fact
from trader.market.quotes import QuoteBoard
from trader.model.events import Event
from trader.model.market import Market, Quote
from trader.model.portfolio import TradingState
from trader.panic.button import Panic
from trader.ports import Records, SpareBook, Storage
from trader.reconcile import Reconciler
from trader.state import StateKeeper

T = TypeVar("T")

LOOK_SECONDS = 30.0
"""Between two looks of the reconciler, as in the service's timetable."""

GENEROUS: dict[str, Any] = {
    "max_order_krw": 10**9,
    "max_market_krw": 10**9,
    "max_entries_per_day": 10**6,
    "max_daily_loss_krw": 10**9,
    "max_daily_spend_krw": 10**12,
    "max_exposure": 1,
    "max_stops_in_a_row": 0,
    "volatility_block_fraction": 0,
    "max_spread_bps": 10_000,
    "max_slippage_bps": 10_000,
}
"""What is to be found out is not whether limits work."""


class World:
    """What outlives every process: loop and clock, the venue, the memory and how well it can be written."""

    def __init__(
        self, loop: VirtualLoop, venue: UnrulyVenue, storage: Storage, open_spare: Callable[[], SpareBook]
    ) -> None:
        self.loop = loop
        self.clock = LoopClock(loop, NOON)
        self.venue = venue
        self.storage = storage
        self.open_spare = open_spare
        self.failing_writes = 0
        self.failing_until = 0.0
        self.before_commit = self.after_commit = 0.0
        self.events: list[Event] = []
        venue.now = self.clock.now

    def calm(self) -> None:
        self.venue.calm()
        self.failing_writes = 0
        self.failing_until = self.before_commit = self.after_commit = 0.0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def within(self, act: Callable[[], T]) -> T:
        """Done while the loop runs, as everything that wants to wake somebody must be."""

        async def acting() -> T:
            return act()

        return self.run(acting())

    def read(self, fn: Callable[[Records], T]) -> T:
        return self.run(self.storage.read(fn))


class _Line:
    """The way of one life to the memory: a write takes its time, may fail, and never comes back to the dead."""

    def __init__(self, world: World, life: Life) -> None:
        self._world, self._life = world, life

    async def write(self, fn: Callable[[Records], T]) -> T:
        world = self._world
        self._life.breathe()
        if world.failing_writes or world.loop.time() < world.failing_until:
            world.failing_writes = max(world.failing_writes - 1, 0)
            await asyncio.sleep(world.before_commit)
            raise StorageFailed("the disk is full")
        await asyncio.sleep(world.before_commit)
        self._life.breathe()
        result = await world.storage.write(fn)
        await asyncio.sleep(world.after_commit)
        self._life.breathe()
        return result

    async def read(self, fn: Callable[[Records], T]) -> T:
        self._life.breathe()
        return await self._world.storage.read(fn)

    async def close(self) -> None:
        """The memory outlives us."""


class _Wire:
    """The way of one life to the venue."""

    def __init__(self, world: World, life: Life) -> None:
        self._venue, self._life = world.venue, life

    def __getattr__(self, name: str) -> Callable[..., Coroutine[Any, Any, Any]]:
        method = getattr(self._venue, name)

        async def call(*arguments: Any, **named: Any) -> Any:
            self._life.breathe()
            return await method(*arguments, **named)

        return call


class Life:
    """Made by `begin`. `surprises` are errors that nobody had foreseen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dead = False
        self.surprises: list[BaseException] = []
        self._tasks: set[asyncio.Task[Any]] = set()

    def breathe(self) -> None:
        if self.dead:
            raise asyncio.CancelledError

    @classmethod
    async def begin(cls, world: World) -> Life:
        """As often as it takes: where the books cannot be written the process ends and is started again."""
        while True:
            life = cls(world)
            try:
                await life._start()
            except StorageFailed:
                await life.kill()
                await asyncio.sleep(1.0)
            else:
                return life

    async def _start(self) -> None:
        world, clock = self.world, self.world.clock
        exchange: Any = _Wire(world, self)
        trading = settings(**GENEROUS)
        self.spare = world.open_spare()
        storage = WatchedStorage(_Line(world, self), self.spare)
        await storage.carry_over()
        self.chronicle = Chronicle(storage, clock, (Route("telegram", "1"),))
        self.chronicle.on_event(world.events.append)
        self.state = await StateKeeper.load(self.chronicle, TradingState.ACTIVE)
        self.quotes = QuoteBoard(clock)
        self.quotes.set_infos(info(market) for market in world.venue.prices)
        self.executor = Executor(exchange, self.chronicle, clock, lambda: trading, book_fact, self.spare)
        self.flow = Flow(exchange, self.chronicle, clock, lambda: trading, self.quotes, self.executor, self.state)
        self.exits = Exits(exchange, self.chronicle, clock, lambda: trading, self.quotes, self.executor, self.state)
        self.guard = Guard(self.chronicle, clock, self.exits.leave)
        self.panic = Panic(
            exchange, self.chronicle, clock, self.quotes, self.executor, self.exits, self.state, self.spare
        )
        self.reconciler = Reconciler(exchange, self.chronicle, self.executor, self.quotes, self.state, lambda: trading)
        self.executor.on_booked(self._booked)
        self.reconciler.on_corrected(self._booked)
        self.reconciler.expect()
        await self.guard.load()
        await self.executor.resume()
        self.spawn(self._connect())
        self.spawn(self._timetable())

    def _booked(self, market: Market) -> None:
        self.spawn(self.guard.load(market))

    async def _connect(self) -> None:
        while True:
            try:
                await self.reconciler.first()
            except TraderError:
                await asyncio.sleep(1.0)
            else:
                return

    async def _timetable(self) -> None:
        seconds = 0
        while True:
            await asyncio.sleep(1.0)
            seconds += 1
            await self._job(self.guard.sweep())
            await self._job(self.state.expire())
            if seconds % LOOK_SECONDS == 0:
                await self._job(self.reconciler.run())

    async def _job(self, work: Coroutine[Any, Any, Any]) -> None:
        try:
            await work
        except TraderError:
            """The timetable logs it, tells it when it goes on, and comes again."""

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = self.world.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TraderError):
            self.surprises.append(error)

    # ------------------------------------------------------------ what comes from outside

    def hear(self, venue_id: str, client_order_id: str) -> None:
        """A message of the private stream: an order's, or (both empty) one of the balances."""
        if venue_id:
            self.executor.hear(venue_id, client_order_id)
        else:
            self.reconciler.nudge()

    def reconnected(self) -> None:
        self.reconciler.nudge()
        self.spawn(self.executor.catch_up())

    def price(self, market: Market) -> None:
        """The venue's price as the public stream tells it."""
        bid, ask = self.world.venue.prices[market]
        self.quotes.on_event(Quote(market, bid, ask, bid, self.world.clock.now()))
        self.guard.price(market, bid)

    # ------------------------------------------------------------ the end

    async def stop(self) -> None:
        """As `Trader.stop`."""
        await self.guard.close()
        await self.reconciler.close()
        await self.executor.close()
        await self._end()

    async def kill(self) -> None:
        """At once: nothing of it goes on, not even what would tidy up. A commit under way happens."""
        self.dead = True
        await self._end()
        await self.world.storage.write(lambda records: None)

    async def _end(self) -> None:
        self.dead = True
        tasks = asyncio.all_tasks() - {asyncio.current_task()}
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
