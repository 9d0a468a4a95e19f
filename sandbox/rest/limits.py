"""How often one may call: Upbit's request groups (reference §11), counted in real time.

A group's second begins with the first call in it. A call too many is answered with 429; a client that goes on calling
is blocked (418) for a time that doubles with every further block."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.errors import ApiError, BodyShape

FIRST_BLOCK_SECONDS = 5.0
LONGEST_BLOCK_SECONDS = 3600.0
BLOCK_MEMORY_SECONDS = 600.0
"""A block that begins within this time of the last one's end is twice as long."""

_KEPT_COUNTERS = 10_000


@dataclass(frozen=True, slots=True)
class Group:
    """A request group.

    Attributes:
        word: how the `Remaining-Req` header calls it (for candles and trades not the name in the documents).
        windows: (calls, seconds) pairs; every one must hold.
    """

    word: str
    windows: tuple[tuple[int, float], ...]


GROUPS = {
    "market": Group("market", ((10, 1.0),)),
    "candle": Group("candles", ((10, 1.0),)),
    "trade": Group("trades", ((10, 1.0),)),
    "ticker": Group("ticker", ((10, 1.0),)),
    "orderbook": Group("orderbook", ((10, 1.0),)),
    "default": Group("default", ((30, 1.0),)),
    "order": Group("order", ((12, 1.0),)),
    "order-test": Group("order-test", ((8, 1.0),)),
    "order-cancel-all": Group("order-cancel-all", ((1, 2.0),)),
    "origin": Group("origin", ((1, 10.0),)),
    "websocket-connect": Group("websocket-connect", ((5, 1.0),)),
    "websocket-message": Group("websocket-message", ((5, 1.0), (100, 60.0))),
}


def quotation_group(path: str) -> str:
    """The group of a public path under /v1, `market` for what has none of its own."""
    head = path.removeprefix("/v1/").split("/")[0]
    return {"candles": "candle", "trades": "trade"}.get(head, head if head in GROUPS else "market")


def exchange_group(method: str, path: str) -> str:
    """The group of a private call (reference §11, last column)."""
    if method == "POST":
        return {"/v1/orders": "order", "/v1/orders/cancel_and_new": "order", "/v1/orders/test": "order-test"}.get(
            path, "default"
        )
    return "order-cancel-all" if (method, path) == ("DELETE", "/v1/orders/open") else "default"


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left of a group: calls in the current window, and the constant that the `min` field has become."""

    group: str
    minute: int
    second: int

    @property
    def header(self) -> str:
        """The value of `Remaining-Req`."""
        return f"group={self.group}; min={self.minute}; sec={self.second}"


@dataclass(slots=True)
class _Counter:
    """One caller's state in one group; times are monotonic seconds."""

    opened: list[float]
    used: list[int]
    refusals: int = 0
    refused_at: float = -math.inf
    blocked_until: float = -math.inf
    block_seconds: float = 0.0
    touched: float = field(default=0.0)


class RateLimits:
    """Counts calls per group and caller.

    Args:
        factor: multiplies every limit (load tests); at least 1 call stays.
        shape: how bodies of 429 and 418 look.
        timer: monotonic seconds.
    """

    def __init__(
        self, factor: float = 1.0, shape: BodyShape = "nested", timer: Callable[[], float] = time.monotonic
    ) -> None:
        self._timer = timer
        self._counters: dict[tuple[str, str], _Counter] = {}
        self.shape: BodyShape = shape
        self._factor = 1.0
        self.factor = factor

    @property
    def factor(self) -> float:
        return self._factor

    @factor.setter
    def factor(self, value: float) -> None:
        """Scale the limits from now on; running windows and blocks are forgotten.

        Raises:
            ValueError: not a finite number above zero.
        """
        if not 0 < value < math.inf:
            raise ValueError("the factor must be a finite number above zero")
        self._factor = value
        self._counters.clear()

    def take(self, group: str, key: str) -> Remaining:
        """Count one call of `key` in `group`.

        Raises:
            ApiError: 429 when the window is used up, 418 while blocked.
            KeyError: no such group.
        """
        now = self._timer()
        counter = self._counter(group, key, now)
        if now < counter.blocked_until:
            raise self._blocked(group, counter.blocked_until - now)
        self._roll(group, counter, now)
        if any(used >= limit for used, (limit, _) in zip(counter.used, self._windows(group), strict=True)):
            raise self._refused(group, counter, now)
        counter.used = [used + 1 for used in counter.used]
        return self._remaining(group, counter.used)

    def peek(self, group: str, key: str) -> Remaining:
        """What is left, without counting a call."""
        now = self._timer()
        counter = self._counters.get((group, key))
        used = [0] * len(GROUPS[group].windows)
        if counter is not None:
            ages = zip(counter.opened, counter.used, self._windows(group), strict=True)
            used = [0 if now - opened >= seconds else count for opened, count, (_, seconds) in ages]
        return self._remaining(group, used)

    def _windows(self, group: str) -> tuple[tuple[int, float], ...]:
        return tuple((max(1, int(limit * self._factor)), seconds) for limit, seconds in GROUPS[group].windows)

    def _counter(self, group: str, key: str, now: float) -> _Counter:
        counter = self._counters.get((group, key))
        if counter is None:
            if len(self._counters) >= _KEPT_COUNTERS:
                self._forget_idle(now)
            windows = len(GROUPS[group].windows)
            counter = self._counters[group, key] = _Counter([-math.inf] * windows, [0] * windows)
        counter.touched = now
        return counter

    def _forget_idle(self, now: float) -> None:
        idle = now - BLOCK_MEMORY_SECONDS
        self._counters = {k: c for k, c in self._counters.items() if max(c.touched, c.blocked_until) > idle}

    def _roll(self, group: str, counter: _Counter, now: float) -> None:
        """Open new windows where the old ones have ended; a window without refusals ends a streak of them."""
        for index, (_, seconds) in enumerate(self._windows(group)):
            if now - counter.opened[index] >= seconds:
                counter.opened[index] = now
                counter.used[index] = 0
                if now - counter.refused_at >= 2 * seconds:
                    counter.refusals = 0

    def _refused(self, group: str, counter: _Counter, now: float) -> ApiError:
        counter.refusals += 1
        counter.refused_at = now
        patience = max(20, 2 * self._windows(group)[0][0])
        if counter.refusals <= patience:
            return self._error(429, group, "too_many_requests", "Too many API requests.")
        remembered = now - counter.blocked_until < BLOCK_MEMORY_SECONDS
        longer = counter.block_seconds * 2 if remembered else FIRST_BLOCK_SECONDS
        counter.block_seconds = min(longer, LONGEST_BLOCK_SECONDS)
        counter.blocked_until = now + counter.block_seconds
        counter.refusals = 0
        return self._blocked(group, counter.block_seconds)

    def _blocked(self, group: str, seconds: float) -> ApiError:
        message = f"Too many API requests. This group is blocked for {math.ceil(seconds)} seconds."
        return self._error(418, group, "too_many_requests", message)

    def _error(self, status: int, group: str, name: str, message: str) -> ApiError:
        header = Remaining(GROUPS[group].word, self._minute(group), 0).header
        return ApiError(status, name, message, shape=self.shape, headers={"Remaining-Req": header})

    def _minute(self, group: str) -> int:
        limit, seconds = self._windows(group)[0]
        return int(limit * 60 / seconds)

    def _remaining(self, group: str, used: list[int]) -> Remaining:
        left = min(max(0, limit - count) for count, (limit, _) in zip(used, self._windows(group), strict=True))
        return Remaining(GROUPS[group].word, self._minute(group), left)
