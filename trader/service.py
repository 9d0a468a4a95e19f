"""The trader's life: start, timetable, stop.

Order of a start: what guards money first (rows, unfinished orders, streams, prices), then history, then the timetable.
When the venue cannot be reached the service lives, says so once, and goes on trying."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import structlog

from trader.books_watch import BooksWatch, WatchedStorage
from trader.chronicle import Chronicle
from trader.errors import StorageFailed, VenueError
from trader.jobs import daily, every
from trader.model.events import EventKind, Severity
from trader.model.market import Market
from trader.model.member import Member
from trader.model.mode import Mode
from trader.model.portfolio import TradingState
from trader.parts import Parts, World
from trader.settings import Settings
from trader.state import StateKeeper
from trader.tuning import Tuning
from trader.vitals import Vitals, take_vitals

log = structlog.get_logger(__name__)

CONNECT_RETRY_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Trader(Parts):
    """`ready` is set when trading is possible; the guard and people's commands do not wait for it."""

    def __init__(
        self, world: World, tuning: Tuning, state: StateKeeper, chronicle: Chronicle, books: BooksWatch
    ) -> None:
        super().__init__(world, tuning, state, chronicle)
        self.books = books
        self.ready = asyncio.Event()
        self._feeding = False

    @classmethod
    async def create(cls, world: World) -> Trader:
        """Read what is stored and put the parts together. StorageFailed."""
        watched = WatchedStorage(world.storage, world.spare)
        await watched.carry_over()
        world = replace(world, storage=watched)
        chronicle = Chronicle(watched, world.clock, world.routes)
        rows = await world.storage.read(lambda records: records.settings.current())
        live = world.settings.mode is Mode.LIVE
        state = await StateKeeper.load(chronicle, TradingState.HALTED if live else TradingState.ACTIVE)
        books = BooksWatch(watched, state, chronicle, world.clock, world.settings.data_dir)
        return cls(world, Tuning(world.settings, rows), state, chronicle, books)

    # ------------------------------------------------------------ start and stop

    async def start(self) -> None:
        """Returns at once after the parts that need no venue; `ready` is set when trading is possible."""
        self.reconciler.expect()
        await self.guard.load()
        await self.alerts.load()
        if self.ensemble is not None:
            await self.ensemble.start()
        self.learning.begin()
        await self.panic_file.look()
        resumed = await self.executor.resume()
        if resumed:
            log.info("orders_resumed", count=resumed)
        await self.pursuit.resume()
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
                    await self._tell_error("exchange" if isinstance(err, VenueError) else "storage", err)
                log.warning("not_online_yet", attempt=attempt, error=str(err))
                await asyncio.sleep(CONNECT_RETRY_SECONDS[min(attempt, len(CONNECT_RETRY_SECONDS) - 1)])
                attempt += 1

    async def _go_online(self) -> None:
        await self.prices.refresh_markets()
        await self._follow_clock()
        markets = await self.cycle.markets()
        await self.prices.watch()
        if not self._feeding:
            self._feeding = True
            self._start(self.feed.run())
        await asyncio.gather(
            self.prices.ask(markets),
            *(self.world.exchange.rules(market) for market in markets if market in self.quotes.infos),
        )
        self.prices.to_guard()
        await self._reconcile_first()
        self.timetable.start()
        self.ready.set()
        self._start(self.rounds.warm_up())
        self._start(self.learning.check_models())
        await self._tell_started(markets)
        # A slip in MARKETS must not look like a market that never gives a signal.
        unlisted = " ".join(market.code for market in markets if market not in self.quotes.infos)
        if unlisted:
            await self._tell_error("markets", unlisted)

    async def _reconcile_first(self) -> None:
        """Before any decision. Where it fails, the guard and commands go on, the job tries again, and entries wait."""
        try:
            result = await self.reconciler.first()
        except (VenueError, StorageFailed) as err:
            await self._tell_error("reconcile", err)
        else:
            log.info("reconciled", equal=result.equal, open=len(result.open), seconds=round(result.seconds, 3))

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
        await self.alerts.close()
        await self.reconciler.close()
        await self.pursuit.close()
        await self.executor.close()
        if self.ensemble is not None:
            await self.ensemble.close()
        await self.premium.close()
        await self._painter.close()
        await self._background.close()

    async def _tell_started(self, markets: Sequence[Market]) -> None:
        settings = self.tuning.current
        positions, people = await self.world.storage.read(
            lambda records: (len(records.positions.open()), records.people.all())
        )
        data = {
            "mode": settings.mode.value,
            "markets": " ".join(market.code for market in markets),
            "strategy": settings.strategy,
            "timeframe": settings.timeframe.value,
            "state": self.state.note.state.value,
            "positions": str(positions),
            "access": str(_owners(settings, people)),
        }
        await self.chronicle.tell(EventKind.STARTED, data=data)

    # ------------------------------------------------------------ the timetable

    def _schedule(self) -> None:
        table, clock = self.timetable, self.clock
        table.add("collect", self.rounds.collect_early, every(60, clock, 1))
        table.add("decide", self.rounds.decide, self.rounds.decision_times())
        table.add("daily-report", self.rounds.daily_report, daily(9, 0, clock))
        table.add_machine("gaps", self.rounds.fill_gaps, 300)
        table.add_machine("guard", self._sweep, 1)
        table.add_machine("tickets", self.flow.expire_tickets, 1)
        table.add_machine("raises", self.bureau.apply_due, 1)
        self.learning.schedule(table)
        table.add("patterns", self.patterns.refresh, daily(4, 40, clock))
        table.add("reconcile-nightly", self.reconciler.nightly, daily(4, 10, clock))
        table.add_machine("reconcile", self.reconciler.run, 30)
        table.add_machine("markets", self.prices.refresh_markets, 600)
        table.add_machine("heartbeat", self.heartbeat, 30)
        table.add_machine("books", self.books.check, 5)
        table.add_machine("alerts", self.rounds.tend_alerts, 5)
        table.add("alert-candles", self.alerts.look, every(60, clock, 4))

    async def _sweep(self) -> None:
        try:
            await self.rounds.sweep()
        finally:
            if await self.state.look():
                await self._heed_others()

    async def _heed_others(self) -> None:
        """Somebody dealt with these books while this process hung: their orders, positions and panic are ours now."""
        log.warning("state_set_by_another_process", state=self.state.note.state.value, by=self.state.note.by)
        await self.executor.resume()
        await self.guard.load()
        await self.pursuit.resume()

    async def heartbeat(self) -> None:
        """A line in the log that says how it stands; and the market's clock is set anew."""
        await self._follow_clock()
        age = self.health.data_age()
        log.info("heartbeat", state=self.state.current.value, data_age=age, working=len(self.executor.working()))


def _owners(settings: Settings, people: Sequence[Member]) -> int:
    """Those of the environment and those let in by people, without the ones that were shut out."""
    listed = {f"telegram:{i}" for i in settings.telegram_owners} | {f"slack:{i}" for i in settings.slack_owners}
    said = {member.key for member in people}
    return len(listed - said) + sum(1 for member in people if member.role == "owner" and not member.revoked)
