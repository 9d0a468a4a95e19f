"""What the timetable runs: candles, decisions, the guard's sweep, the daily report."""

from __future__ import annotations

from trader.alerts.watch import AlertWatch
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.cycle import Cycle
from trader.desk import Desk
from trader.flow import Flow
from trader.guard.watch import Guard
from trader.jobs import Trigger, every
from trader.ledger.valuation import traded
from trader.market.collector import CollectFailed, Collector
from trader.model.events import EventKind
from trader.model.market import Timeframe
from trader.model.seoul import day_start
from trader.prices import Prices
from trader.report.daily import daily_report
from trader.signals.evaluate import history_rows
from trader.state import StateKeeper
from trader.tuning import Tuning

MINUTES_KEPT = 200
"""One-minute candles read at a start: what pictures and figures of volatility need at once."""


class Rounds:
    """Each method is one job. What it raises is the timetable's to tell."""

    def __init__(
        self,
        chronicle: Chronicle,
        clock: Clock,
        tuning: Tuning,
        state: StateKeeper,
        collector: Collector,
        cycle: Cycle,
        guard: Guard,
        alerts: AlertWatch,
        prices: Prices,
        flow: Flow,
        desk: Desk,
    ) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._tuning = tuning
        self._state = state
        self._collector = collector
        self._cycle = cycle
        self._guard = guard
        self._alerts = alerts
        self._prices = prices
        self._flow = flow
        self._desk = desk

    def decision_times(self) -> Trigger:
        """A moment after each close."""
        return every(self._tuning.current.timeframe.seconds, self._clock, 2)

    async def warm_up(self) -> None:
        """The history that strategies look back on."""
        markets, timeframe = await self._cycle.markets(), self._tuning.current.timeframe
        rows = max(history_rows(self._cycle.strategy(market), timeframe) for market in markets)
        await self._collector.warm_up(markets, timeframe, rows)
        await self._collector.warm_up(markets, Timeframe.M1, MINUTES_KEPT)

    async def collect_early(self) -> None:
        """Each minute, so that little is missing at a close; one-minute candles `decide` reads itself."""
        if self._tuning.current.timeframe is not Timeframe.M1:
            await self._collect()

    async def _collect(self) -> None:
        await self._collector.collect(await self._cycle.markets(), [self._tuning.current.timeframe])

    async def fill_gaps(self) -> None:
        """Gaps of days, by a download outside this process (P1)."""
        await self._collector.fill_gaps(await self._cycle.markets(), [self._tuning.current.timeframe])

    async def decide(self) -> None:
        """At each close: the candle that just closed, then one pass over all markets. A market whose candles could
        not be read stops no other; the pass itself sees that its candles are old."""
        unread: CollectFailed | None = None
        try:
            await self._collect()
        except CollectFailed as err:
            unread = err
        await self._cycle.run()
        if unread is not None:
            raise unread

    async def sweep(self) -> None:
        """Holding times, high-water marks, and prices for the guard. What fails of it stops nothing else of it."""
        try:
            await self._prices.mind_guard()
        finally:
            try:
                await self._guard.sweep()
            finally:
                await self._state.expire()

    async def tend_alerts(self) -> None:
        """What time does to alerts, and prices for them."""
        await self._alerts.tend()
        await self._prices.mind_alerts()

    async def daily_report(self) -> None:
        """Yesterday's day, the night since, and the standing now (R10)."""
        now = self._clock.now()
        start = day_start(now, 1)
        pnl, portfolio = await self._desk.pnl(2), await self._flow.portfolio()
        closed, fills = await self._chronicle.storage.read(
            lambda records: (traded(records.positions.closed_since(start)), records.fills.since(start))
        )
        report = daily_report(pnl, closed, fills, portfolio, now)
        await self._chronicle.tell(EventKind.DAILY_REPORT, data=report.as_data())
