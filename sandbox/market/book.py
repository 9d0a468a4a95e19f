"""The order book of one market: invented liquidity around the last public trade, or a real book when the feed has one.

Sizes come from a hash of (market, side, price, age), not from a random sequence, so a book costs nothing until
somebody looks and looking twice shows the same book. What local takers took is missing until later trades bring it
back; local limit orders are added. The result is sorted, never crossed, and on ticks. Prices are quote per base,
sizes base."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Literal

import numpy as np

from sandbox.rules import floor_volume, round_to_tick, tick_size
from sandbox.values import Book, Level, Taker

Side = Literal["asks", "bids"]
Sides = tuple[tuple[Level, ...], tuple[Level, ...]]
"""Asks and bids, best first."""

DEPTH = 30
DEEP = 400
"""Single levels looked at to fill 30 grouped ones."""
_UNIT = Decimal("0.00000001")
_MASK = (1 << 64) - 1
_TOP_NOTIONAL = 4_000_000.0
"""Median KRW resting on a level near the price; levels further out hold up to four times as much."""
_SIZES = 1024
_RETURN_SHARE = Decimal("0.75")
"""What is left, after one later public trade, of the hole that a local taker made."""
_TRADES_TO_RETURN = 16
"""After so many trades the rest of the hole, about 1 %, is gone too."""
_FINE = 25_000
"""From this many ticks in a price on, not every tick has orders and the spread is several ticks."""


def _mix(value: int) -> int:
    """A well spread 64-bit hash of an integer (the finaliser of splitmix64)."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class OrderBook:
    """Liquidity of `code`, anchored at the last public trade."""

    def __init__(self, code: str) -> None:
        self._code = code
        self._salt = zlib.crc32(code.encode()) << 20
        table = np.random.default_rng(self._salt).lognormal(0.0, 0.9, _SIZES)
        self._table: list[float] = table.tolist()
        self._age = 0
        self._best_ask = self._best_bid = Decimal(0)
        self._tick = Decimal(0)
        self._scale = 0.0
        # What local takers took, and the age of the book when they last did.
        self._taken: dict[tuple[Side, Decimal], tuple[Decimal, int]] = {}
        self._resting: dict[Side, dict[Decimal, Decimal]] = {"asks": {}, "bids": {}}
        self._real: Book | None = None
        self._levels: Sides | None = None
        self._shown: Sides | None = None

    def trade(self, price: Decimal, taker: Taker) -> None:
        """A public trade: the side it hit is now at its price."""
        self._age += 1
        self._forget()
        self._recover()
        tick = self._tick = tick_size(self._code, price)
        steps = int(price / tick)
        fine = min(steps // _FINE, 12)
        gap = 1 + (_mix(self._salt + self._age) % (fine + 1) if fine else 0)
        if taker == "BID":
            self._best_ask = round_to_tick(self._code, price, up=True)
            self._best_bid = self._step(self._best_ask, -gap)
        else:
            self._best_bid = max(round_to_tick(self._code, price, up=False), tick)
            self._best_ask = self._step(self._best_bid, gap)
        self._scale = _TOP_NOTIONAL / float(price) * 1e8

    def real(self, book: Book) -> None:
        """Show this recorded or live book instead of an invented one."""
        self._real = book
        self._forget()

    def consume(self, side: Side, price: Decimal, size: Decimal) -> None:
        """A local taker took `size` of what is shown at `price`."""
        before, _ = self._taken.get((side, price), (Decimal(0), 0))
        self._taken[side, price] = before + size, self._age
        self._forget()

    def rest(self, side: Side, price: Decimal, change: Decimal) -> None:
        """Local limit orders at `price` grew (or shrank, `change` < 0) by `change`."""
        left = self._resting[side].get(price, Decimal(0)) + change
        if left > 0:
            self._resting[side][price] = left
        else:
            self._resting[side].pop(price, None)
        self._forget()

    def public(self, at: datetime) -> Book:
        """What others offer now: without local limit orders."""
        if self._levels is None:
            self._levels = (tuple(self._net("asks")), tuple(self._net("bids")))
        return Book(self._code, at, *self._levels)

    def shown(self, at: datetime) -> Book:
        """What everybody sees now: local limit orders included."""
        if not (self._resting["asks"] or self._resting["bids"]):
            return self.public(at)
        if self._shown is None:
            asks, bids = self._with_local(self.public(at))
            self._shown = (asks[:DEPTH], bids[:DEPTH])
        return Book(self._code, at, *self._shown)

    def best(self, at: datetime) -> tuple[Level | None, Level | None]:
        """Best ask and best bid as shown, without making the whole book."""
        if self._levels is None and not (self._resting["asks"] or self._resting["bids"]):
            asks, bids = self._net("asks", 1), self._net("bids", 1)
            return asks[0] if asks else None, bids[0] if bids else None
        book = self.shown(at)
        return book.asks[0] if book.asks else None, book.bids[0] if book.bids else None

    def grouped(self, at: datetime, step: Decimal) -> Book:
        """The shown book with prices put together in multiples of `step`: asks rounded up, bids down.

        Looks deeper than 30 single levels, so that wide groups are full too.
        """
        deep = Book(self._code, at, tuple(self._net("asks", DEEP)), tuple(self._net("bids", DEEP)))
        asks, bids = self._with_local(deep)
        return Book(self._code, at, _group(asks, step, up=True), _group(bids, step, up=False))

    def _forget(self) -> None:
        self._levels = self._shown = None

    def _recover(self) -> None:
        if self._taken:
            self._taken = {
                key: (floor_volume(size * _RETURN_SHARE), age)
                for key, (size, age) in self._taken.items()
                if self._age - age < _TRADES_TO_RETURN
            }

    def _with_local(self, public: Book) -> Sides:
        asks, bids = list(public.asks), list(public.bids)
        local_asks, local_bids = self._resting["asks"], self._resting["bids"]
        if local_bids:
            # Others' offers at or below our bid would have traded with it, so they are not there.
            highest = max(local_bids)
            asks = [level for level in asks if level.price > highest]
        if local_asks:
            lowest = min(local_asks)
            bids = [level for level in bids if level.price < lowest]
            local_bids = {price: size for price, size in local_bids.items() if price < lowest}
        return (
            tuple(_join(asks, local_asks, falling=False)),
            tuple(_join(bids, local_bids, falling=True)),
        )

    def _net(self, side: Side, depth: int = DEPTH) -> list[Level]:
        """Public levels less what local takers took, at most `depth`."""
        found: list[Level] = []
        for level in self._offered(side):
            hole = self._taken.get((side, level.price))
            if hole is not None:
                taken, _ = hole
                if taken >= level.size:
                    continue
                level = Level(level.price, level.size - taken)
            found.append(level)
            if len(found) == depth:
                break
        return found

    def _offered(self, side: Side) -> Iterable[Level]:
        if self._real is not None:
            return self._real.asks if side == "asks" else self._real.bids
        return self._invented(side) if self._age else ()

    def _invented(self, side: Side) -> Iterator[Level]:
        """The best level, then one level in every block of ticks behind it."""
        direction = 1 if side == "asks" else -1
        best = self._best_ask if side == "asks" else self._best_bid
        salt = self._salt + (direction << 8)
        yield Level(best, self._size(int(best / self._tick), salt, 0))
        block = 1 + min(int(best / self._tick) // _FINE, 6)
        price = best
        for depth in range(1, DEEP + 4 * DEPTH):
            hop = 1 if block == 1 else 1 + _mix(salt + int(price / self._tick)) % (2 * block - 1)
            price = self._step(price, direction * hop)
            if price <= 0:
                return
            yield Level(price, self._size(int(price / self._tick), salt, depth))

    def _size(self, step: int, salt: int, depth: int) -> Decimal:
        """Size of the level `step` ticks above zero; the best levels change with every trade, others now and then."""
        fixed = _mix(salt + step * 3)
        age = self._age if depth < 2 else (self._age + (fixed & 31)) >> 5
        factor = self._table[_mix(fixed + age) % _SIZES] * (1.0 + min(depth, 15) * 0.2)
        return _UNIT * max(int(self._scale * factor), 1)

    def _step(self, price: Decimal, ticks: int) -> Decimal:
        """The valid price `ticks` steps away, right across a band boundary too; 0 when there is none below."""
        target = price + self._tick * ticks
        if target <= 0:
            return Decimal(0)
        return round_to_tick(self._code, target, up=ticks > 0)


def _join(levels: list[Level], local: dict[Decimal, Decimal], falling: bool) -> list[Level]:
    if not local:
        return levels
    sizes = {level.price: level.size for level in levels}
    for price, size in local.items():
        sizes[price] = sizes.get(price, Decimal(0)) + size
    return [Level(price, sizes[price]) for price in sorted(sizes, reverse=falling)]


def _group(levels: Iterable[Level], step: Decimal, up: bool) -> tuple[Level, ...]:
    sizes: dict[Decimal, Decimal] = {}
    for level in levels:
        groups = (level.price / step).to_integral_value(rounding=ROUND_CEILING if up else ROUND_FLOOR)
        price = groups * step
        if price > 0:
            sizes[price] = sizes.get(price, Decimal(0)) + level.size
    return tuple(Level(price, size) for price, size in list(sizes.items())[:DEPTH])
