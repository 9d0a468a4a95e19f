"""Closed candles by (market, timeframe, opening time) (P1)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from storage import tables
from storage.grid import gaps, openings, refuse_unfit
from storage.repositories.statements import AnyRow, Transaction, put
from trader.model.market import Candle, Market, Timeframe

_c = tables.candles.c
_SERIES = (_c.market == bindparam("market_code"), _c.timeframe == bindparam("length"))

_LATEST = select(tables.candles).where(*_SERIES).order_by(_c.opened_at.desc()).limit(bindparam("n"))
_LATEST_UNTIL = _LATEST.where(_c.opened_at < bindparam("until"))
_BETWEEN = (*_SERIES, _c.opened_at >= bindparam("first"), _c.opened_at < bindparam("end"))
_OPENED_BETWEEN = select(_c.opened_at).where(*_BETWEEN)
_COUNT_BETWEEN = select(func.count()).select_from(tables.candles).where(*_BETWEEN)


class SqlCandles:
    def __init__(self, transaction: Transaction) -> None:
        self._t = transaction

    def upsert(self, candles: Sequence[Candle]) -> int:
        """Raises ValueError for a candle still open by the storage's clock, or off its timeframe's grid."""
        refuse_unfit(candles, self._t.clock)
        if not candles:
            return 0
        newest = {(c.market, c.timeframe, c.opened_at): c for c in candles}
        statement = put(self._t.dialect, tables.candles, "market", "timeframe", "opened_at", only_changed=True)
        return self._t.run(statement, [_candle_row(c) for c in newest.values()])

    def latest(self, market: Market, timeframe: Timeframe, limit: int, until: datetime | None = None) -> list[Candle]:
        series = {"market_code": market.code, "length": timeframe.value, "n": limit}
        rows = self._t.all(_LATEST, **series) if until is None else self._t.all(_LATEST_UNTIL, **series, until=until)
        return [_candle(market, timeframe, row) for row in reversed(rows)]

    def missing(self, market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> list[datetime]:
        series = {"market_code": market.code, "length": timeframe.value, "first": start, "end": end}
        if self._t.scalar(_COUNT_BETWEEN, **series) == openings(timeframe, start, end):
            return []  # the usual case, without reading a row: all of them stand on the grid
        return gaps(timeframe, start, end, (row[0] for row in self._t.all(_OPENED_BETWEEN, **series)))


def _candle_row(candle: Candle) -> dict[str, Any]:
    return {
        "market": candle.market.code,
        "timeframe": candle.timeframe.value,
        "opened_at": candle.opened_at,
        "open": candle.open,
        "high": candle.high,
        "low": candle.low,
        "close": candle.close,
        "volume": candle.volume,
        "value": candle.value,
        "filled": candle.filled,
    }


def _candle(market: Market, timeframe: Timeframe, row: AnyRow) -> Candle:
    return Candle(market, timeframe, *row[2:])
