"""The replay feed: recorded candles as the trades that may have made them.

The sandbox starts some way into the file, so that there is history: two days or a fifth of the file, whichever is
less. A missing candle stays missing; after the last candle there are no more trades. Until somebody moves a price,
the trades of a candle add up to exactly that candle."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from operator import attrgetter
from pathlib import Path

import numpy as np

from sandbox.feeds.candle_file import Series, bar_length, daily, read_candles
from sandbox.feeds.profiles import market_info
from sandbox.feeds.queue import TickQueue, scaled
from sandbox.market.bars import Forming
from sandbox.market.path import bar_trades
from sandbox.values import Bar, MarketInfo, Tick
from sandbox.wire import from_ms, to_ms

_MINUTE = timedelta(minutes=1)
_MOST_HISTORY = timedelta(days=2)
_MOST_TICKS_PER_REAL_SECOND = 400.0
_TICKS_PER_MINUTE = 12
_PAST_TICKS_PER_MINUTE = 3
_FEWEST_TICKS = 4


class ReplayFeed:
    """Implements `Feed` from a candle file.

    Args:
        path: parquet or CSV, see `candle_file`.
    Raises:
        ValueError: the file is missing or wrong; the text says what to do.
    """

    def __init__(self, path: Path) -> None:
        self._series = {one.market: one for one in read_candles(path)}
        everything = tuple(self._series.values())
        self._length = bar_length(everything)
        begin = max(int(one.opened[0]) for one in everything)
        end = max(int(one.opened[-1]) for one in everything) + self._ms(self._length)
        if begin >= end - self._ms(self._length):
            raise ValueError(f"{path}: the markets have no time in common; replay them one by one")
        share = min(self._ms(_MOST_HISTORY), (end - begin) // 5)
        share = max(share // self._ms(self._length), 1) * self._ms(self._length)
        self._start = from_ms(begin + share)
        times = np.unique(np.concatenate([one.opened for one in everything]))
        self._times = times[np.searchsorted(times, to_ms(self._start)) :].tolist()
        self._next = 0
        self._most = self._ticks_per_bar(1.0)
        self._factors: dict[str, Decimal] = {}
        self._lasts: dict[str, Decimal] = {}
        self._queue = TickQueue(self._start)

    @property
    def markets(self) -> tuple[MarketInfo, ...]:
        return tuple(market_info(code) for code in self._series)

    @property
    def start(self) -> datetime:
        return self._start

    def history(self) -> Iterable[Bar]:
        for one in self._series.values():
            yield from daily(one, self._length, to_ms(self._start))
            yield from self._minutes(one)

    def set_speed(self, speed: float) -> None:
        """Fewer trades per candle when time runs fast; never fewer than its turning points need."""
        self._most = self._ticks_per_bar(speed)

    def advance(self, until: datetime) -> Iterator[Tick]:
        return self._queue.due(until, self._draw_until)

    def set_price(self, market: str, price: Decimal) -> None:
        """Jump to the valid price at or below `price`; the rest of the recording is scaled to go on from there.

        Raises:
            KeyError: no such market.
            ValueError: `price` is not above the smallest tick.
        """
        before = self._queue.next_price(market) or self._last(market)
        factor = self._queue.jump(market, price, before)
        self._factors[market] = self._factors.get(market, Decimal(1)) * factor
        self._lasts[market] = before * factor

    async def open(self) -> None:
        """Nothing to connect."""

    async def close(self) -> None:
        """Nothing to disconnect."""

    @staticmethod
    def _ms(length: timedelta) -> int:
        return length // timedelta(milliseconds=1)

    def _ticks_per_bar(self, speed: float) -> int:
        seconds = self._length.total_seconds()
        affordable = _MOST_TICKS_PER_REAL_SECOND * seconds / (speed * len(self._series))
        return int(max(_FEWEST_TICKS, min(affordable, _TICKS_PER_MINUTE * max(seconds / 60, 1))))

    def _last(self, market: str) -> Decimal:
        """Price of the market's last trade so far."""
        if market in self._lasts:
            return self._lasts[market]
        series = self._series[market]
        index = max(series.between(0, to_ms(self._start)).stop - 1, 0)
        return series.bar(index, "1m", self._length).close

    def _draw_until(self, until: datetime) -> bool:
        if self._next >= len(self._times) or self._times[self._next] > to_ms(until):
            return False
        self._queue.extend(self._draw(self._times[self._next]))
        self._next += 1
        return True

    def _draw(self, opened_ms: int) -> list[Tick]:
        """The trades of all candles that open at `opened_ms`, in time order."""
        ticks: list[Tick] = []
        for code, series in self._series.items():
            for index in series.between(opened_ms, opened_ms + 1):
                bar = series.bar(index, "1m", self._length)
                if code in self._factors:
                    bar = _moved(bar, self._factors[code])
                ticks.extend(bar_trades(bar, self._length, self._most))
                self._lasts[code] = bar.close
        return sorted(ticks, key=attrgetter("at"))

    def _minutes(self, series: Series) -> Iterator[Bar]:
        """Minute candles of the last three days before the start; longer candles are taken apart into trades."""
        end = to_ms(self._start)
        for index in series.between(end - self._ms(timedelta(days=3)), end):
            bar = series.bar(index, "1m", self._length)
            if self._length <= _MINUTE:
                yield bar
            else:
                yield from _taken_apart(bar, self._length)


def _moved(bar: Bar, factor: Decimal) -> Bar:
    o, h, lo, c = (scaled(bar.market, price, factor) for price in (bar.open, bar.high, bar.low, bar.close))
    return replace(bar, open=o, high=h, low=lo, close=c)


def _taken_apart(bar: Bar, length: timedelta) -> Iterator[Bar]:
    forming: Forming | None = None
    for tick in bar_trades(bar, length, int(_PAST_TICKS_PER_MINUTE * (length / _MINUTE))):
        ms = to_ms(tick.at)
        opened = ms // 60_000 * 60
        if forming is None or forming.opened != opened:
            if forming is not None:
                yield forming.bar(bar.market, "1m")
            forming = Forming(opened, tick.price)
        forming.trade(ms, tick.price, tick.volume, tick.price * tick.volume)
    if forming is not None:
        yield forming.bar(bar.market, "1m")
