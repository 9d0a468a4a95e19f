"""How often Upbit may be asked: one limiter for each of its limit groups, in front of every request.

A group allows N requests in any window, so slots are handed out in order of asking and a burst never exceeds N
(a leaky bucket such as aiolimiter's lets up to 2 N into one second: N at once plus N leaked). The venue's own word –
`Remaining-Req`, 429, 418 – pauses a group. Real seconds throughout: limits do not follow a sandbox's clock.
Source: docs.upbit.com/kr/reference/rate-limits (12 orders a second since 2026-08-21)."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from trader.errors import VenueBlocked, VenueBusy


class Group(StrEnum):
    """Upbit's limit groups; keyed by endpoint because its header spells some of them differently (candles)."""

    MARKET = "market"
    CANDLE = "candle"
    TICKER = "ticker"
    ORDERBOOK = "orderbook"
    DEFAULT = "default"
    ORDER = "order"
    ORDER_TEST = "order-test"


PER_SECOND = {
    Group.MARKET: 10,
    Group.CANDLE: 10,
    Group.TICKER: 10,
    Group.ORDERBOOK: 10,
    Group.DEFAULT: 30,
    Group.ORDER: 12,
    Group.ORDER_TEST: 8,
}
WINDOW_SECONDS = 1.05  # a little over a second: requests sent one second apart may arrive closer together
LONGEST_PAUSE_SECONDS = 8.0


class Limiter:
    """At most `calls` starts in any `seconds`, in the order they were asked for."""

    def __init__(self, calls: int, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._slots: deque[float] = deque(maxlen=calls)
        self._seconds = seconds
        self._monotonic = monotonic
        self._paused_until = 0.0
        self._blocked_until = 0.0
        self._strikes = 0

    async def acquire(self, patience: float) -> None:
        """Wait for a slot; returns without yielding when one is free.

        Raises:
            VenueBusy: the wait would exceed `patience` seconds.
            VenueBlocked: the venue shut this machine out (418) for longer than that.
        """
        delay = self._reserve(patience)
        while delay > 0:
            await asyncio.sleep(delay)
            delay = self._paused_until - self._monotonic()  # a 429 may have come in while this one waited
            self._refuse_beyond(patience, delay)

    def pause(self, seconds: float) -> None:
        """The venue asked for patience; repeated asking doubles the pause."""
        pause = min(seconds * 2**self._strikes, max(seconds, LONGEST_PAUSE_SECONDS))
        self._strikes += 1
        self._paused_until = max(self._paused_until, self._monotonic() + pause)

    def block(self, seconds: float) -> None:
        """The venue shut the door for a while (418)."""
        self._blocked_until = self._monotonic() + seconds
        self._paused_until = max(self._paused_until, self._blocked_until)

    def answered(self, remaining: str) -> None:
        """An answer came with this `Remaining-Req` (may be empty). None left although our own window is not full
        means that someone else uses the same key or address: let the second pass."""
        self._strikes = 0
        if remaining.rpartition("sec=")[2].strip() == "0" and not self._full():
            self._paused_until = max(self._paused_until, self._monotonic() + self._seconds)

    def _full(self) -> bool:
        slots = self._slots
        return len(slots) == slots.maxlen and self._monotonic() - slots[0] < self._seconds

    def _reserve(self, patience: float) -> float:
        now = self._monotonic()
        slot = max(now, self._paused_until)
        if len(self._slots) == self._slots.maxlen:
            slot = max(slot, self._slots[0] + self._seconds)
        self._refuse_beyond(patience, slot - now)
        self._slots.append(slot)
        return slot - now

    def _refuse_beyond(self, patience: float, delay: float) -> None:
        if delay <= patience:
            return
        if self._blocked_until > self._monotonic():
            raise VenueBlocked(f"Upbit blocked this machine for another {delay:.0f} s", status=418)
        raise VenueBusy(f"request limit reached, free again in {delay:.1f} s", retry_after=delay)


class Limits:
    """One limiter per group. Shared by everything that speaks to one venue address with one key.

    `window_seconds` is shorter only for a local exchange that was told to allow more."""

    def __init__(self, window_seconds: float = WINDOW_SECONDS) -> None:
        self._limiters = {group: Limiter(calls, window_seconds) for group, calls in PER_SECOND.items()}

    def __getitem__(self, group: Group) -> Limiter:
        return self._limiters[group]
