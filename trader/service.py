"""The trader, put together: parts, start, timetable, stop. Knows ports, not what stands behind them.

Order of a start: what guards money first (rows, unfinished orders, streams, prices), then history, then the timetable.
When the venue cannot be reached the service lives, says so once, and goes on trying."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import structlog

from trader.books_watch import BooksWatch, WatchedStorage
from trader.bureau import Bureau
from trader.chronicle import Chronicle, Route
from trader.clock import Clock
from trader.cycle import Cycle
from trader.desk import Desk, Tools
from trader.errors import StorageFailed, TraderError, VenueError
from trader.execution.executor import Executor
from trader.flow import Flow
from trader.guard.watch import Guard
from trader.health import Health
from trader.jobs import Timetable, Trigger, daily, every
from trader.ledger.books import book
from trader.ledger.valuation import traded
from trader.live import LiveFeed
from trader.market.collector import CollectFailed, Collector, History
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity
from trader.model.market import Market, Timeframe
from trader.model.portfolio import TradingState
from trader.model.seoul import day_start
from trader.panic import Panic
from trader.panic_file import PanicFile
from trader.pictures import Pictures
from trader.ports import Exchange, Storage, Streams
from trader.reconcile import Reconciler
from trader.report.daily import daily_report
from trader.settings import Mode, Settings
from trader.signals.evaluate import history_rows
from trader.state import StateKeeper
from trader.tuning import Tuning
from trader.vitals import Vitals, take_vitals

log = structlog.get_logger(__name__)

CONNECT_RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


@dataclass(frozen=True, slots=True)
class World:
    """What the composition root gives: the venue, the memory, the clock, and who is told."""

    settings: Settings
    exchange: Exchange
    streams: Streams
    storage: Storage
    clock: Clock
    routes: Sequence[Route]
    history: History | None = None
    resync_clock: Callable[[], Awaitable[object]] | None = None


class Trader:
    def __init__(self, world: World, tuning: Tuning, state: StateKeeper, chronicle: Chronicle) -> None:
        self.world = world
        self.clock = world.clock
        self.tuning = tuning
        self.state = state
        self.chronicle = chronicle
        self.ready = asyncio.Event()
        self.started_at: datetime = world.clock.now()
        self._tasks: set[asyncio.Task[None]] = set()
        self._feeding = False
        self.books: BooksWatch
        self._build()

    @classmethod
    async def create(cls, world: World) -> Trader:
        """Read what is stored and put the parts together. StorageFailed."""
        watched = WatchedStorage(world.storage)
        world = replace(world, storage=watched)
        chronicle = Chronicle(watched, world.clock, world.routes)
        rows = await world.storage.read(lambda records: records.settings.current())
        live = world.settings.mode is Mode.LIVE
        state = await StateKeeper.load(chronicle, TradingState.HALTED if live else TradingState.ACTIVE)
        trader = cls(world, Tuning(world.settings, rows), state, chronicle)
        trader.books = BooksWatch(watched, state, chronicle, world.clock, world.settings.data_dir)
        return trader

    def _build(self) -> None:
        world, clock, chronicle = self.world, self.clock, self.chronicle
        exchange = world.exchange
        self.quotes = QuoteBoard(clock)
        self.executor = Executor(exchange, chronicle, clock, lambda: self.tuning.current, book)
        self.flow = Flow(
            exchange, chronicle, clock, lambda: self.tuning.current, self.quotes, self.executor, self.state
        )
        self.guard = Guard(chronicle, clock, self.flow.leave)
        self.collector = Collector(exchange, world.storage, clock, history=world.history)
        self.cycle = Cycle(exchange, chronicle, clock, self.tuning, self.collector, self.quotes, self.flow)
        self.reconciler = Reconciler(
            exchange, chronicle, self.executor, self.quotes, self.state, lambda: self.tuning.current
        )
        self.feed = LiveFeed(
            world.streams,
            self.quotes,
            self.guard,
            self.executor,
            chronicle,
            clock,
            self._catch_up,
            self.reconciler.nudge,
        )
        self.timetable = Timetable(chronicle, clock)
        self.panic = Panic(exchange, chronicle, clock, self.quotes, self.executor, self.flow, self.state)
        data_dir: Path = world.settings.data_dir
        self.panic_file = PanicFile(data_dir, self.panic, clock, self._known_markets, lambda: self.bureau.strategies())
        self.health = Health(
            world.streams, self.feed, self.timetable, chronicle, clock, self.executor, self.guard, data_dir
        )
        self.bureau = Bureau(chronicle, clock, self.tuning, self.quotes)
        pictures = Pictures(self.collector, world.storage, data_dir)
        self.desk = Desk(
            Tools(
                exchange,
                chronicle,
                clock,
                self.tuning,
                self.quotes,
                self.executor,
                self.flow,
                self.state,
                self.panic,
                self.health,
                self.bureau,
                pictures.market,
                self.started_at,
                self.reconciler,
            )
        )
        self.executor.on_booked(lambda market: self._start(self._booked(market)))
        self.reconciler.on_corrected(lambda market: self._start(self._booked(market)))
        self.bureau.on_change(lambda key: self._start(self._setting_changed(key)))

    # ------------------------------------------------------------ start and stop

    async def start(self) -> None:
        """Returns at once after the parts that need no venue; `ready` is set when trading is possible."""
        self.reconciler.expect()
        await self.guard.load()
        await self.panic_file.look()
        resumed = await self.executor.resume()
        if resumed:
            log.info("orders_resumed", count=resumed)
        self._start(self.panic_file.run())
        self._schedule()
        self._start(self._connect())

    async def _connect(self) -> None:
        """Reach the venue, however long it takes."""
        attempt = 0
        while not self.ready.is_set():
            try:
                await self._go_online()
            except (VenueError, StorageFailed) as err:
                if attempt == 0:
                    await self._tell_error("exchange" if isinstance(err, VenueError) else "storage", str(err))
                log.warning("not_online_yet", attempt=attempt, error=str(err))
                await asyncio.sleep(CONNECT_RETRY_SECONDS[min(attempt, len(CONNECT_RETRY_SECONDS) - 1)])
                attempt += 1

    async def _go_online(self) -> None:
        await self.refresh_markets()
        await self._follow_clock()
        markets = await self.cycle.markets()
        await self.world.streams.watch(markets)
        if not self._feeding:
            self._feeding = True
            self._start(self.feed.run())
        await asyncio.gather(
            self.quotes.refresh(self.world.exchange, markets),
            *(self.world.exchange.rules(market) for market in markets if market in self.quotes.infos),
        )
        self._guard_quotes()
        await self._reconcile_first()
        self.timetable.start()
        self.ready.set()
        self._start(self._warm_up())
        await self._tell_started(markets)
        # A slip in MARKETS must not look like a market that never gives a signal.
        unlisted = " ".join(market.code for market in markets if market not in self.quotes.infos)
        if unlisted:
            await self._tell_error("markets", f"not listed at the exchange: {unlisted}")

    async def _reconcile_first(self) -> None:
        """Before any decision. Where it fails, the guard and commands go on, the job tries again, and entries wait."""
        try:
            result = await self.reconciler.first()
        except (VenueError, StorageFailed) as err:
            await self._tell_error("reconcile", str(err))
        else:
            log.info("reconciled", equal=result.equal, open=len(result.open), seconds=round(result.seconds, 3))

    def _known_markets(self) -> set[Market]:
        """Listed, traded, held or ordered."""
        working = {order.market for order in self.executor.working()}
        return {*self.quotes.infos, *self.tuning.current.market_list, *self.guard.markets, *working}

    def vitals(self) -> Vitals:
        return take_vitals(self.guard, self.quotes, self.world.streams, self.feed, self.timetable, self.clock)

    async def say_stopped(self, reason: str) -> None:
        """Tell people that nobody watches from now on, and what stays behind."""
        if not self.ready.is_set():
            return
        positions = await self.world.storage.read(lambda records: len(records.positions.open()))
        data = {"reason": reason, "positions": str(positions or ""), "open_orders": str(len(self.executor.working()))}
        severity = Severity.WARNING if positions else Severity.INFO
        await self.chronicle.tell(EventKind.STOPPED, severity=severity, data=data)

    async def stop(self) -> None:
        """Cleanly: the timetable first, the books last. Orders at the venue stay; rows know how to go on."""
        self.timetable.stop()
        await self.world.streams.close()
        await self.guard.close()
        await self.reconciler.close()
        await self.executor.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Awaitable[None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except TraderError as err:
                log.error("background_work_failed", error=str(err))
            except Exception as err:
                log.error("background_work_broke", exc_info=err)
                await self._tell_error("service", f"{type(err).__name__}: {err}")

        task = asyncio.create_task(guarded())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell_error(self, where: str, message: str) -> None:
        data = {"where": where, "message": message, "count": "1"}
        try:
            await self.chronicle.tell(EventKind.ERROR, severity=Severity.CRITICAL, data=data)
        except StorageFailed as failed:
            log.error("error_not_stored", where=where, message=message, error=str(failed))

    # ------------------------------------------------------------ the timetable

    def _schedule(self) -> None:
        table, clock = self.timetable, self.clock
        table.add("collect", self.collect_early, every(60, clock, 1))
        table.add("decide", self.decide, self._decision_times())
        table.add("daily-report", self.daily_report, daily(9, 0, clock))
        table.add_machine("gaps", self.fill_gaps, 300)
        table.add_machine("guard", self.sweep, 1)
        table.add_machine("tickets", self.flow.expire_tickets, 1)
        table.add_machine("raises", self.bureau.apply_due, 1)
        table.add("reconcile-nightly", self.reconciler.nightly, daily(4, 10, clock))
        table.add_machine("reconcile", self.reconciler.run, 30)
        table.add_machine("markets", self.refresh_markets, 600)
        table.add_machine("heartbeat", self.heartbeat, 30)
        table.add_machine("books", self.books.check, 5)

    def _decision_times(self) -> Trigger:
        return every(self.tuning.current.timeframe.seconds, self.clock, 2)

    async def collect_early(self) -> None:
        """Each minute, so that little is missing at a close; one-minute candles `decide` reads itself."""
        if self.tuning.current.timeframe is not Timeframe.M1:
            await self.collect()

    async def collect(self) -> None:
        await self.collector.collect(await self.cycle.markets(), [self.tuning.current.timeframe])

    async def fill_gaps(self) -> None:
        """Gaps of days, by a download outside this process (P1)."""
        await self.collector.fill_gaps(await self.cycle.markets(), [self.tuning.current.timeframe])

    async def decide(self) -> None:
        """At each close: the candle that just closed, then one pass over all markets. A market whose candles could
        not be read stops no other; the pass itself sees that its candles are old."""
        unread: CollectFailed | None = None
        try:
            await self.collect()
        except CollectFailed as err:
            unread = err
        await self.cycle.run()
        if unread is not None:
            raise unread

    async def sweep(self) -> None:
        """Holding times, high-water marks, and prices by REST for the guard while the stream is away. What fails of it
        stops nothing else of it."""
        try:
            if self.guard.markets and not self.feed.health["public"].up:
                await self.quotes.refresh(self.world.exchange, list(self.guard.markets))
                self._guard_quotes()
        finally:
            try:
                await self.guard.sweep()
            finally:
                await self.state.expire()

    def _guard_quotes(self) -> None:
        for market in self.guard.markets:
            quote = self.quotes.quote(market)
            if quote is not None:
                self.guard.price(market, quote.last)

    async def refresh_markets(self) -> None:
        """Names, warnings and cautions of every listed market."""
        self.quotes.set_infos(await self.world.exchange.markets())

    async def _follow_clock(self) -> None:
        if self.world.resync_clock is not None:
            await self.world.resync_clock()

    async def heartbeat(self) -> None:
        await self._follow_clock()
        age = self.health.data_age()
        log.info("heartbeat", state=self.state.current.value, data_age=age, working=len(self.executor.working()))

    async def daily_report(self) -> None:
        """Yesterday's day, the night since, and the standing now (R10)."""
        now = self.clock.now()
        start = day_start(now, 1)
        pnl, portfolio = await self.desk.pnl(2), await self.flow.portfolio()
        closed, fills = await self.world.storage.read(
            lambda records: (traded(records.positions.closed_since(start)), records.fills.since(start))
        )
        report = daily_report(pnl, closed, fills, portfolio, now)
        await self.chronicle.tell(EventKind.DAILY_REPORT, data=report.as_data())

    # ------------------------------------------------------------ what happens in between

    async def _catch_up(self, stream: str) -> None:
        """A stream is (back) up: read by REST what it may have missed."""
        if stream == "private":
            self.reconciler.nudge()
            await self.executor.catch_up()
            return
        await self._follow_clock()
        await self.quotes.refresh(self.world.exchange, await self.cycle.markets())
        self._guard_quotes()

    async def _booked(self, market: Market) -> None:
        """A position changed. One in a market that is not on the list (a person may buy any) must be seen as well."""
        await self.guard.load(market)
        await self.world.streams.watch(await self.cycle.markets())

    async def _setting_changed(self, key: str) -> None:
        if key == "markets":
            markets = await self.cycle.markets()
            await self.world.streams.watch(markets)
            await self.quotes.refresh(self.world.exchange, markets)
        if key == "timeframe":
            self.timetable.retime("decide", self._decision_times())
        if key in ("markets", "timeframe", "strategy") or key.startswith(("strategy.", "param.")):
            await self._warm_up()

    async def _warm_up(self) -> None:
        markets = await self.cycle.markets()
        timeframe = self.tuning.current.timeframe
        rows = max(history_rows(self.cycle.strategy(market), timeframe) for market in markets)
        await self.collector.warm_up(markets, timeframe, rows)
        await self.collector.warm_up(markets, Timeframe.M1, 200)

    async def _tell_started(self, markets: Sequence[Market]) -> None:
        settings = self.tuning.current
        positions = await self.world.storage.read(lambda records: len(records.positions.open()))
        data = {
            "mode": settings.mode.value,
            "markets": " ".join(market.code for market in markets),
            "strategy": settings.strategy,
            "timeframe": settings.timeframe.value,
            "state": self.state.note.state.value,
            "positions": str(positions),
            "access": str(sum(len(ids) for ids in (settings.telegram_owners, settings.slack_owners))),
        }
        await self.chronicle.tell(EventKind.STARTED, data=data)
