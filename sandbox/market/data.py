"""What the sandbox's public side knows: the feed's trades made into candles, day statistics and order books.

`advance` pulls trades up to the sandbox's time and tells the hub about each; everything else is a question about the
present. Local orders change the public picture through `consume`, `print_trade` and `add_resting`."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Protocol, runtime_checkable

from sandbox.clock import SandboxClock
from sandbox.market.book import Side
from sandbox.market.state import MarketState
from sandbox.rules import supported_levels
from sandbox.values import Bar, Book, Feed, Hub, MarketInfo, Taker, Tick
from sandbox.wire import to_ms

SLICE_SECONDS = 0.004
"""Real time after which `advance` hands back the event loop."""


@runtime_checkable
class SpeedAware(Protocol):
    """A feed that thins its trades when sandbox time runs fast."""

    def set_speed(self, speed: float) -> None: ...


@runtime_checkable
class RealBooks(Protocol):
    """A feed that knows real order books; None while it has none for the market."""

    def book(self, market: str) -> Book | None: ...

    def take_changed_books(self) -> list[str]:
        """Markets whose book changed since the last call."""
        ...


class MarketData:
    """The public market.

    Args:
        feed: opened before `load` is called.
    """

    def __init__(self, feed: Feed, clock: SandboxClock, hub: Hub) -> None:
        self._feed = feed
        self._clock = clock
        self._hub = hub
        self.infos: dict[str, MarketInfo] = {info.code: info for info in feed.markets}
        self._states: dict[str, MarketState] = {}
        self._ticks: Iterator[Tick] = iter(())
        self._until = feed.start
        self._applied_to = feed.start
        self._busy = False
        self._caught_up = True
        self._local_trades = 0

    def load(self) -> None:
        """Take in the feed's history and the trades up to its start, silently."""
        self.infos = {info.code: info for info in self._feed.markets}
        self._states = {code: MarketState(info) for code, info in self.infos.items()}
        if isinstance(self._feed, SpeedAware):
            self._feed.set_speed(self._clock.speed)
        bars: dict[str, list[Bar]] = {code: [] for code in self.infos}
        for bar in self._feed.history():
            bars[bar.market].append(bar)
        for code, history in bars.items():
            self._states[code].load(history)
        self._until = self._applied_to = self._feed.start
        for tick in self._feed.advance(self._until):
            self._states[tick.market].apply(tick)
        self._refresh_real_books()

    def close(self) -> None:
        """Let go of candles and trades. The web framework remembers the applications it has served, and with them all
        that their handlers know: of a sandbox that has stopped, this must not be tens of megabytes."""
        self._states = {}
        self._ticks = iter(())

    def advance(self) -> bool:
        """Apply the trades up to the sandbox's time, for about 4 ms at most.

        Returns:
            Whether everything up to now is applied; if not, call again soon.
        """
        if self._busy:
            return False
        self._busy = True
        touched: set[str] = set()
        try:
            self._caught_up = self._advance(self._clock.now(), time.perf_counter() + SLICE_SECONDS, touched)
        finally:
            self._busy = False
            touched.update(self._refresh_real_books())
            for market in touched:
                self._hub.book(market)
        return self._caught_up

    def _advance(self, now: datetime, deadline: float, touched: set[str]) -> bool:
        while True:
            for tick in self._ticks:
                self._applied_to = tick.at
                self._states[tick.market].apply(tick)
                self._hub.tick(tick)
                touched.add(tick.market)
                if time.perf_counter() > deadline:
                    return False
            if self._until >= now:
                return True
            self._until = now
            self._ticks = iter(self._feed.advance(now))

    def _refresh_real_books(self) -> list[str]:
        if not isinstance(self._feed, RealBooks):
            return []
        changed = self._feed.take_changed_books()
        for market in changed:
            book = self._feed.book(market)
            if book is not None:
                self._states[market].book.real(book)
        return changed

    def now(self) -> datetime:
        return self._clock.now()

    def state(self, market: str) -> MarketState:
        """Everything about one market.

        Raises:
            KeyError: no such market.
        """
        return self._states[market]

    def last_price(self, market: str) -> Decimal:
        """Price of the last trade.

        Raises:
            KeyError: no such market, or it has not traded yet.
        """
        return self._states[market].last.price

    def book(self, market: str) -> Book:
        """What others offer now: 30 levels a side, less what local takers took, without local limit orders."""
        return self._states[market].book.public(self._clock.now())

    def shown_book(self, market: str, level: Decimal = Decimal(0)) -> Book | None:
        """The book as clients see it: `book` with the local limit orders, never crossed; its prices grouped into steps
        of `level` where that is above 0. None: the market does not offer this level now."""
        state = self._states[market]
        if not level:
            return state.book.shown(self._clock.now())
        if not state.has_traded or level not in supported_levels(market, state.last.price):
            return None
        return state.book.grouped(self._clock.now(), level)

    def set_price(self, market: str, price: Decimal) -> None:
        """The market jumps now; its next trades go on from there.

        Raises:
            KeyError: no such market.
            ValueError: the price is not possible, or the feed cannot be moved.
        """
        self._feed.set_price(market, price)
        self.advance()

    def consume(self, market: str, side: Side, price: Decimal, size: Decimal) -> None:
        """A local taker took `size` of a shown level; later public trades bring it back step by step."""
        self._states[market].book.consume(side, price, size)
        self._hub.book(market)

    def add_resting(self, market: str, side: Side, price: Decimal, size: Decimal) -> None:
        """Show a local limit order in the public book."""
        self._states[market].book.rest(side, price, size)
        self._hub.book(market)

    def remove_resting(self, market: str, side: Side, price: Decimal, size: Decimal) -> None:
        """Take a local limit order, or the filled part of one, out of the public book."""
        self._states[market].book.rest(side, price, -size)
        self._hub.book(market)

    def print_trade(self, market: str, price: Decimal, volume: Decimal, taker: Taker) -> None:
        """A local execution becomes a public trade; the feed's own prices go on as before."""
        at = self._clock.now() if self._caught_up and not self._busy else self._applied_to
        self._local_trades += 1
        # Feed sequences leave the upper half of each millisecond's 10,000 numbers to local trades.
        sequence = to_ms(at) * 10_000 + 5_000 + self._local_trades % 5_000
        tick = Tick(market, at, price, volume, taker, sequence)
        self._states[market].apply(tick, moves_book=False)
        self._hub.tick(tick)
