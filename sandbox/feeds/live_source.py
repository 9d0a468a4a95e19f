"""Upbit's public REST and WebSocket as the live feed reads them (reference §3 to §5, §15)."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import TYPE_CHECKING, Any

from sandbox.values import Bar, Book, Level, MarketInfo, Tick
from sandbox.wire import from_ms

if TYPE_CHECKING:
    import aiohttp

_TRIES = 4
RETRY_SECONDS = 1.0
"""Real time before the second try; doubles with each."""
_TIMEOUT_SECONDS = 10.0
_PAGE = 200

Row = dict[str, Any]


class PublicRest:
    """Paced GETs; numbers arrive as Decimal.

    Args:
        pace_seconds: real time between two requests; Upbit allows 10 a second per group.
    """

    def __init__(self, base: str, pace_seconds: float) -> None:
        self._base = base.rstrip("/")
        self._pace = pace_seconds
        self._session: aiohttp.ClientSession | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> PublicRest:
        import aiohttp

        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_TIMEOUT_SECONDS))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def rows(self, path: str, **params: str | int) -> list[Row]:
        """The rows of one answer; waits and tries again on 429 and on server faults.

        Raises:
            ConnectionError: Upbit cannot be reached, or keeps refusing.
        """
        import aiohttp

        assert self._session is not None, "enter the context first"
        problem = ""
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(RETRY_SECONDS * 2 ** (attempt - 1))
            async with self._turn:
                await asyncio.sleep(self._pace)
            try:
                async with self._session.get(f"{self._base}{path}", params=params) as answer:
                    text = await answer.text()
                    status = answer.status
            except (aiohttp.ClientError, TimeoutError) as error:
                problem = f"{type(error).__name__}: {error}"
                continue
            if status == 200:
                rows: list[Row] = json.loads(text, parse_float=Decimal)
                return rows
            problem = f"HTTP {status}: {text[:200]}"
            if status < 500 and status != 429:
                break
        raise ConnectionError(
            f"the live feed gets nothing from {self._base}{path} ({problem}); "
            "check the network, or start with --feed synthetic"
        )

    async def candles(self, market: str, unit: str, since: datetime, before: datetime) -> list[Bar]:
        """Candles with since <= open < before, oldest first; `unit` is 1m or 1d."""
        path = "/v1/candles/minutes/1" if unit == "1m" else "/v1/candles/days"
        bars: list[Bar] = []
        end = before
        while end > since:
            rows = await self.rows(path, market=market, count=_PAGE, to=f"{end:%Y-%m-%dT%H:%M:%S}Z")
            page = [_bar(row, unit) for row in rows]
            bars.extend(bar for bar in page if bar.opened_at >= since)
            if len(page) < _PAGE:
                break
            end = page[-1].opened_at
        return bars[::-1]

    async def trades(self, market: str, count: int) -> list[Tick]:
        """The newest trades, oldest first."""
        rows = await self.rows("/v1/trades/ticks", market=market, count=count)
        return [_tick_row(row) for row in reversed(rows)]


def market_rows(rows: Iterable[Row]) -> list[MarketInfo]:
    """Rows of /v1/market/all?is_details=true as listing rows."""
    infos = []
    for row in rows:
        event = row.get("market_event") or {}
        caution = tuple(name for name, on in (event.get("caution") or {}).items() if on)
        warning = bool(event.get("warning"))
        infos.append(MarketInfo(row["market"], row["korean_name"], row["english_name"], warning, caution))
    return infos


def subscription(codes: Iterable[str]) -> str:
    wanted = sorted(codes)
    return json.dumps(
        [
            {"ticket": "sandbox-live"},
            {"type": "trade", "codes": wanted, "is_only_realtime": True},
            {"type": "orderbook", "codes": wanted},
            {"format": "DEFAULT"},
        ]
    )


def read_frame(text: str | bytes) -> Tick | Book | None:
    """A trade or an order book frame; None for anything else."""
    frame: Row = json.loads(text, parse_float=Decimal)
    if frame.get("type") == "trade":
        at = from_ms(int(frame["trade_timestamp"]))
        price, volume = exact(frame["trade_price"]), exact(frame["trade_volume"])
        return Tick(frame["code"], at, price, volume, frame["ask_bid"], int(frame["sequential_id"]))
    if frame.get("type") == "orderbook":
        units = frame["orderbook_units"]
        return Book(frame["code"], from_ms(int(frame["timestamp"])), _levels(units, "ask"), _levels(units, "bid"))
    return None


def exact(value: Decimal | int) -> Decimal:
    """A JSON number as Decimal; whole numbers without decimals."""
    amount = Decimal(value)
    whole = amount.to_integral_value()
    return whole if whole == amount else amount


def _levels(units: list[Row], side: str) -> tuple[Level, ...]:
    levels = (Level(exact(unit[f"{side}_price"]), exact(unit[f"{side}_size"])) for unit in units)
    return tuple(level for level in levels if level.price > 0 and level.size > 0)


def _bar(row: Row, unit: str) -> Bar:
    opened_at = datetime.fromisoformat(row["candle_date_time_utc"] + "+00:00")
    length = timedelta(minutes=1) if unit == "1m" else timedelta(days=1)
    # The last trade's stamp may lie a little behind the candle's end.
    last_at = min(max(from_ms(int(row["timestamp"])), opened_at), opened_at + length - timedelta(milliseconds=1))
    names = ("opening_price", "high_price", "low_price", "trade_price")
    o, h, lo, c = (exact(row[name]) for name in names)
    volume, value = exact(row["candle_acc_trade_volume"]), exact(row["candle_acc_trade_price"])
    return Bar(row["market"], unit, opened_at, o, h, lo, c, volume, value, last_at)


def _tick_row(row: Row) -> Tick:
    at = from_ms(int(row["timestamp"]))
    price, volume = exact(row["trade_price"]), exact(row["trade_volume"])
    return Tick(row["market"], at, price, volume, row["ask_bid"], int(row["sequential_id"]))
