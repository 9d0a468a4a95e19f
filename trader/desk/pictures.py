"""What /chart shows: candles, fills and guard levels from the rows, drawn by the report's painter."""

from __future__ import annotations

from dataclasses import replace

import structlog

from trader.errors import UserInputError
from trader.market.collector import CollectFailed, Collector, NoCandles
from trader.model.market import Market, Timeframe
from trader.model.order import Fill, Side
from trader.model.portfolio import GuardLevels, Position
from trader.model.ticket import Ticket
from trader.ports import Records, Storage
from trader.report.chart import Painter, chart_spec

log = structlog.get_logger(__name__)

TICKET_CANDLES = 60
TICKET_WIDTH, TICKET_HEIGHT = 720, 480
"""Pixels: small, since it is looked at beside the question."""

Trading = tuple[list[Fill], Position | None, GuardLevels | None]


class Pictures:
    def __init__(self, collector: Collector, storage: Storage, painter: Painter) -> None:
        self._collector = collector
        self._storage = storage
        self._painter = painter

    async def market(self, market: Market, timeframe: Timeframe, candles: int) -> bytes:
        """PNG of the newest `candles`, of those stored while the venue is away. UserInputError: no-candles.
        ChartFailed."""
        try:
            await self._collector.warm_up([market], timeframe, candles)
        except CollectFailed as err:
            log.warning("chart_from_stored_candles", market=str(market), error=str(err))
        try:
            arrays = await self._collector.load(market, timeframe, candles)
        except NoCandles as err:
            raise UserInputError("no-candles", market=market.code) from err
        fills, position, levels = await self._storage.read(lambda records: _trading(records, market))
        return await self._painter.render(chart_spec(arrays, fills, position, levels))

    async def ticket(self, ticket: Ticket, timeframe: Timeframe) -> bytes:
        """PNG, small: what is stored of the last candles, with the levels the trade is planned with, or those of the
        position that is to be sold. It follows a question that waits, so nothing is read from the venue.
        UserInputError: no-candles. ChartFailed."""
        intent = ticket.cleared.intent
        try:
            arrays = await self._collector.load(intent.market, timeframe, TICKET_CANDLES)
        except NoCandles as err:
            raise UserInputError("no-candles", market=intent.market.code) from err
        fills, position, levels = await self._storage.read(lambda records: _trading(records, intent.market))
        spec = replace(chart_spec(arrays, fills, position, levels), width=TICKET_WIDTH, height=TICKET_HEIGHT)
        if intent.side is Side.BUY and ticket.cleared.outlook is not None:
            spec = replace(spec, stop=ticket.cleared.outlook.stop, take=ticket.cleared.outlook.take)
        return await self._painter.render(spec)


def _trading(records: Records, market: Market) -> Trading:
    position = records.positions.open_for(market)
    levels = records.guards.get(position.position_id) if position else None
    return records.fills.recent(500, market), position, levels
