"""Real time for faults: things that happen later, all of which can be brought forward at once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Later:
    """Timers of one sandbox. `release` lets everything that waits happen now."""

    def __init__(self) -> None:
        self._waiting: dict[asyncio.TimerHandle, Callable[[], object]] = {}
        self.releases = 0

    def call(self, seconds: float, action: Callable[[], object]) -> asyncio.TimerHandle:
        """Run `action` after so many real seconds, or at `release`."""

        def run() -> None:
            self._waiting.pop(handle, None)
            action()

        handle = asyncio.get_running_loop().call_later(seconds, run)
        self._waiting[handle] = action
        return handle

    def cancel(self, handle: asyncio.TimerHandle) -> None:
        """What it stood for will not happen."""
        handle.cancel()
        self._waiting.pop(handle, None)

    async def sleep(self, seconds: float) -> None:
        """Wait so many real seconds, or until `release`."""
        woken = asyncio.Event()
        handle = self.call(seconds, woken.set)
        try:
            await woken.wait()
        finally:
            self.cancel(handle)

    def release(self) -> None:
        """Everything that waits happens now, in the order in which it would have."""
        self.releases += 1
        for handle in sorted(self._waiting, key=asyncio.TimerHandle.when):
            action = self._waiting.pop(handle, None)
            if action is not None:
                handle.cancel()
                action()
