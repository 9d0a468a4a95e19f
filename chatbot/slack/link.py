"""The Socket Mode connection: read, acknowledge, and only then hand on; a new one before the old one goes.

Own code over aiohttp instead of slack-sdk's client, which after a failed handshake tries the same one-time address
again for ever."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog

from chatbot.delivery import Backoff, ChatError, ChatUnreachable, Trouble
from chatbot.slack.envelopes import Incoming, identity

if TYPE_CHECKING:
    from chatbot.slack.api import SlackApi

log = structlog.get_logger(__name__)

HELLO_SECONDS = 15.0
DRAIN_SECONDS = 60.0
STEADY_SECONDS = 10.0
"""A connection that lived so long was a good one; a shorter one counts as a failure."""
_REMEMBERED = 2000
_ENDS = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


class SlackLink:
    """Calls `hand_on` (which must not block) once for every envelope that `read` (which must neither wait nor raise)
    finds something in, after it was acknowledged."""

    def __init__(
        self,
        api: SlackApi,
        trouble: Trouble,
        read: Callable[[dict[str, Any]], Awaitable[Incoming | None]],
        hand_on: Callable[[Incoming], None],
    ) -> None:
        self._api = api
        self._trouble = trouble
        self._read = read
        self._hand_on = hand_on
        self._seen: dict[str, None] = {}
        self._old: set[asyncio.Task[None]] = set()
        self.connected = False

    async def run(self, waits: Backoff) -> None:
        """Connects and reconnects until a ChatError, or until cancelled; then every connection is closed."""
        try:
            while True:
                await self._one(waits)
        finally:
            self.connected = False
            for task in self._old:
                task.cancel()

    async def _one(self, waits: Backoff) -> None:
        socket = await self._api.open_link()
        handed_on = False
        try:
            hello = await self._next(socket, HELLO_SECONDS)
            if hello is None or hello.get("type") != "hello":
                raise ChatUnreachable("Socket Mode did not say hello")
            since = asyncio.get_running_loop().time()
            self._trouble.over()
            self.connected = True
            handed_on = await self._listen(socket)
            if handed_on:
                self._retire(socket)
            steady = asyncio.get_running_loop().time() - since > STEADY_SECONDS
            if steady:
                waits.reset()
            elif not handed_on:
                raise ChatUnreachable(f"Socket Mode closed the connection ({socket.close_code})")
        finally:
            if not handed_on:
                self.connected = False
                await socket.close()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> bool:
        """True: Slack announced the end of this connection, a new one is due. False: it is closed."""
        while (message := await self._next(socket, None)) is not None:
            if message.get("type") == "disconnect":
                return True
            await self._take(socket, message)
        return False

    def _retire(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        task = asyncio.create_task(self._drain(socket))
        self._old.add(task)
        task.add_done_callback(self._old.discard)

    async def _drain(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """What still comes on the old connection is served until Slack closes it."""
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                while await self._listen(socket):
                    pass
        except (TimeoutError, ChatError):
            pass  # its successor is in charge
        finally:
            await socket.close()

    async def _take(self, socket: aiohttp.ClientWebSocketResponse, envelope: dict[str, Any]) -> None:
        envelope_id = envelope.get("envelope_id")
        if not isinstance(envelope_id, str):
            return
        names = identity(envelope)
        incoming = None if self._known(names) else await self._read(envelope)
        try:
            await socket.send_json({"envelope_id": envelope_id})
        except (aiohttp.ClientError, ConnectionError) as failure:
            # not acknowledged: Slack sends it again on the next connection, and nothing was done yet
            raise ChatUnreachable(f"{type(failure).__name__}: {failure}") from failure
        if self._known(names):  # asked again: it may have come on the old and the new connection at the same time
            return
        self._seen |= dict.fromkeys(names)
        for old in list(self._seen)[:-_REMEMBERED]:
            del self._seen[old]
        if incoming is not None:
            self._hand_on(incoming)

    def _known(self, names: tuple[str, ...]) -> bool:
        return any(name in self._seen for name in names)

    async def _next(self, socket: aiohttp.ClientWebSocketResponse, seconds: float | None) -> dict[str, Any] | None:
        """The next JSON object; None: the connection is over."""
        while True:
            try:
                message = await socket.receive(timeout=seconds)
            except TimeoutError as silent:
                raise ChatUnreachable("Socket Mode is silent") from silent
            if message.type is aiohttp.WSMsgType.TEXT:
                try:
                    body = json.loads(message.data)
                except ValueError:
                    log.warning("slack_unreadable_envelope")
                    continue
                if isinstance(body, dict):
                    return body
            elif message.type in _ENDS:
                return None
