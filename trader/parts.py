"""Every part of the trader, made and tied together. Knows ports, not what stands behind them.

In: a `World`. Out: parts that know each other and do nothing yet; `service.py` sets them going."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from trader.advice.context import build_outside
from trader.advice.premium_check import PremiumCheck
from trader.alerts.book import AlertBook
from trader.alerts.watch import AlertWatch
from trader.background import Background
from trader.bureau import Bureau
from trader.chronicle import Chronicle, Route
from trader.clock import Clock
from trader.cycle import Cycle
from trader.desk import Desk, Tools
from trader.desk.lookups import Lookups
from trader.desk.pictures import Pictures
from trader.desk.results import Results
from trader.ensemble import Ensemble
from trader.errors import TraderError, cause_of
from trader.execution.executor import Executor
from trader.exits import Exits
from trader.flow import Flow
from trader.guard.watch import Guard
from trader.health import Health
from trader.jobs import Timetable
from trader.learning import Learning
from trader.ledger.late import book_fact
from trader.live import LiveFeed
from trader.market.collector import Collector, History
from trader.market.quotes import QuoteBoard
from trader.model.events import EventKind, Severity
from trader.model.market import Market
from trader.panic.button import Panic
from trader.panic.file import PanicFile
from trader.panic.pursuit import Pursuit
from trader.patterns import Patterns
from trader.ports import Exchange, SpareBook, Storage, Streams
from trader.prices import Prices
from trader.reconcile import Reconciler
from trader.reflection.cases import Casebook
from trader.reflection.memory import Memory
from trader.report.chart import Painter
from trader.rounds import Rounds
from trader.settings import Settings
from trader.state import StateKeeper
from trader.tuning import Tuning

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class World:
    """What the composition root gives: the venue, the memory, the clock, and who is told."""

    settings: Settings
    exchange: Exchange
    streams: Streams
    storage: Storage
    clock: Clock
    routes: Sequence[Route]
    spare: SpareBook
    history: History | None = None
    resync_clock: Callable[[], Awaitable[object]] | None = None


class Parts:
    """Made in the order in which they need each other."""

    def __init__(self, world: World, tuning: Tuning, state: StateKeeper, chronicle: Chronicle) -> None:
        self.world = world
        self.clock = world.clock
        self.tuning = tuning
        self.state = state
        self.chronicle = chronicle
        self.started_at: datetime = world.clock.now()
        self._background = Background()
        self.quotes = QuoteBoard(self.clock)
        self._painter = Painter(world.settings.data_dir / "painter")
        self._build_orders()
        self._build_decisions()
        self._build_watching()
        self._build_panic()
        self._build_desk()
        self._build_rounds()
        self._tie()

    def _current(self) -> Settings:
        return self.tuning.current

    def _build_orders(self) -> None:
        """From a wish to a fill, and what guards it."""
        exchange, chronicle, clock = self.world.exchange, self.chronicle, self.clock
        self.executor = Executor(exchange, chronicle, clock, self._current, book_fact, self.world.spare)
        self.flow = Flow(exchange, chronicle, clock, self._current, self.quotes, self.executor, self.state)
        self.exits = Exits(exchange, chronicle, clock, self._current, self.quotes, self.executor, self.state)
        self.guard = Guard(chronicle, clock, self.exits.leave)
        self.reconciler = Reconciler(exchange, chronicle, self.executor, self.quotes, self.state, self._current)

    def _build_decisions(self) -> None:
        """Candles, models, and the pass at each close."""
        world, chronicle, clock = self.world, self.chronicle, self.clock
        self.collector = Collector(world.exchange, world.storage, clock, history=world.history)
        self.patterns = Patterns(
            world.storage,
            self.collector,
            clock,
            lambda: self.tuning.current.market_list,
            lambda: self.tuning.current.timeframe,
        )
        outside = build_outside(world.settings, world.exchange, clock)
        self.premium = PremiumCheck(outside, clock, self._current)
        casebook = Casebook(world.storage)
        self.ensemble = Ensemble.build(
            world.exchange,
            chronicle,
            clock,
            world.settings,
            self._current,
            self.collector,
            lambda: self.quotes.infos,
            self.patterns.assess,
            Memory(world.storage, casebook, clock, self._current).recall,
            outside,
        )
        adviser, panel = (None, None) if self.ensemble is None else (self.ensemble.counsel, self.ensemble.panel)
        self.cycle = Cycle(
            world.exchange,
            chronicle,
            clock,
            self.tuning,
            self.collector,
            self.quotes,
            self.flow,
            self.premium.left,
            adviser,
        )
        self.learning = Learning(chronicle, clock, self._current, self._painter, self._start, casebook, panel)

    def _build_watching(self) -> None:
        """What comes by itself: streams, alerts, the timetable; and whether it does."""
        world, chronicle, clock = self.world, self.chronicle, self.clock
        self.timetable = Timetable(chronicle, clock)
        self.alerts = AlertWatch(chronicle, clock, self.collector)
        self.alert_book = AlertBook(world.exchange, chronicle, clock, self.quotes, self.alerts)
        self.feed = LiveFeed(
            world.streams,
            self.quotes,
            self.guard,
            self.executor,
            chronicle,
            clock,
            self._catch_up,
            self.reconciler.nudge,
            self.alerts.price,
        )
        self.prices = Prices(world.exchange, world.streams, self.quotes, self.feed, self.cycle, self.guard, self.alerts)
        self.health = Health(
            world.streams,
            self.feed,
            self.timetable,
            chronicle,
            clock,
            self.executor,
            self.guard,
            world.settings.data_dir,
        )

    def _build_panic(self) -> None:
        world, chronicle, clock = self.world, self.chronicle, self.clock
        self.bureau = Bureau(chronicle, clock, self.tuning, self.quotes)
        self.panic = Panic(
            world.exchange, chronicle, clock, self.quotes, self.executor, self.exits, self.state, world.spare
        )
        self.pursuit = Pursuit(self.panic, chronicle, self.state)
        self.panic_file = PanicFile(
            world.settings.data_dir, self.pursuit, clock, self._known_markets, self.bureau.strategies
        )

    def _build_desk(self) -> None:
        """What people may ask and do."""
        world, clock = self.world, self.clock
        pictures = Pictures(self.collector, world.storage, self._painter)
        results = Results(
            world.exchange,
            self.collector,
            world.storage,
            self.flow,
            self.quotes,
            clock,
            self._current,
            self._painter,
        )
        self.desk = Desk(
            Tools(
                world.exchange,
                self.chronicle,
                clock,
                self.tuning,
                self.quotes,
                self.executor,
                self.flow,
                self.state,
                self.pursuit,
                self.health,
                self.bureau,
                pictures.market,
                self.started_at,
                self.reconciler,
                results,
                Lookups(world.storage, clock),
                self.alert_book,
                pictures.ticket,
                self.patterns,
                self.learning,
            )
        )

    def _build_rounds(self) -> None:
        self.rounds = Rounds(
            self.chronicle,
            self.clock,
            self.tuning,
            self.state,
            self.collector,
            self.cycle,
            self.guard,
            self.alerts,
            self.prices,
            self.flow,
            self.desk,
        )

    # ------------------------------------------------------------ what one part tells another

    def _tie(self) -> None:
        self.executor.on_booked(lambda market: self._start(self._booked(market)))
        self.reconciler.on_balances(self.flow.account.seen)
        self.reconciler.on_corrected(lambda market: self._start(self._booked(market)))
        self.bureau.on_change(lambda key: self._start(self._setting_changed(key)))
        self.alert_book.on_change(lambda: self._start(self.prices.watch()))

    async def _catch_up(self, stream: str) -> None:
        """A stream is (back) up: read by REST what it may have missed."""
        self.pursuit.poke()
        if stream == "private":
            self.reconciler.nudge()
            await self.executor.catch_up()
            return
        await self._follow_clock()
        await self.prices.catch_up()

    async def _booked(self, market: Market) -> None:
        """A position changed. One in a market that is not on the list (a person may buy any) must be seen as well."""
        await self.guard.load(market)
        await self.prices.watch()

    async def _setting_changed(self, key: str) -> None:
        if key == "markets":
            markets = await self.cycle.markets()
            await self.prices.watch()
            await self.prices.ask(markets)
        if key == "timeframe":
            self.timetable.retime("decide", self.rounds.decision_times())
        await self.learning.setting_changed(key, self.timetable)
        if key in ("markets", "timeframe", "strategy") or key.startswith(("strategy.", "param.")):
            await self.rounds.warm_up()

    def _known_markets(self) -> set[Market]:
        """Listed, traded, held or ordered."""
        working = {order.market for order in self.executor.working()}
        return {*self.quotes.infos, *self.tuning.current.market_list, *self.guard.markets, *working}

    async def _follow_clock(self) -> None:
        if self.world.resync_clock is not None:
            await self.world.resync_clock()

    # ------------------------------------------------------------ work that nobody waits for

    def _start(self, work: Coroutine[None, None, None]) -> None:
        async def guarded() -> None:
            try:
                await work
            except TraderError as err:
                log.error("background_work_failed", error=str(err))
            except Exception as err:
                log.error("background_work_broke", exc_info=err)
                await self._tell_error("service", err)

        task = self._background.start(guarded())
        task.add_done_callback(lambda _: work.close())  # cancelled before its first step: it was never begun

    async def _tell_error(self, where: str, fault: Exception | str) -> None:
        message = f"{type(fault).__name__}: {fault}" if isinstance(fault, Exception) else fault
        data = {"where": where, "message": message, "count": "1"}
        if isinstance(fault, Exception):
            data["cause"] = cause_of(fault)
        await self.chronicle.tell_or_log(EventKind.ERROR, severity=Severity.CRITICAL, data=data)
