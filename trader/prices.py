"""Where prices come from: what the stream is asked for; and by REST, for guard and alerts, while it says nothing."""

from __future__ import annotations

from trader.alerts.watch import AlertWatch
from trader.cycle import Cycle
from trader.guard.watch import Guard
from trader.live import LiveFeed
from trader.market.quotes import QuoteBoard
from trader.model.market import Market
from trader.ports import Exchange, Streams

QUIET_STREAM_SECONDS = 3.0
"""Real seconds without any message of the public stream after which the guard's prices are asked for."""


class Prices:
    """Methods that ask the exchange raise VenueError."""

    def __init__(
        self,
        exchange: Exchange,
        streams: Streams,
        quotes: QuoteBoard,
        feed: LiveFeed,
        cycle: Cycle,
        guard: Guard,
        alerts: AlertWatch,
    ) -> None:
        self._exchange = exchange
        self._streams = streams
        self._quotes = quotes
        self._feed = feed
        self._cycle = cycle
        self._guard = guard
        self._alerts = alerts

    async def watch(self) -> None:
        """Whatever somebody trades, holds, or wants to be told of comes on the stream."""
        await self._streams.watch(await self._wanted())

    async def refresh_markets(self) -> None:
        """Names, warnings and cautions of every listed market."""
        self._quotes.set_infos(await self._exchange.markets())

    async def ask(self, markets: list[Market]) -> None:
        """Their quotes, for the board; guard and alerts are told apart from that."""
        await self._quotes.refresh(self._exchange, markets)

    async def catch_up(self) -> None:
        """The stream is (back) up: what it may have missed."""
        await self.ask(await self._wanted())
        self.to_guard()
        await self._alerts.fill()
        self._to_alerts()

    async def mind_guard(self) -> None:
        """Prices for what is held, while the stream is away or says nothing."""
        if self._guard.markets and self._missing():
            await self.ask(list(self._guard.markets))
            self.to_guard()

    async def mind_alerts(self) -> None:
        """The same for alerts."""
        markets = self._alerted()
        if markets and self._missing():
            await self.ask(markets)
            self._to_alerts()

    def to_guard(self) -> None:
        """What is known now."""
        for market in self._guard.markets:
            quote = self._quotes.quote(market)
            if quote is not None:
                self._guard.price(market, quote.last)

    def _to_alerts(self) -> None:
        for market in self._alerts.markets:
            quote = self._quotes.quote(market)
            if quote is not None:
                self._alerts.price(market, quote.last, quote.at)

    async def _wanted(self) -> list[Market]:
        return list(dict.fromkeys([*await self._cycle.markets(), *self._alerted()]))

    def _alerted(self) -> list[Market]:
        """Markets of alerts that are listed: one that is not would make the venue refuse them all."""
        return [market for market in self._alerts.markets if market in self._quotes.infos]

    def _missing(self) -> bool:
        """A stream can be connected, answer pings and bring nothing."""
        age = self._streams.last_message_age("public")
        return not self._feed.health["public"].up or age is None or age > QUIET_STREAM_SECONDS
