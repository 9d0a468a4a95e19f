"""When candle messages go out: at most one per sandbox second, unit and market, with that second's trades in it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from sandbox.clock import SandboxClock
from sandbox.market.bars import MINUTE_SECONDS
from sandbox.values import Tick
from sandbox.wire import from_ms, to_ms

_GRACE_SECONDS = 0.03
"""Real time to wait beyond a second's end, so that its last trades have arrived."""
_SIZES = {"1s": 1, "1m": 60} | MINUTE_SECONDS


class CandlePulse:
    """Collects which candles changed and calls `send(kind, market, opened_at)` when their second is over."""

    def __init__(self, clock: SandboxClock, send: Callable[[str, str, datetime], None]) -> None:
        self._clock = clock
        self._send = send
        self._due: dict[tuple[str, str], tuple[int, datetime]] = {}
        self._sent: dict[tuple[str, str], int] = {}
        self._timer: asyncio.TimerHandle | None = None

    def tick(self, tick: Tick, kinds: Iterable[str]) -> None:
        """A trade; `kinds` are the candle types (`candle.1m`) somebody wants for its market."""
        second = to_ms(tick.at) // 1000
        if self._due:
            self._flush(second)
        for kind in kinds:
            key = (kind, tick.market)
            size = _SIZES[kind.partition(".")[2]]
            opened_at = from_ms(second // size * size * 1000)
            self._due[key] = (max(second, self._sent.get(key, 0) + 1), opened_at)
        if self._due and self._timer is None:
            self._arm()

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _flush(self, present: int) -> None:
        """Send what became due before the second `present`."""
        for key, (second, opened_at) in list(self._due.items()):
            if second < present:
                del self._due[key]
                self._sent[key] = second
                self._send(*key, opened_at)

    def _arm(self) -> None:
        first = min(second for second, _ in self._due.values())
        wait = (first + 1 - to_ms(self._clock.now()) / 1000) / self._clock.speed
        self._timer = asyncio.get_running_loop().call_later(max(wait, 0.0) + _GRACE_SECONDS, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._flush(to_ms(self._clock.now()) // 1000)
        if self._due:
            self._arm()
