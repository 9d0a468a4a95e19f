"""The board on which faults are set: it reads them, hands each to its family, and lets requests pass or be spoiled.

With nothing set a request costs one look at two empty values, a stream message and an order one look at None."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sandbox.faults.http import DISTURBERS, body_of, read_event, with_body
from sandbox.faults.kinds import KINDS, MOST_FAULTS, read_faults
from sandbox.faults.later import Later
from sandbox.faults.market import MarketFaults
from sandbox.faults.model import Event, Fault, FaultError
from sandbox.faults.stream import StreamFaults
from sandbox.market.data import MarketData
from sandbox.skew import shift_body
from sandbox.streams.websocket import Streams
from sandbox.trading.matching import Engine
from sandbox.wire import plain

log = logging.getLogger(__name__)


class Faults:
    """Everything set on purpose in one sandbox; use it inside the event loop the sandbox runs in."""

    def __init__(self, engine: Engine, data: MarketData, streams: Streams) -> None:
        self.later = Later()
        self._data = data
        self._market = MarketFaults(engine, data, streams, self.later)
        self._stream = StreamFaults(streams, self.later)
        self._all: list[Fault] = []
        self._requests: list[Fault] = []
        self._count = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    # -- setting and looking --------------------------------------------------------------------------------------

    def add(self, faults: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Set faults, in the form of `POST /sandbox/faults`; those that need nothing to strike have struck on return.

        Returns:
            Their rows, as `rows` lists them.
        Raises:
            FaultError: one of them makes no sense or cannot be; then none is set.
        """
        read = read_faults(
            [dict(f) if isinstance(f, Mapping) else f for f in faults], self._data.infos, self._count + 1
        )
        for index, fault in enumerate(read):
            try:
                self._market.check(fault)
            except FaultError as error:
                raise FaultError(f"fault {index + 1} ({fault.kind}): {error}") from None
        self._count += len(read)
        self._forget(len(read))
        self._all += read
        for fault in read:
            self._set(fault)
        return [fault.row(_now()) for fault in read]

    def rows(self) -> list[dict[str, Any]]:
        """Every fault since the last `clear`, oldest first: what was asked for, `seen`, `fired`, `active`."""
        now = _now()
        return [fault.row(now) for fault in self._all]

    def transfers(self) -> dict[str, str]:
        """Net deposits (+) and withdrawals (−) by currency since the start; conservation has to allow for them."""
        return {currency: plain(amount) for currency, amount in self._market.transfers.items()}

    def clear(self) -> int:
        """Take all off, and end what is under way: orders on their way arrive, answers held back go out, silences
        and stalls end, jumps and transfers still to come do not happen, the clock is right again.

        Returns:
            How many faults were listed.
        """
        cleared = len(self._all)
        self._all.clear()
        self._requests.clear()
        self._market.clear()
        self.later.release()
        self._stream.clear()
        return cleared

    async def stop(self) -> None:
        """Clear, and wait until what was under way has ended."""
        self.clear()
        if self._tasks:
            await asyncio.wait(list(self._tasks), timeout=2.0)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        """Let something go on after its request has ended."""
        task = asyncio.create_task(work, name="sandbox-fault")
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("a fault's after-effect failed", exc_info=task.exception())

    def _set(self, fault: Fault) -> None:
        family = KINDS[fault.kind].family
        if family == "stream":
            self._stream.add(fault)
        elif fault.kind == "partial_then_stall":
            self._market.stall(fault)
        elif family == "http" or fault.given:
            self._requests.append(fault)
        else:
            fault.seen = 1
            fault.strike(_now())
            self._market.strike(fault)

    def _forget(self, coming: int) -> None:
        """Keep the list within bounds: faults that are over leave it, oldest first."""
        surplus, now = len(self._all) + coming - MOST_FAULTS, _now()
        for fault in [fault for fault in self._all if fault.over(now)][: max(0, surplus)]:
            self._all.remove(fault)
            if fault in self._requests:
                self._requests.remove(fault)

    # -- requests -------------------------------------------------------------------------------------------------

    def middleware(self) -> Middleware:
        """Belongs in front of everything that makes answers."""

        @web.middleware
        async def disturb(request: web.Request, handler: Handler) -> web.StreamResponse:
            if not self._requests and not self._market.skew_ms:
                return await handler(request)
            if request.path.startswith("/sandbox"):
                return await handler(request)
            return await self._disturb(request, self._skewed(handler))

        return disturb

    async def _disturb(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """At most one disturber takes the request: the first one set that is due. Those behind it do not count it."""
        event: Event | None = None
        for fault in list(self._requests):
            if not fault.match.names(request.method, request.path) or fault.over(_now()):
                continue
            if fault.match.needs_parameters:
                event = event or await read_event(request)
                if not fault.match.fits(event):
                    continue
            if not fault.strikes(_now()):
                continue
            disturber = DISTURBERS.get(fault.kind)
            if disturber is not None:
                return await disturber(self, fault, request, handler)
            self._market.strike(fault)
        return await handler(request)

    def _skewed(self, handler: Handler) -> Handler:
        """The handler, its answers dated by a wrong clock while one is set."""

        async def handle(request: web.Request) -> web.StreamResponse:
            response = await handler(request)
            ms = self._market.skew_ms
            body = body_of(response) if ms else None
            if body is None:
                return response
            skewed = with_body(response, shift_body(body, ms))
            skewed.headers["Date"] = format_datetime(datetime.now(UTC) + timedelta(milliseconds=ms), usegmt=True)
            return skewed

        return handle


def _now() -> float:
    return asyncio.get_running_loop().time()
