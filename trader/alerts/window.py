"""How far a price has moved within a time.  In: prices as they come.  Out: lowest and highest of the span before."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from trader.model.alert import Comparison, Reading
from trader.model.market import Candle

PIECES = 60
"""A span is kept in so many pieces: a window reaches back by up to one piece more."""


@dataclass(slots=True)
class _Piece:
    number: int
    low: Decimal
    high: Decimal
    last: Decimal


class Window:
    """`span` in seconds. `low` and `high` are None before the first price."""

    def __init__(self, span: int) -> None:
        self.span = span
        self._size = max(1, -(-span // PIECES))
        self._pieces: deque[_Piece] = deque()
        self._before: Decimal | None = None
        self.low: Decimal | None = None
        self.high: Decimal | None = None

    def put(self, price: Decimal, at: datetime) -> bool:
        """Whether lowest or highest may have changed."""
        return self._put(int(at.timestamp()) // self._size, price, price, price)

    def fill(self, candles: Iterable[Candle], now: datetime) -> None:
        """History below what was put so far; candles oldest first."""
        lately, self._pieces, self._before = list(self._pieces), deque(), None
        for candle in candles:
            number = int(candle.opened_at.timestamp()) // self._size
            self._put(number, candle.low, candle.high, candle.close)
        for piece in lately:
            self._put(piece.number, piece.low, piece.high, piece.last)
        self._forget(int(now.timestamp()) // self._size)
        self._look()

    def _put(self, number: int, low: Decimal, high: Decimal, last: Decimal) -> bool:
        newest = self._pieces[-1] if self._pieces else None
        if newest is None or number > newest.number:
            self._pieces.append(_Piece(number, low, high, last))
            self._forget(number)
            self._look()
            return True
        newest.low, newest.high, newest.last = min(newest.low, low), max(newest.high, high), last
        if self.low is None or self.high is None or low < self.low or high > self.high:
            self._look()
            return True
        return False

    def _forget(self, number: int) -> None:
        """The price that stood when the span began is kept: it held until the next trade."""
        while self._pieces and (number - self._pieces[0].number - 1) * self._size >= self.span:
            self._before = self._pieces.popleft().last

    def _look(self) -> None:
        before = [] if self._before is None else [self._before]
        self.low = min((*before, *(piece.low for piece in self._pieces)), default=None)
        self.high = max((*before, *(piece.high for piece in self._pieces)), default=None)


def read(window: Window, comparison: Comparison, share: Decimal, price: Decimal) -> Reading:
    """Whether `price` lies so far above the lowest (ABOVE), below the highest (BELOW), or either, of the window. The
    figure is the larger of both moves, as a signed fraction."""
    if not window.low or not window.high:
        return Reading(False, None)
    rise, fall = price / window.low - 1, 1 - price / window.high
    up = comparison is not Comparison.BELOW and rise >= share
    down = comparison is not Comparison.ABOVE and fall >= share
    falls = comparison is Comparison.BELOW or (comparison is Comparison.EITHER and fall > rise)
    return Reading(up or down, -fall if falls else rise)


def levels(window: Window, comparison: Comparison, share: Decimal) -> list[Decimal]:
    """Prices at which `read` turns, as long as lowest and highest stay."""
    if window.low is None or window.high is None:
        return []
    up = [] if comparison is Comparison.BELOW else [window.low * (1 + share)]
    down = [] if comparison is Comparison.ABOVE else [window.high * (1 - share)]
    return up + down
