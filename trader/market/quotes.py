"""The newest best prices of every market, and how old they are.  In: stream events, or REST.  Out: Quotes, bids.

A quote is as old as the moment for which we know it held: the venue's own time on a stream event (so that a lagging
stream shows), the moment of asking for a REST answer (so that a quiet market, whose book has not moved for minutes, is
not called stale once it was asked about)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from trader.clock import Clock
from trader.model.market import Market, MarketInfo, Quote
from trader.ports import Exchange, StreamEvent, TradeTick

REST_WINS_AFTER = timedelta(seconds=5)
"""A market that the stream has said nothing of for so long is believed to be as REST says, also where its time is
older: the venue's clock may have gone back."""


class QuoteBoard:
    """One quote per market, the newest that stream or REST told; never an older one over a newer."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._quotes: dict[Market, Quote] = {}
        self._held_at: dict[Market, datetime] = {}
        self._infos: dict[Market, MarketInfo] = {}

    # ---- in

    def on_event(self, event: StreamEvent) -> None:
        """Take a quote or a trade of the public stream; other events are none of the board's business.

        An event older than what is known is dropped. A trade moves `last` only, and nothing before the first quote."""
        if isinstance(event, Quote):
            self._put(event, event.at)
        elif isinstance(event, TradeTick):
            known = self._quotes.get(event.market)
            if known is not None and event.at >= known.at:
                self._quotes[event.market] = replace(known, last=event.price, at=event.at)

    async def refresh(self, exchange: Exchange, markets: Sequence[Market]) -> None:
        """Ask the venue for these markets. Raises VenueError; markets unknown there keep what is known."""
        asked_at = self._clock.now()
        for quote in await exchange.quotes(markets):
            held_at = self._held_at.get(quote.market)
            if held_at is not None and asked_at - held_at > REST_WINS_AFTER:
                self._quotes.pop(quote.market, None)
            self._put(quote, asked_at)

    def set_infos(self, infos: Iterable[MarketInfo]) -> None:
        """Replace the list of markets."""
        self._infos = {info.market: info for info in infos}

    def _put(self, quote: Quote, held_at: datetime) -> None:
        known = self._quotes.get(quote.market)
        if known is not None and quote.at < known.at:
            return
        self._quotes[quote.market] = quote
        held_at = min(held_at, self._clock.now())
        self._held_at[quote.market] = max(held_at, self._held_at.get(quote.market, held_at))

    # ---- out

    @property
    def infos(self) -> Mapping[Market, MarketInfo]:
        """Every listed market, as last read from the venue."""
        return self._infos

    def quote(self, market: Market) -> Quote | None:
        """The newest one; its `at` is the moment for which it is known to hold."""
        known = self._quotes.get(market)
        return None if known is None else replace(known, at=self._held_at.get(market, known.at))

    def bids(self) -> dict[Market, Decimal]:
        """Best bid of every market that has a quote, however old."""
        return {market: quote.bid for market, quote in self._quotes.items()}

    def age_seconds(self, market: Market) -> float | None:
        """Seconds since the market's quote is known to have held; None before the first quote."""
        held_at = self._held_at.get(market)
        return None if held_at is None else (self._clock.now() - held_at).total_seconds()

    def stale(self, market: Market, max_age: float) -> bool:
        """True when there is no quote, or it is older than `max_age` seconds."""
        age = self.age_seconds(market)
        return age is None or age > max_age
