"""The live feed: Upbit's own public trades and order books, for paper trading at real prices.

`open` reads the listing, a year of days and 24 hours of minutes by REST; after that a WebSocket brings trades and
books. When it breaks, the feed reconnects with a jittered, growing pause and asks for the trades it missed. The
sandbox should run at speed 1: nothing can make Upbit's market run faster."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import random
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.feeds.live_source import PublicRest, market_rows, read_frame, subscription
from sandbox.values import Bar, Book, MarketInfo, Tick

REST_URL = "https://api.upbit.com"
WS_URL = "wss://api.upbit.com/websocket/v1"
REST_VARIABLE = "SANDBOX_UPBIT_REST_URL"
WS_VARIABLE = "SANDBOX_UPBIT_WS_URL"
MOST_MARKETS = 10
_ALWAYS = ("KRW-BTC", "KRW-ETH", "KRW-XRP")
_PACE_SECONDS = 0.125
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_PING_SECONDS = 30.0
_HISTORY_DAYS = 366
_MISSED_TRADES = 500
_REMEMBERED = 2_000

log = logging.getLogger(__name__)


class LiveFeed:
    """Implements `Feed` from Upbit's public data.

    Args:
        now: aware UTC; `open` moves `start` to the moment when everything is read.
        codes: the markets; empty takes the ten KRW markets with the largest turnover.
        rest_url, ws_url: empty takes the environment's, else Upbit's.
        pace_seconds: real time between two REST requests.
        first_pause_seconds: real time before the first reconnect; doubles with every failure.
    """

    def __init__(
        self,
        now: datetime,
        codes: tuple[str, ...] = (),
        rest_url: str = "",
        ws_url: str = "",
        *,
        pace_seconds: float = _PACE_SECONDS,
        first_pause_seconds: float = _FIRST_PAUSE_SECONDS,
    ) -> None:
        self._start = now
        self._codes = codes
        self._rest_url = rest_url or os.environ.get(REST_VARIABLE) or REST_URL
        self._ws_url = ws_url or os.environ.get(WS_VARIABLE) or WS_URL
        self._pace = pace_seconds
        self._first_pause = first_pause_seconds
        self._markets: tuple[MarketInfo, ...] = ()
        self._history: list[Bar] = []
        self._arrived: deque[Tick] = deque()
        self._seen: dict[str, deque[int]] = {}
        self._books: dict[str, Book] = {}
        self._changed: dict[str, None] = {}
        self._connected = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None

    @property
    def markets(self) -> tuple[MarketInfo, ...]:
        return self._markets

    @property
    def start(self) -> datetime:
        return self._start

    @property
    def connected(self) -> asyncio.Event:
        """Set while the WebSocket is subscribed."""
        return self._connected

    def history(self) -> Iterable[Bar]:
        history, self._history = self._history, []
        return history

    def advance(self, until: datetime) -> Iterator[Tick]:
        """Everything that has arrived; a stamp ahead of the local clock counts as `until`."""
        while self._arrived:
            tick = self._arrived.popleft()
            yield tick if tick.at <= until else replace(tick, at=until)

    def set_price(self, market: str, price: Decimal) -> None:
        """Always raises ValueError: these prices are Upbit's."""
        raise ValueError("the live feed shows Upbit's own prices; start with --feed synthetic to move them")

    def book(self, market: str) -> Book | None:
        """The newest real order book."""
        return self._books.get(market)

    def take_changed_books(self) -> list[str]:
        changed, self._changed = self._changed, {}
        return list(changed)

    async def open(self) -> None:
        """Read the listing and the history, then follow the market.

        Raises:
            ConnectionError: Upbit cannot be reached.
            ValueError: a market was asked for that Upbit does not list.
        """
        async with PublicRest(self._rest_url, self._pace) as rest:
            self._markets = await self._choose(rest)
            now = datetime.now(UTC)
            minute = now.replace(second=0, microsecond=0)
            midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
            for info in self._markets:
                self._seen[info.code] = deque(maxlen=_REMEMBERED)
                days = await rest.candles(info.code, "1d", midnight - timedelta(days=_HISTORY_DAYS), midnight)
                minutes = await rest.candles(info.code, "1m", minute - timedelta(days=1), minute)
                self._history += [*days, *minutes]
            self._reader = asyncio.create_task(self._follow(), name="sandbox-live-feed")
            try:
                await self._fill(rest, minute)
            except ConnectionError:
                await self.close()
                raise
        self._start = datetime.now(UTC)

    async def close(self) -> None:
        """Stop following."""
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])
            self._reader = None

    async def _choose(self, rest: PublicRest) -> tuple[MarketInfo, ...]:
        listed = {info.code: info for info in market_rows(await rest.rows("/v1/market/all", is_details="true"))}
        unknown = [code for code in self._codes if code not in listed]
        if unknown:
            raise ValueError(f"Upbit does not list {', '.join(unknown)}; write market codes as in live:KRW-BTC,KRW-ETH")
        codes = list(self._codes)
        if not codes:
            rows = await rest.rows("/v1/ticker/all", quote_currencies="KRW")
            rows.sort(key=lambda row: Decimal(row["acc_trade_price_24h"]), reverse=True)
            ranked = [*_ALWAYS, *(row["market"] for row in rows)]
            codes = [code for code in dict.fromkeys(ranked) if code in listed][:MOST_MARKETS]
        return tuple(listed[code] for code in codes)

    async def _fill(self, rest: PublicRest, since: datetime) -> None:
        """Trades since `since` that did not come by WebSocket."""
        missed: list[Tick] = []
        for info in self._markets:
            for tick in await rest.trades(info.code, _MISSED_TRADES):
                if tick.at >= since and self._is_new(tick):
                    missed.append(tick)
        self._arrived = deque(sorted([*self._arrived, *missed], key=lambda tick: tick.at))

    def _is_new(self, tick: Tick) -> bool:
        seen = self._seen[tick.market]
        if tick.sequence in seen:
            return False
        seen.append(tick.sequence)
        return True

    async def _follow(self) -> None:
        """Stay connected until cancelled."""
        pause = self._first_pause
        lost_at: datetime | None = None
        while True:
            try:
                await self._listen(lost_at)
                problem = "closed by the server"
            except (OSError, TimeoutError, ValueError, KeyError) as error:
                problem = f"{type(error).__name__}: {error}"
            if self._connected.is_set():
                self._connected.clear()
                pause = self._first_pause
                lost_at = datetime.now(UTC) - timedelta(seconds=5)
            # Jitter keeps many clients from coming back in the same moment.
            wait = pause * random.uniform(0.5, 1.5)
            log.warning("live feed disconnected, next try in %.1f s reason=%s", wait, problem)
            await asyncio.sleep(wait)
            pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)

    async def _listen(self, lost_at: datetime | None) -> None:
        import aiohttp

        codes = [info.code for info in self._markets]
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(self._ws_url, heartbeat=_PING_SECONDS, max_msg_size=1 << 20) as socket,
            ):
                await socket.send_str(subscription(codes))
                self._connected.set()
                filling = asyncio.create_task(self._refill(lost_at)) if lost_at else None
                try:
                    async for message in socket:
                        if message.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                            self._take(message.data)
                finally:
                    if filling is not None:
                        filling.cancel()
                        with contextlib.suppress(asyncio.CancelledError):
                            await filling
        except aiohttp.ClientError as error:
            raise ConnectionError(str(error)) from error

    async def _refill(self, since: datetime) -> None:
        try:
            async with PublicRest(self._rest_url, self._pace) as rest:
                await self._fill(rest, since)
        except ConnectionError as error:
            log.warning("trades missed while disconnected are lost reason=%s", error)

    def _take(self, text: str | bytes) -> None:
        content = read_frame(text)
        if isinstance(content, Tick):
            if content.market in self._seen and self._is_new(content):
                self._arrived.append(content)
        elif content is not None and content.market in self._seen:
            self._books[content.market] = content
            self._changed[content.market] = None
