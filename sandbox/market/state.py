"""One market's present: candles, recent trades, the statistics of its day and year, and its order book."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from sandbox.market.bars import DAY, BarStore
from sandbox.market.book import OrderBook
from sandbox.market.path import bar_trades
from sandbox.values import Bar, MarketInfo, Tick
from sandbox.wire import ZERO, from_ms, to_ms

KEPT_TRADES = 3_000
_MINUTE = timedelta(minutes=1)
_SECONDS_KNOWN = timedelta(minutes=40)
"""How far back second candles are drawn from the minutes of the history."""
_YEAR = timedelta(weeks=52)
_HALF = Decimal("0.5")
_UNIT = Decimal("0.00000001")


class MarketState:
    """Fed with history first and then with trades in time order."""

    def __init__(self, info: MarketInfo) -> None:
        self.info = info
        self.bars = BarStore(info.code)
        self.book = OrderBook(info.code)
        self.trades: deque[Tick] = deque(maxlen=KEPT_TRADES)
        self.ask_volume = ZERO
        self.bid_volume = ZERO
        self._last: Tick | None = None
        self._day = -1
        self._year: tuple[tuple[Decimal, date], tuple[Decimal, date]] | None = None

    @property
    def last(self) -> Tick:
        """The last trade, local ones included.

        Raises:
            KeyError: nothing traded yet.
        """
        if self._last is None:
            raise KeyError(f"{self.info.code} has not traded yet")
        return self._last

    @property
    def has_traded(self) -> bool:
        return self._last is not None

    def load(self, history: list[Bar]) -> None:
        """Closed 1d and 1m bars before the first trade."""
        self.bars.load(history)
        if not history:
            return
        newest = max(history, key=lambda bar: bar.last_at)
        *_, self._last = bar_trades(newest, _MINUTE if newest.unit == "1m" else timedelta(days=1))
        for bar in self.bars.minutes_between(self._last.at - _SECONDS_KNOWN, self._last.at):
            for tick in bar_trades(bar, _MINUTE):
                self.bars.add_second(to_ms(tick.at), tick.price, tick.volume)
        self.book.trade(self._last.price, self._last.taker)
        self._day = to_ms(self._last.at) // (DAY * 1000)
        today = self.bars.newest("1d")
        if today is not None and to_ms(today.opened_at) // (DAY * 1000) == self._day:
            # History does not tell who took: half each is as good as any.
            self.bid_volume = (today.volume * _HALF).quantize(_UNIT)
            self.ask_volume = today.volume - self.bid_volume

    def apply(self, tick: Tick, moves_book: bool = True) -> None:
        """One more trade; local ones leave the anchor of the book where it is."""
        ms = to_ms(tick.at)
        self.bars.add(ms, tick.price, tick.volume)
        self.trades.append(tick)
        self._last = tick
        day = ms // (DAY * 1000)
        if day > self._day:
            self._day = day
            self._year = None
            self.ask_volume = self.bid_volume = ZERO
        if tick.taker == "ASK":
            self.ask_volume += tick.volume
        else:
            self.bid_volume += tick.volume
        if moves_book:
            self.book.trade(tick.price, tick.taker)

    def previous_close(self, day: date | None = None) -> Decimal:
        """Close of the last UTC day with trades before `day` (default: the last trade's day); without one, the open."""
        if day is None:
            closed = self.bars.closed_days()
            return closed[-1].close if closed else self._today().open
        start = datetime(day.year, day.month, day.day, tzinfo=self.last.at.tzinfo)
        earlier = self.bars.recent("1d", 1, start)
        return earlier[0].close if earlier else self._today().open

    def year_range(self) -> tuple[tuple[Decimal, date], tuple[Decimal, date]]:
        """Highest and lowest price of the last 52 weeks, each with its (first) date."""
        today = self._today()
        if self._year is None:
            oldest = today.opened_at - _YEAR
            days = [bar for bar in self.bars.closed_days() if bar.opened_at >= oldest] or [today]
            high, low = max(days, key=lambda bar: bar.high), min(days, key=lambda bar: bar.low)
            self._year = ((high.high, high.opened_at.date()), (low.low, low.opened_at.date()))
        (high_price, high_day), (low_price, low_day) = self._year
        if today.high > high_price:
            high_price, high_day = today.high, today.opened_at.date()
        if today.low < low_price:
            low_price, low_day = today.low, today.opened_at.date()
        return (high_price, high_day), (low_price, low_day)

    def trades_before(self, end: datetime, start: datetime) -> Iterator[Tick]:
        """Trades with start <= time < end, newest first; those no longer kept are drawn from the minute candles."""
        kept_from = self.trades[0].at if self.trades else self.last.at + timedelta(milliseconds=1)
        for tick in reversed(self.trades):
            if start <= tick.at < end:
                yield tick
        # A minute of which some trades are kept is not drawn again.
        edge = from_ms(to_ms(kept_from) // 60_000 * 60_000) if self.trades else kept_from
        for bar in reversed(self.bars.minutes_between(start - _MINUTE, min(end, edge))):
            for tick in reversed(list(bar_trades(bar, _MINUTE))):
                if start <= tick.at < end:
                    yield tick

    def _today(self) -> Bar:
        bar = self.bars.newest("1d")
        if bar is None:
            raise KeyError(f"{self.info.code} has not traded yet")
        return bar
