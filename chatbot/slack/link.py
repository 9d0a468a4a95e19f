"""The Socket Mode connection: read, write down, acknowledge, and only then hand on; a new one before the old one goes.

Own code over aiohttp instead of slack-sdk's client, which after a failed handshake tries the same one-time address
again for ever."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import structlog

from chatbot.delivery import Backoff, ChatConflict, ChatError, ChatUnreachable, Trouble
from chatbot.outside import too_deep
from chatbot.slack.envelopes import Incoming, identity
from chatbot.slack.inbox import Inbox

if TYPE_CHECKING:
    from chatbot.slack.api import SlackApi

log = structlog.get_logger(__name__)

HELLO_SECONDS = 15.0
RECHECK_SECONDS = (60.0, 600.0)
"""Another connection than ours may be one of our own that died and that Slack still counts: a new one is made after the
first of these, and only if there are others still, somebody is told; then it is looked again every so often."""
DRAIN_SECONDS = 60.0
STEADY_SECONDS = 10.0
"""A connection that lived so long was a good one; a shorter one counts as a failure."""
_ENDS = (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)


class _Silent(ChatUnreachable):
    """Nothing came for as long as was agreed."""


class SlackLink:
    """Calls `hand_on` (which must not block) once for every envelope that `read` (which must neither wait nor raise)
    finds something in, after it was written down in `inbox`, which outlives the link, and acknowledged. `late` says
    what is not to be run any more."""

    def __init__(
        self,
        api: SlackApi,
        trouble: Trouble,
        read: Callable[[dict[str, Any]], Awaitable[Incoming | None]],
        hand_on: Callable[[Incoming], None],
        inbox: Inbox,
        late: Callable[[Incoming], bool],
        *,
        recheck: tuple[float, float] = RECHECK_SECONDS,
    ) -> None:
        self._api = api
        self._trouble = trouble
        self._read = read
        self._hand_on = hand_on
        self._inbox = inbox
        self._late = late
        self._recheck = recheck
        self._old: set[asyncio.Task[None]] = set()
        self._others = 0
        self._recheck_at = math.inf
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
            self._count(hello, since)
            self.connected = True
            handed_on = await self._listen(socket, self._recheck_at)
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

    def _count(self, hello: dict[str, Any], now: float) -> None:
        """Slack says how many connections this app has; each event goes to one of them, whichever it likes."""
        number = hello.get("num_connections")
        others = number - 1 - len(self._old) if isinstance(number, int) and not isinstance(number, bool) else 0
        if others > 0 and self._others > 0:
            self._trouble.begins(ChatConflict(f"{number} connections"))
        else:
            self._trouble.over()
        self._recheck_at = math.inf if others <= 0 else now + self._recheck[self._others > 0]
        self._others = max(others, 0)

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse, until: float = math.inf) -> bool:
        """True: a new connection is due, because Slack announced the end of this one or it is `until` by the loop's
        clock. False: it is closed."""
        while True:
            left = None if until == math.inf else max(0.0, until - asyncio.get_running_loop().time())
            try:
                message = await self._next(socket, left)
            except _Silent:
                return True
            if message is None:
                return False
            if message.get("type") == "disconnect":
                return True
            await self._take(socket, message)

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
        names, inbox = identity(envelope), self._inbox
        incoming = None if inbox.known(names) or too_deep(envelope) else await self._read(envelope)
        if incoming is not None:
            incoming = replace(incoming, key=names[-1])
            await inbox.take(names, incoming, begun=not self._late(incoming))
        try:
            await socket.send_json({"envelope_id": envelope_id})
        except (aiohttp.ClientError, ConnectionError) as failure:
            # not acknowledged: Slack sends it again on the next connection, and nothing was done yet
            await inbox.not_acknowledged(incoming)
            raise ChatUnreachable(f"{type(failure).__name__}: {failure}") from failure
        if inbox.known(names):  # asked again: it may have come on the old and the new connection at the same time
            return
        inbox.acknowledged(names, incoming)
        if incoming is not None:
            self._hand_on(incoming)

    async def _next(self, socket: aiohttp.ClientWebSocketResponse, seconds: float | None) -> dict[str, Any] | None:
        """The next JSON object; None: the connection is over. _Silent when there is none after `seconds`: in all, since
        the library's own time-out begins anew with every ping."""
        try:
            async with asyncio.timeout(seconds):
                return await self._object(socket)
        except TimeoutError as silent:
            raise _Silent("Socket Mode is silent") from silent

    async def _object(self, socket: aiohttp.ClientWebSocketResponse) -> dict[str, Any] | None:
        while True:
            message = await socket.receive()
            if message.type is aiohttp.WSMsgType.TEXT:
                try:
                    body = json.loads(message.data)
                except (ValueError, RecursionError):
                    log.warning("slack_unreadable_envelope")
                    continue
                if isinstance(body, dict):
                    return body
            elif message.type in _ENDS:
                return None
