"""The WebSocket interface: subscriptions, snapshots, live messages, keep-alive (reference §15).

The hub calls in; a trade is written to its subscribers' queues in the same call. Order book changes of one turn of
the event loop become one message. A candle is sent once per sandbox second with the state at that second's end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from aiohttp import WSMessage, WSMsgType, web

from sandbox.clock import SandboxClock
from sandbox.errors import ApiError
from sandbox.market.data import MarketData
from sandbox.streams.candles import CandlePulse
from sandbox.streams.connection import Connection, Gate
from sandbox.streams.format import (
    STATUS_UP,
    Message,
    book_message,
    candle_message,
    error_frame,
    listing_message,
    private_message,
    ticker_message,
    trade_message,
)
from sandbox.streams.request import PRIVATE_TYPES, StreamError, StreamRequest, Subscription, parse_request, split_depth
from sandbox.values import Hub, PrivateMessage, Tick

PATH = "/websocket/v1"
PRIVATE_PATH = "/websocket/v1/private"
IDLE_SECONDS = 120.0
UP_SECONDS = 10.0
_LARGEST_MESSAGE = 64 * 1024

Variant = tuple[int, Decimal]
"""Depth and level of an order book subscription; (0, 0) for every other type."""
_ONLY: Variant = (0, Decimal(0))
_ALL = ""
"""Stands for every market in the index of private subscriptions."""


Tamper = Callable[[str, str, Callable[[], None]], None]
"""Called with a message's type, its market and what sends it to its subscribers."""


class Limiter(Protocol):
    """`sandbox.rest.limits.RateLimits`: counts a call or raises ApiError 429 or 418."""

    def take(self, group: str, key: str) -> object: ...


class Streams:
    """Serves the public and the private stream.

    Args:
        verify: checks the token of a private handshake and gives the access key; raises ApiError 401.
        idle_seconds: real time without data either way after which a connection is closed.
        up_seconds: real time between two `{"status":"UP"}`.
    """

    def __init__(
        self,
        data: MarketData,
        hub: Hub,
        clock: SandboxClock,
        verify: Callable[[web.Request], str | None],
        limits: Limiter,
        *,
        idle_seconds: float = IDLE_SECONDS,
        up_seconds: float = UP_SECONDS,
    ) -> None:
        self._data = data
        self._clock = clock
        self._verify = verify
        self._limits = limits
        self._idle_seconds = idle_seconds
        self._up_seconds = up_seconds
        self._connections: set[Connection] = set()
        self._index: dict[tuple[str, str], dict[Connection, set[Variant]]] = {}
        self._changed_books: set[str] = set()
        self._candles = CandlePulse(clock, self._send_candle)
        self._keeper: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing: set[asyncio.Task[None]] = set()
        self._gates = {False: Gate(), True: Gate()}
        self.tamper: Tamper | None = None
        """Gets every live message instead of its subscribers, when set."""
        self.skew_ms = 0
        """How far the times in messages are off."""
        hub.on_tick(self._on_tick)
        hub.on_book(self._on_book)
        hub.on_private(self._on_private)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get(PATH, self._serve_public, allow_head=False),
            web.get(PRIVATE_PATH, self._serve_private, allow_head=False),
        ]

    async def start(self) -> None:
        """Begin to look after quiet connections."""
        self._loop = asyncio.get_running_loop()
        self._keeper = asyncio.create_task(self._keep(), name="sandbox-streams")

    async def stop(self) -> None:
        """Close every connection as a server that goes away."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])
            self._keeper = None
        self._candles.stop()
        await self.disconnect_all()

    async def disconnect_all(self, code: int = 1001, reason: str = "going away") -> None:
        """Close all connections, with the closing handshake where the client still answers."""
        closing = [self._close(connection, code, reason) for connection in list(self._connections)]
        await asyncio.gather(*closing)

    def disconnect(self, private: bool, code: int, reason: str, *, abrupt: bool, refuse_seconds: float) -> None:
        """End all connections of one stream, and refuse new ones for so many real seconds (503).

        Args:
            abrupt: without the closing handshake.
        """
        self._gates[private].shut_until = asyncio.get_running_loop().time() + refuse_seconds
        for connection in [c for c in self._connections if c.private is private]:
            if abrupt:
                connection.abort()
                continue
            task = asyncio.create_task(self._close(connection, code, reason))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    def mute(self, private: bool, muted: bool, *, answer_pings: bool = False) -> None:
        """While muted, connections of one stream stay open and get nothing; new ones too."""
        gate = self._gates[private]
        gate.muted, gate.answers_pings = muted, answer_pings or not muted

    def admit(self) -> None:
        """Refuse nobody any more."""
        for gate in self._gates.values():
            gate.shut_until = 0.0

    # -- connections ----------------------------------------------------------------------------------------------

    async def _serve_public(self, request: web.Request) -> web.StreamResponse:
        # A handshake with an Origin header counts like a browser's: once in ten seconds (reference §11).
        group = "origin" if "Origin" in request.headers else "websocket-connect"
        self._limits.take(group, request.remote or "unknown")
        return await self._serve(request, private=False)

    async def _serve_private(self, request: web.Request) -> web.StreamResponse:
        access_key = self._verify(request) or "unknown"
        self._limits.take("websocket-connect", access_key)
        return await self._serve(request, private=True)

    async def _serve(self, request: web.Request, private: bool) -> web.StreamResponse:
        gate = self._gates[private]
        if asyncio.get_running_loop().time() < gate.shut_until:
            raise ApiError(503, "service_unavailable", "The stream is not available now.")
        socket = web.WebSocketResponse(autoping=False, max_msg_size=_LARGEST_MESSAGE)
        await socket.prepare(request)
        connection = Connection(request, socket, private, gate)
        self._connections.add(connection)
        writer = asyncio.create_task(connection.write(), name=f"sandbox-{connection.id}")
        try:
            async for message in socket:
                connection.active_at = asyncio.get_running_loop().time()
                await self._receive(connection, socket, message)
        finally:
            self._connections.discard(connection)
            self._unsubscribe(connection)
            writer.cancel()
            await asyncio.wait([writer])
        return socket

    async def _receive(self, connection: Connection, socket: web.WebSocketResponse, message: WSMessage) -> None:
        if message.type is WSMsgType.PING:
            if not connection.gate.answers_pings:
                return
            with contextlib.suppress(ConnectionError):
                await socket.pong(message.data)
            return
        if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
            return
        try:
            self._limits.take("websocket-message", connection.id)
        except ApiError as error:
            await self._refuse_message(connection, error)
            return
        try:
            self._understand(connection, message.data)
        except StreamError as error:
            connection.send(error_frame(error.name, error.message))

    async def _refuse_message(self, connection: Connection, error: ApiError) -> None:
        if error.status == 418:
            connection.send(error_frame("I'm a teapot", error.message))
            await self._close(connection, 1008, "too many messages")
        else:
            connection.send(error_frame("Too Many Requests", error.message))

    def _understand(self, connection: Connection, text: str | bytes) -> None:
        stripped = text.strip()
        if stripped in ("PING", b"PING"):
            connection.send(STATUS_UP)
            connection.up_at = asyncio.get_running_loop().time() + self._up_seconds
            return
        request = parse_request(stripped, connection.private)
        if request.method is None:
            self._subscribe(connection, request)
            return
        connection.style = request.format or connection.style
        connection.send(listing_message(connection.subscriptions, request.ticket).wire(connection.style))

    # -- subscriptions --------------------------------------------------------------------------------------------

    def _subscribe(self, connection: Connection, request: StreamRequest) -> None:
        """Replace what the connection gets; snapshots go first.

        Raises:
            StreamError: an order book level is not offered; the old subscriptions stay.
        """
        style = request.format or "DEFAULT"
        snapshots = [
            self._dated(message).wire(style)
            for wanted in request.subscriptions
            for message in self._snapshots(wanted)
            if wanted.snapshot
        ]
        self._unsubscribe(connection)
        connection.style = style
        connection.subscriptions = request.subscriptions
        for frame in snapshots:
            connection.send(frame)
        for wanted in request.subscriptions:
            if wanted.realtime:
                for code, variant in self._targets(wanted):
                    self._index.setdefault((wanted.type, code), {}).setdefault(connection, set()).add(variant)

    def _unsubscribe(self, connection: Connection) -> None:
        for key in [key for key, clients in self._index.items() if connection in clients]:
            del self._index[key][connection]
            if not self._index[key]:
                del self._index[key]

    def _targets(self, wanted: Subscription) -> list[tuple[str, Variant]]:
        """(market, variant) pairs of a subscription; codes that no market has are left out."""
        if wanted.type in PRIVATE_TYPES:
            return [(code, _ONLY) for code in wanted.codes or (_ALL,)]
        targets: list[tuple[str, Variant]] = []
        for code in wanted.codes:
            market, depth = split_depth(code) if wanted.type == "orderbook" else (code, 0)
            if market in self._data.infos:
                targets.append((market, (depth, wanted.level) if depth else _ONLY))
        return targets

    def _snapshots(self, wanted: Subscription) -> list[Message]:
        """The present state for every market of a public subscription; private types have none."""
        if wanted.type in PRIVATE_TYPES:
            return []
        messages = []
        for code, variant in self._targets(wanted):
            message = self._present(wanted.type, code, variant)
            if message is not None:
                messages.append(message)
        return messages

    def _present(self, kind: str, code: str, variant: Variant) -> Message | None:
        state, now = self._data.state(code), self._clock.now()
        if not state.has_traded:
            return None
        if kind == "ticker":
            return ticker_message(state, now, "SNAPSHOT")
        if kind == "trade":
            return trade_message(state, state.last, now, "SNAPSHOT")
        if kind == "orderbook":
            return self._book(code, variant, "SNAPSHOT")
        bar = state.bars.newest(kind.partition(".")[2])
        return None if bar is None else candle_message(bar, "SNAPSHOT")

    def _book(self, code: str, variant: Variant, stream: str) -> Message:
        depth, level = variant
        book = self._data.shown_book(code, level)
        if book is None:
            raise StreamError("INVALID_PARAM", f"{code} has no order book level {level}")
        return book_message(book, depth, level, stream)

    # -- what happens ---------------------------------------------------------------------------------------------

    def _on_tick(self, tick: Tick) -> None:
        index, code = self._index, tick.market
        if not index:
            return
        trades, tickers = index.get(("trade", code)), index.get(("ticker", code))
        if trades or tickers:
            state, now = self._data.state(code), self._clock.now()
            if trades:
                self._spread("trade", code, trades, trade_message(state, tick, now, "REALTIME"))
            if tickers:
                self._spread("ticker", code, tickers, ticker_message(state, now, "REALTIME"))
        self._candles.tick(tick, [kind for kind, market in index if market == code and kind.startswith("candle.")])

    def _spread(self, kind: str, code: str, clients: Iterable[Connection], message: Message) -> None:
        self._hand_out(kind, code, [(connection, message) for connection in clients])

    def _hand_out(self, kind: str, code: str, letters: list[tuple[Connection, Message]]) -> None:
        """Send one message of a market to its subscribers, each in the variant it wants."""
        if self.skew_ms:
            letters = [(connection, self._dated(message)) for connection, message in letters]
        if self.tamper is None:
            _send(letters)
        elif letters:
            self.tamper(kind, code, lambda: _send(letters))

    def _dated(self, message: Message) -> Message:
        return message.shifted(self.skew_ms) if self.skew_ms else message

    def _send_candle(self, kind: str, code: str, opened_at: datetime) -> None:
        clients = self._index.get((kind, code))
        if not clients:
            return
        for bar in self._data.state(code).bars.recent(kind.partition(".")[2], 3):
            if bar.opened_at == opened_at:
                self._spread(kind, code, clients, candle_message(bar, "REALTIME"))

    def _on_book(self, market: str) -> None:
        if ("orderbook", market) not in self._index or self._loop is None:
            return
        if not self._changed_books:
            self._loop.call_soon(self._send_books)
        self._changed_books.add(market)

    def _send_books(self) -> None:
        changed, self._changed_books = self._changed_books, set()
        for code in changed:
            made: dict[Variant, Message | None] = {}
            letters: list[tuple[Connection, Message]] = []
            for connection, variants in self._index.get(("orderbook", code), {}).items():
                for variant in variants:
                    if variant not in made:
                        made[variant] = self._book_or_none(code, variant)
                    message = made[variant]
                    if message is not None:
                        letters.append((connection, message))
            self._hand_out("orderbook", code, letters)

    def _book_or_none(self, code: str, variant: Variant) -> Message | None:
        try:
            return self._book(code, variant, "REALTIME")
        except StreamError:
            # The price left the band in which this grouping is offered; it is quiet until the price returns.
            return None

    def _on_private(self, content: PrivateMessage) -> None:
        kind, code = content["type"], content.get("code", _ALL)
        clients: dict[Connection, set[Variant]] = {}
        for key in {(kind, code), (kind, _ALL)}:
            clients |= self._index.get(key, {})
        if clients:
            self._spread(kind, code, clients, private_message(content))

    # -- keep-alive -----------------------------------------------------------------------------------------------

    async def _keep(self) -> None:
        """Repeat UP to those who asked, close those who are silent (real time)."""
        loop = asyncio.get_running_loop()
        pause = min(1.0, self._idle_seconds / 4, self._up_seconds / 4)
        while True:
            await asyncio.sleep(pause)
            now = loop.time()
            for connection in list(self._connections):
                if connection.up_at is not None and now >= connection.up_at:
                    connection.up_at += self._up_seconds
                    connection.send(STATUS_UP)
                elif now - connection.active_at >= self._idle_seconds:
                    await self._close(connection, 1000, "idle")

    async def _close(self, connection: Connection, code: int, reason: str) -> None:
        self._connections.discard(connection)
        self._unsubscribe(connection)
        try:
            async with asyncio.timeout(2):
                await connection.close(code, reason)
        except (TimeoutError, ConnectionError):
            connection.abort()


def _send(letters: Iterable[tuple[Connection, Message]]) -> None:
    for connection, message in letters:
        connection.send(message.wire(connection.style))
