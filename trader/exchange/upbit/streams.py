"""Upbit's live streams as `ports.Streams`. In: WebSocket frames.  Out: one sequence of events.

Two connections, public (ticker, order book) and private (own orders, balances), each kept by one task that connects,
subscribes, reads and, whatever happens, connects again. A frame costs one decode and one hand-over to the consumer.
The private connection's first message may be long in coming and changes may be missed between connections: after
every `StreamUp` the consumer reconciles over REST.
Source: docs.upbit.com/kr/reference/websocket-guide, docs.upbit.com/kr/docs/websocket-best-practice."""

from __future__ import annotations

import asyncio
import logging
import random
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Protocol

import jwt
import structlog
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosedOK, InvalidHandshake, InvalidStatus, WebSocketException

from trader.exchange.upbit import frames
from trader.exchange.upbit.inbox import BOUND, Inbox
from trader.exchange.upbit.limits import Limiter
from trader.exchange.upbit.rest import is_loopback
from trader.model.market import Market
from trader.ports import StreamDown, StreamEvent, StreamUp

log = structlog.get_logger(__name__)
_quiet = logging.getLogger("trader.exchange.upbit.websocket")
_quiet.setLevel(logging.INFO)  # at DEBUG the library writes the handshake's token into the log

PUBLIC = "public"
PRIVATE = "private"

FIRST_BACK_OFF_SECONDS = 0.2  # also keeps connects below the venue's five a second
LONGEST_BACK_OFF_SECONDS = 30.0
REFUSED_BACK_OFF_SECONDS = 2.0
STEADY_SECONDS = 10.0  # a connection that lived this long starts the back-off anew
MESSAGES_PER_SECOND = 5
MESSAGES_PER_MINUTE = 100
PING_FRAME_SECONDS = 20.0
MAX_FRAME_BYTES = 4 * 1024 * 1024


LOSSES = ("closed", "lost", "silent", "refused", "out_of_reach", "said_no", "fault")
"""Why a stream was lost, in a word; what else is known of it stands in the log."""


class _Reader(Protocol):
    def read(self, frame: bytes) -> list[StreamEvent]: ...


class UpbitStreams:
    """Implements `ports.Streams`. One consumer of `events()`; without keys there is only the public stream."""

    def __init__(
        self,
        ws_url: str,
        access_key: str = "",
        secret_key: str = "",
        *,
        silence_seconds: float = 60.0,
        private_silence_seconds: float = 75.0,
        private_ping_seconds: float = 30.0,
        bound: int = BOUND,
    ) -> None:
        """
        Args:
            ws_url: `wss://api.upbit.com/websocket/v1`; the private stream is at `/private` below it.
            silence_seconds: a public connection that brings nothing for so long is replaced.
            private_silence_seconds: the same for the private one, which is asked for a sign of life every
                `private_ping_seconds` because it is silent while nothing happens.
            bound: how many market events may wait before older ones of the same market are dropped.
        """
        self._inbox = Inbox(bound)
        self._public_frames = frames.PublicFrames()
        self._markets: tuple[Market, ...] = ()
        url = ws_url.rstrip("/")
        self._public = _Connection(PUBLIC, url, self._inbox, self._public_frames, silence_seconds)
        self._private: _Connection | None = None
        if access_key and secret_key:
            self._private = _Connection(
                PRIVATE,
                f"{url}/private",
                self._inbox,
                frames.PrivateFrames(),
                private_silence_seconds,
                ping_seconds=private_ping_seconds,
                keys=(access_key, secret_key),
            )
            self._private.subscription = frames.private_request()

    async def events(self) -> AsyncIterator[StreamEvent]:
        """Starts the connections; ends after `close`, when everything received has been handed out."""
        self._public.start()
        if self._private is not None:
            self._private.start()
        while (event := await self._inbox.get()) is not None:
            yield event

    async def watch(self, markets: Sequence[Market]) -> None:
        """See `ports.Streams.watch`. On a living connection this is one message, held back where the venue's message
        limit demands it; the last call wins. No markets: the public connection is closed until there are some."""
        wanted = tuple(dict.fromkeys(markets))
        if wanted == self._markets:
            return
        self._markets = wanted
        self._public_frames.watch(wanted)
        await self._public.subscribe(frames.public_request(wanted) if wanted else None)

    def last_message_age(self, stream: str) -> float | None:
        connection = {PUBLIC: self._public, PRIVATE: self._private}[stream]
        if connection is None or connection.last_message is None:
            return None
        return time.monotonic() - connection.last_message

    def malformed(self) -> int:
        """Frames so far that could not be read."""
        return self._public.malformed + (self._private.malformed if self._private else 0)

    async def close(self) -> None:
        await self._public.stop()
        if self._private is not None:
            await self._private.stop()
        self._inbox.close()


class _Silent(Exception):
    """Connected, but nothing comes."""


class _Connection:
    """One stream, kept alive by one task."""

    def __init__(
        self,
        name: str,
        url: str,
        inbox: Inbox,
        reader: _Reader,
        silence_seconds: float,
        *,
        ping_seconds: float | None = None,
        keys: tuple[str, str] | None = None,
    ) -> None:
        self.name = name
        self.subscription: str | None = None
        self.last_message: float | None = None
        self.malformed = 0
        self._url = url
        self._inbox = inbox
        self._reader = reader
        self._silence = silence_seconds
        self._ping = ping_seconds
        self._keys = keys
        self._live: ClientConnection | None = None
        self._sent: str | None = None
        self._sending = asyncio.Lock()
        self._turns = _turns()
        self._wanted = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._was_up = False
        self._down = False

    def start(self) -> None:
        if self._task is None:
            if self.subscription is not None:
                self._wanted.set()
            self._task = asyncio.create_task(self._keep(), name=f"upbit-{self.name}-stream")

    async def stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def subscribe(self, request: str | None) -> None:
        """What to ask for from now on; None: nothing, so no connection either."""
        self.subscription = request
        if request is None:
            self._wanted.clear()
            if self._live is not None:
                await self._live.close()
            return
        self._wanted.set()
        if self._live is not None:
            try:
                await self._send_subscription(self._live)
            except WebSocketException:
                log.debug("stream_subscription_deferred", stream=self.name)  # the next connection sends it

    async def _keep(self) -> None:
        back_off = FIRST_BACK_OFF_SECONDS
        while True:
            await self._wanted.wait()
            began = time.monotonic()
            cause, detail, refused = await self._live_once()
            self._live = None
            if not self._wanted.is_set():  # closed on purpose: nobody watches anything
                continue
            self._went_down(cause, detail)
            if time.monotonic() - began >= STEADY_SECONDS:
                back_off = FIRST_BACK_OFF_SECONDS
            pause = max(back_off, REFUSED_BACK_OFF_SECONDS if refused else 0.0) * random.uniform(1.0, 1.5)
            await asyncio.sleep(min(pause, LONGEST_BACK_OFF_SECONDS))
            back_off = min(back_off * 2, LONGEST_BACK_OFF_SECONDS)

    async def _live_once(self) -> tuple[str, str, bool]:
        """Connect, subscribe, read until it ends. Returns why it ended (one of LOSSES, and for the log), and whether
        the venue refused us."""
        try:
            async with self._open() as live:
                self._sent = None
                self._turns = _turns()
                self._live = live
                await self._send_subscription(live)
                self._went_up()
                await self._read(live)
        except _Silent:
            return "silent", f"for {self._silence:g} s", False
        except InvalidStatus as err:
            return "refused", f"HTTP {err.response.status_code}", True
        except (OSError, InvalidHandshake) as err:
            return "out_of_reach", f"{type(err).__name__} {err}", False
        except WebSocketException as err:
            return "lost", str(err), False
        except frames.VenueSaidNo as err:
            return "said_no", str(err), True
        except (
            Exception
        ) as err:  # a fault of ours: told, with its traceback in the log, and the guard sees prices again
            log.exception("stream_fault", stream=self.name)
            return "fault", type(err).__name__, True
        return "closed", "", False

    def _open(self) -> connect:
        return connect(
            self._url,
            additional_headers=self._authorisation(),
            compression=None,
            open_timeout=5.0,
            close_timeout=1.0,
            ping_interval=PING_FRAME_SECONDS,
            ping_timeout=PING_FRAME_SECONDS,
            max_size=MAX_FRAME_BYTES,
            max_queue=64,
            proxy=None if is_loopback(self._url) else True,
            logger=_quiet,
        )

    def _authorisation(self) -> dict[str, str]:
        if self._keys is None:
            return {}
        access_key, secret_key = self._keys
        claims = {"access_key": access_key, "nonce": str(uuid.uuid4())}
        return {"Authorization": f"Bearer {jwt.encode(claims, secret_key, algorithm='HS256')}"}

    async def _send_subscription(self, live: ClientConnection) -> None:
        """Sends what is wanted when its turn comes, not what was wanted when it was asked for."""
        async with self._sending:
            if self.subscription is None or self.subscription == self._sent:
                return
            await self._await_turn()
            wanted = self.subscription
            if wanted is not None:
                await live.send(wanted)
                self._sent = wanted

    async def _await_turn(self) -> None:
        for limiter in self._turns:
            await limiter.acquire(patience=float("inf"))

    async def _read(self, live: ClientConnection) -> None:
        """The hot path: decode, hand over, next; until the venue closes in order. Raises _Silent."""
        loop = asyncio.get_running_loop()
        pinger = asyncio.create_task(self._ping_regularly(live)) if self._ping is not None else None
        try:
            async with asyncio.timeout(self._silence) as silence:
                while True:
                    frame = await live.recv(decode=False)  # bytes: text of broken UTF-8 must not end the connection
                    self.last_message = time.monotonic()
                    silence.reschedule(loop.time() + self._silence)
                    self._take(frame)
        except TimeoutError:
            raise _Silent from None
        except ConnectionClosedOK:
            return
        finally:
            if pinger is not None:
                pinger.cancel()

    def _take(self, frame: bytes) -> None:
        try:
            events = self._reader.read(frame)
        except frames.Malformed as err:
            self.malformed += 1
            log.warning("stream_frame_malformed", stream=self.name, count=self.malformed, error=str(err)[:200])
            return
        for event in events:
            self._inbox.put(event)

    async def _ping_regularly(self, live: ClientConnection) -> None:
        """Text pings: their answers count as signs of life in `last_message_age`."""
        assert self._ping is not None
        while True:
            await asyncio.sleep(self._ping)
            await self._await_turn()
            try:
                await live.send("PING")
            except WebSocketException:
                return  # the reader sees the same end and says why

    def _went_up(self) -> None:
        log.info("stream_up", stream=self.name, first=not self._was_up)
        self._inbox.put(StreamUp(self.name, first=not self._was_up))
        self._was_up, self._down = True, False

    def _went_down(self, cause: str, detail: str) -> None:
        """Told once per outage, not once per failed attempt."""
        if not self._down:
            log.warning("stream_down", stream=self.name, cause=cause, detail=detail)
            self._inbox.put(StreamDown(self.name, cause))
        self._down = True


def _turns() -> tuple[Limiter, Limiter]:
    """The venue's message limits; they are counted per connection."""
    return Limiter(MESSAGES_PER_SECOND, 1.05), Limiter(MESSAGES_PER_MINUTE, 61.0)
