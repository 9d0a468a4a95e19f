"""An event loop whose time passes at once: it leaps to whatever is due next, as soon as nothing else is to be done.

Hours of waiting take milliseconds, and the same beginning always goes the same way: what is meant for a thread is done
at once as well, so that even a real database behind it changes no order of events."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any


class _Leaping(selectors.DefaultSelector):
    """Instead of sleeping it moves the time on."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for something that will never happen")
        self.now += max(timeout, 0.0)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """Begins at 0.0 s. Close it when done."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> asyncio.Future[Any]:
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as err:  # noqa: BLE001
            future.set_exception(err)
        return future


class LoopClock:
    """A `trader.clock.Clock` that shows `origin` at the loop's beginning and goes with it."""

    speed = 1.0

    def __init__(self, loop: asyncio.AbstractEventLoop, origin: datetime) -> None:
        self._loop = loop
        self._origin = origin

    def now(self) -> datetime:
        return self._origin + timedelta(seconds=self._loop.time())

    def wall_time(self, moment: datetime) -> datetime:
        return moment
