"""Work that others do not wait for, or for a moment only: held on to until it ends, and ended with its owner."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)

T = TypeVar("T")


class Background:
    """Tasks of one owner. The event loop itself keeps only a weak hold on a task: without this one it may vanish."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def tasks(self) -> frozenset[asyncio.Task[Any]]:
        """What is going on now."""
        return frozenset(self._tasks)

    def start(self, work: Coroutine[Any, Any, T], name: str | None = None) -> asyncio.Task[T]:
        """What it does not catch itself is logged, and nothing more."""
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (failure := task.exception()) is not None:
            log.error("background_work_failed", work=task.get_name(), exc_info=failure)

    async def finish(self, seconds: float | None = None) -> None:
        """Let all of it come to its end, for so many real seconds at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=seconds)

    async def close(self) -> None:
        """Cut all of it short."""
        for task in self._tasks:
            task.cancel()
        await self.finish()


_going_on: set[asyncio.Future[Any]] = set()


async def done_within(work: Coroutine[Any, Any, object] | asyncio.Future[Any], seconds: float) -> bool:
    """Whether it was done after so many real seconds; if not, it goes on all the same. Raises what it raised until
    then; what it raises later is logged and nothing more."""
    task = asyncio.ensure_future(work)
    if (await asyncio.wait({task}, timeout=seconds))[1]:
        _going_on.add(task)
        task.add_done_callback(_ended)
        return False
    task.result()
    return True


def _ended(task: asyncio.Future[Any]) -> None:
    _going_on.discard(task)
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.warning("late_work_failed", error=f"{type(error).__name__}: {error}")
