"""The exchange: its REST side, and its streams."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from trader.model.market import Candle, Market, MarketInfo, OrderBook, Quote, Ticker, Timeframe
from trader.model.order import OrderRequest, VenueOrder
from trader.model.portfolio import Balance
from trader.model.rules import TradingRules


class Exchange(Protocol):
    """A venue. Every method may raise VenueUnreachable (after the reads' own retries), VenueBusy, VenueOffline or
    VenueForbidden; further errors are named below."""

    async def markets(self) -> list[MarketInfo]: ...

    async def rules(self, market: Market) -> TradingRules:
        """Fees, minimum and ticks in force (cached for an hour at most). NotFound: no such market."""
        ...

    async def candles(
        self, market: Market, timeframe: Timeframe, *, count: int, until: datetime | None = None
    ) -> list[Candle]:
        """At most `count` closed candles that opened before `until` (default: now), oldest first; never the one
        still forming; intervals without a trade are missing, not filled. NotFound."""
        ...

    async def quotes(self, markets: Sequence[Market]) -> list[Quote]:
        """Best prices now, in any order; unknown markets are left out."""
        ...

    async def tickers(self, quote: str) -> list[Ticker]:
        """The day so far of every market against `quote` that has ever traded, in any order; one request."""
        ...

    async def order_book(self, market: Market) -> OrderBook:
        """NotFound."""
        ...

    async def balances(self) -> dict[str, Balance]:
        """By currency; a currency never held is absent."""
        ...

    async def submit(self, request: OrderRequest) -> VenueOrder:
        """Send once. OutcomeUnknown: time-out, lost connection, 5xx, unreadable answer. VenueRejected and its
        subclasses: nothing happened (DuplicateClientOrderId: an earlier one did)."""
        ...

    async def find(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> VenueOrder | None:
        """One order with its fills; None when the venue does not know it (yet)."""
        ...

    async def find_many(self, client_order_ids: Sequence[str]) -> list[VenueOrder]:
        """Those the venue knows, without fills."""
        ...

    async def open_orders(self, market: Market | None = None) -> list[VenueOrder]:
        """All open orders of the account (all pages), without fills."""
        ...

    async def cancel(self, *, client_order_id: str | None = None, venue_id: str | None = None) -> None:
        """Ask for a cancel; it happens a moment later. NotFound: unknown or already ended."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class TradeTick:
    """A public trade on the stream."""

    market: Market
    price: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class OwnOrderChanged:
    """The private stream says an order of ours moved: look it up. `venue_id` always, our id when it carries one."""

    venue_id: str
    client_order_id: str | None
    market: Market
    state: str


@dataclass(frozen=True, slots=True)
class BalancesChanged:
    """The private stream says balances moved. By currency, only those that changed."""

    balances: dict[str, Balance]


@dataclass(frozen=True, slots=True)
class StreamUp:
    """`stream` (public or private) is connected and subscribed; anything may have been missed before it."""

    stream: str
    first: bool


@dataclass(frozen=True, slots=True)
class StreamDown:
    """`stream` (public or private) is lost, `cause` says why in a word; it is being reconnected."""

    stream: str
    cause: str


StreamEvent = TradeTick | Quote | OwnOrderChanged | BalancesChanged | StreamUp | StreamDown


class Streams(Protocol):
    """Both live streams as one sequence of events. Reconnects for ever; ends only by `close`."""

    def events(self) -> AsyncIterator[StreamEvent]: ...

    async def watch(self, markets: Sequence[Market]) -> None:
        """Subscribe to these markets from now on (replaces the former ones)."""
        ...

    def last_message_age(self, stream: str) -> float | None:
        """Seconds of real time since anything came on `public` or `private`; None before the first."""
        ...

    async def close(self) -> None: ...
