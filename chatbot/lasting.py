"""A front end's life, begun again whatever ends it: a bot that is deaf for good is worse than any fault (C3)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, Protocol

import structlog

from chatbot.delivery import Backoff

log = structlog.get_logger(__name__)

STEADY_SECONDS = 60.0
"""A life that lasted so long was a good one: the next wait is a short one again."""
GRACE_SECONDS = 5.0
"""How long the end of a front end waits for commands in hand."""
RETIRED_SECONDS = 60.0
"""How long commands in hand may use a connection that was given up."""


class Connection(Protocol):
    async def close(self) -> None: ...


async def close_behind(connection: Connection, commands: Collection[asyncio.Task[Any]]) -> None:
    """Close what was given up as soon as nobody uses it any more."""
    try:
        if commands:
            await asyncio.wait(commands, timeout=RETIRED_SECONDS)
    finally:
        await connection.close()


class Lasting:
    """Runs `live` until it is stopped. It ends by itself neither with an exception nor with a cancellation that was
    meant for something else (a library's, gone astray)."""

    def __init__(self, name: str, live: Callable[[], Awaitable[None]], backoff: tuple[float, float]) -> None:
        self._name = name
        self._live = live
        self._backoff = backoff
        self._task: asyncio.Task[None] | None = None
        self._stopping = False

    def start(self) -> None:
        if self._task is None:
            self._stopping = False
            self._task = asyncio.create_task(self._run(), name=self._name)

    async def stop(self) -> None:
        if self._task is None:
            return
        self._stopping = True
        self._task.cancel()
        await asyncio.wait({self._task})
        self._task = None

    async def _run(self) -> None:
        waits = Backoff(*self._backoff)
        while not self._stopping:
            since = asyncio.get_running_loop().time()
            try:
                await self._live()
                log.error("front_end_ended", front_end=self._name)
            except asyncio.CancelledError as cancelled:
                if self._stopping:
                    raise
                self._forget_cancellation()
                log.error("front_end_cancelled", front_end=self._name, exc_info=cancelled)
            except Exception:
                log.exception("front_end_failed", front_end=self._name)
            if asyncio.get_running_loop().time() - since > STEADY_SECONDS:
                waits.reset()
            await asyncio.sleep(waits.after())

    @staticmethod
    def _forget_cancellation() -> None:
        task = asyncio.current_task()
        while task is not None and task.cancelling():
            task.uncancel()
