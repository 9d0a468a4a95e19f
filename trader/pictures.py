"""What /chart shows: candles, fills and guard levels from the rows, drawn by the report's painter."""

from __future__ import annotations

from pathlib import Path

import structlog

from trader.errors import UserInputError
from trader.market.collector import CollectFailed, Collector, NoCandles
from trader.model.market import Market, Timeframe
from trader.model.order import Fill
from trader.model.portfolio import GuardLevels, Position
from trader.ports import Records, Storage
from trader.report.chart import Painter, chart_spec

log = structlog.get_logger(__name__)

Trading = tuple[list[Fill], Position | None, GuardLevels | None]


class Pictures:
    def __init__(self, collector: Collector, storage: Storage, data_dir: Path) -> None:
        self._collector = collector
        self._storage = storage
        self._painter = Painter(data_dir / "painter")

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


def _trading(records: Records, market: Market) -> Trading:
    position = records.positions.open_for(market)
    levels = records.guards.get(position.position_id) if position else None
    return records.fills.recent(500, market), position, levels
