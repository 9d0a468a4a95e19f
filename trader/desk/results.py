"""What /pnl shows: how the last Korean days went beside just holding, from rows, candles and the venue's balances."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import structlog

from trader.clock import Clock
from trader.errors import VenueError
from trader.flow import Flow
from trader.ledger.curve import Prices, bought_and_held, results
from trader.ledger.valuation import pnl_report, total
from trader.market.collector import CollectFailed, Collector
from trader.market.quotes import QuoteBoard
from trader.model.difference import Correction
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Fill
from trader.model.seoul import day_start
from trader.model.views import Performance, PnlReport
from trader.ports import Exchange, Records, Storage
from trader.report.chart import Painter, result_spec
from trader.settings import Settings

log = structlog.get_logger(__name__)

Rows = tuple[PnlReport, dict[Market, Decimal], list[Fill], list[Correction], Fill | None]


class Results:
    def __init__(
        self,
        exchange: Exchange,
        collector: Collector,
        storage: Storage,
        flow: Flow,
        quotes: QuoteBoard,
        clock: Clock,
        settings: Callable[[], Settings],
        painter: Painter,
    ) -> None:
        self._exchange = exchange
        self._collector = collector
        self._storage = storage
        self._flow = flow
        self._quotes = quotes
        self._clock = clock
        self._settings = settings
        self._painter = painter

    async def performance(self, days: int) -> Performance:
        """The last `days` Korean days, today included; compared with holding from the day of the first trade on at the
        earliest. What cannot be read of the venue is not known."""
        now = self._clock.now()
        bids, start = self._quotes.bids(), day_start(now, days - 1)

        def read(records: Records) -> Rows:
            held = {position.market: position.quantity for position in records.positions.open()}
            corrections = [c for c in records.corrections.all() if c.at > start]
            fills = records.fills.since(start)
            return pnl_report(records, bids, days, now), held, fills, corrections, records.fills.first()

        report, held, fills, corrections, first = await self._storage.read(read)
        if first is not None:
            start = max(start, day_start(first.at))  # what was before the first trade is nobody's merit
        traded = self._settings().market_list
        moved = {*(f.market for f in fills), *(c.market for c in corrections)}
        markets = list(dict.fromkeys([*traded, *held, *sorted(moved)]))
        moments = grid(start, now, timeframe_for(days))
        prices = await self._prices(markets, timeframe_for(days), start, now, bids)
        won = results(held, fills, corrections, prices, moments)
        equity, fee_rate = await self._equity(), await self._fee_rate(traded)
        return Performance(
            report=report,
            moments=tuple(moments),
            results=tuple(won),
            held=tuple(_held(traded, prices, moments, fee_rate)),
            held_markets=traded,
            traded=total(fill.funds for fill in fills),
            capital=equity - won[-1] if equity is not None and won[-1] is not None else None,
        )

    async def picture(self, performance: Performance, title: str) -> bytes | None:
        """PNG of both lines; None while no result is known. ChartFailed. `title` is Latin."""
        if all(result is None for result in performance.results):
            return None
        return await self._painter.render(result_spec(performance, title))

    async def _prices(
        self,
        markets: Sequence[Market],
        timeframe: Timeframe,
        start: datetime,
        now: datetime,
        bids: Mapping[Market, Decimal],
    ) -> dict[Market, Prices]:
        """Closes since the last one before `start`, and the bids of `now`."""
        rows = int((now - start) / timeframe.span) + 2
        try:
            await self._collector.warm_up(markets, timeframe, rows)
        except CollectFailed as err:
            log.warning("results_from_stored_candles", error=str(err))
        found = {}
        for market in markets:
            candles = await self._collector.candles(market, timeframe, rows)
            found[market] = _series(candles, bids.get(market), now)
        return found

    async def _equity(self) -> Decimal | None:
        try:
            return (await self._flow.portfolio()).equity
        except VenueError as err:
            log.info("equity_unknown", error=str(err))
            return None

    async def _fee_rate(self, markets: Sequence[Market]) -> Decimal | None:
        """Of buying; the same in every market against KRW."""
        try:
            return (await self._exchange.rules(markets[0])).bid_fee_rate
        except VenueError as err:
            log.info("fee_rate_unknown", error=str(err))
            return None


def _held(
    markets: Sequence[Market], prices: dict[Market, Prices], moments: Sequence[datetime], fee_rate: Decimal | None
) -> list[Decimal | None]:
    if fee_rate is None:
        return [None] * len(moments)
    return bought_and_held([prices[market] for market in markets], moments, fee_rate)


def timeframe_for(days: int) -> Timeframe:
    """Fine enough for a picture, few enough to read: 96 rows a day, 720 a month, 365 a year. Hours close at midnight
    in Seoul; days at 09:00, which is near enough for a line of a year."""
    if days <= 1:
        return Timeframe.M15
    return Timeframe.H1 if days <= 31 else Timeframe.D1


def grid(start: datetime, now: datetime, timeframe: Timeframe) -> list[datetime]:
    """`start`, every close of the timeframe in between, and `now`."""
    first = timeframe.floor(start) + timeframe.span
    between = [first + n * timeframe.span for n in range(max(0, int((now - first) / timeframe.span) + 1))]
    return [start, *(at for at in between if start < at < now - timedelta(seconds=1)), now]


def _series(candles: Sequence[Candle], bid: Decimal | None, now: datetime) -> Prices:
    closes = [(candle.closed_at, candle.close) for candle in candles if candle.closed_at < now]
    if bid is not None:
        closes.append((now, bid))
    return Prices(tuple(at for at, _ in closes), tuple(price for _, price in closes))
