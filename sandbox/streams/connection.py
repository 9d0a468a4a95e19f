"""One client of a stream: its queue, its writer and what it subscribed to.

Sending never waits: frames go into a bounded queue that a task of the connection's own writes out. A client that
does not read is cut off when its queue is full, so it cannot hold up the others."""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections import deque

from aiohttp import web

from sandbox.streams.request import Subscription

MOST_QUEUED = 5_000
MOST_QUEUED_BYTES = 16 * 1024 * 1024
_BURST = 64
"""Frames written before other tasks get a turn."""

log = logging.getLogger(__name__)

_numbers = itertools.count(1)


class Gate:
    """What holds for every connection of one stream, present and future.

    Attributes:
        shut_until: event loop time before which new connections are refused.
        muted: connections stay open and are sent nothing; what would have been sent is lost.
        answers_pings: whether PING frames are answered.
    """

    def __init__(self) -> None:
        self.shut_until = 0.0
        self.muted = False
        self.answers_pings = True


class Connection:
    """A client after its handshake.

    Attributes:
        active_at: event loop time of the last data either way.
        up_at: event loop time of the next `{"status":"UP"}`; None before the first PING.
    """

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, private: bool, gate: Gate) -> None:
        self.id = f"connection-{next(_numbers)}"
        self.private = private
        self.gate = gate
        self.style = "DEFAULT"
        self.subscriptions: tuple[Subscription, ...] = ()
        self.up_at: float | None = None
        self._loop = asyncio.get_running_loop()
        self.active_at = self._loop.time()
        self._request = request
        self._socket = socket
        self._queue: deque[bytes] = deque()
        self._queued_bytes = 0
        self._wake = asyncio.Event()
        self._dead = False

    def send(self, frame: bytes) -> None:
        """Queue one frame; cuts the connection when it has fallen too far behind."""
        if self._dead or self.gate.muted:
            return
        self._queue.append(frame)
        self._queued_bytes += len(frame)
        if len(self._queue) > MOST_QUEUED or self._queued_bytes > MOST_QUEUED_BYTES:
            log.warning("stream client too slow, disconnected connection=%s queued=%d", self.id, len(self._queue))
            self.abort()
            return
        self._wake.set()

    def abort(self) -> None:
        """Drop the connection without a closing handshake."""
        self._dead = True
        self._queue.clear()
        self._queued_bytes = 0
        self._wake.set()
        if self._request.transport is not None:
            self._request.transport.abort()

    async def close(self, code: int, reason: str) -> None:
        """Write what is queued, then close with a handshake."""
        while self._queue and not self._dead:
            await self._write_some()
        self._dead = True
        self._wake.set()
        await self._socket.close(code=code, message=reason.encode())

    async def write(self) -> None:
        """Write queued frames until the connection ends."""
        try:
            while not self._dead:
                await self._wake.wait()
                self._wake.clear()
                while self._queue:
                    await self._write_some()
        except ConnectionError:
            # The client went away; the reading side ends the connection.
            self._dead = True
            self._queue.clear()

    async def _write_some(self) -> None:
        for _ in range(_BURST):
            if not self._queue:
                return
            frame = self._queue.popleft()
            self._queued_bytes -= len(frame)
            self.active_at = self._loop.time()
            await self._socket.send_bytes(frame)
        await asyncio.sleep(0)
