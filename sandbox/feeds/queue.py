"""Trades that are made but not yet due, and price jumps among them."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from sandbox.rules import floor_volume, round_to_tick
from sandbox.values import Taker, Tick
from sandbox.wire import to_ms

_JUMP_NOTIONAL = Decimal(1_000_000)
"""KRW of the trade that carries a jump."""
_SMALLEST = Decimal("0.00000001")


class TickQueue:
    """Ticks in time order; `frontier` is the time up to which they were handed out."""

    def __init__(self, start: datetime) -> None:
        self.frontier = start
        self._ticks: deque[Tick] = deque()
        self._jumps = 0

    def extend(self, ticks: Iterable[Tick]) -> None:
        """Add later ticks, oldest first."""
        self._ticks.extend(ticks)

    def due(self, until: datetime, draw: Callable[[datetime], bool]) -> Iterator[Tick]:
        """Hand out what is due; `draw(until)` adds the next lot, or says False when the next lot begins later."""
        while True:
            while self._ticks and self._ticks[0].at <= until:
                tick = self._ticks.popleft()
                self.frontier = max(self.frontier, tick.at)
                yield tick
            if (self._ticks and self._ticks[0].at > until) or not draw(until):
                break
        self.frontier = max(self.frontier, until)

    def next_price(self, market: str) -> Decimal | None:
        return next((tick.price for tick in self._ticks if tick.market == market), None)

    def jump(self, market: str, price: Decimal, before: Decimal) -> Decimal:
        """Put a trade at the valid price at or below `price` first, and move the market's later ones along.

        Returns:
            The factor by which the market moved.
        Raises:
            ValueError: no valid price above zero is at or below `price`.
        """
        target = round_to_tick(market, price, up=False) if price > 0 else Decimal(0)
        if target <= 0:
            raise ValueError(f"the price of {market} must be above zero")
        factor = target / before
        self._jumps += 1
        # Upper half of the millisecond's numbers, below those that local trades use.
        sequence = to_ms(self.frontier) * 10_000 + 4_000 + self._jumps % 1_000
        taker: Taker = "BID" if target >= before else "ASK"
        volume = max(floor_volume(_JUMP_NOTIONAL / target), _SMALLEST)
        carrier = Tick(market, self.frontier, target, volume, taker, sequence)
        later = [
            replace(tick, price=scaled(market, tick.price, factor)) if tick.market == market else tick
            for tick in self._ticks
        ]
        self._ticks.clear()
        self._ticks.extend([carrier, *later])
        return factor


def scaled(market: str, price: Decimal, factor: Decimal) -> Decimal:
    """`price` times `factor` on a valid price above zero."""
    down = round_to_tick(market, price * factor, up=False)
    return down if down > 0 else round_to_tick(market, price * factor, up=True)
