"""What the trader needs of the world: the venue, its streams, and a memory. Each method says what it raises.

`Exchange` and `Streams` are implemented in `trader.exchange.upbit`; `Storage` in `storage` (SQL and in-memory).
Contract suites under `tests/contracts` run on every implementation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from trader.model.difference import Correction, Difference
from trader.model.events import Event, JournalEntry, OutboxMessage, SettingRow
from trader.model.market import Candle, Market, MarketInfo, OrderBook, Quote, Timeframe, TradingRules
from trader.model.order import Fill, Order, OrderRequest, VenueOrder
from trader.model.portfolio import Balance, GuardLevels, Position
from trader.model.signal import Advice, Signal
from trader.model.ticket import Ticket

T = TypeVar("T")


# ---------------------------------------------------------------- the venue


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
    """`stream` (public or private) is lost; it is being reconnected."""

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


# ---------------------------------------------------------------- the model ensemble


class Adviser(Protocol):
    """Language models asked about a signal. Never raises: no answer is an `Advice` that says so."""

    async def advise(self, signal: Signal) -> Advice: ...


# ---------------------------------------------------------------- the memory


class Orders(Protocol):
    def add(self, order: Order) -> None:
        """A new order; ValueError when the client order id exists."""
        ...

    def save(self, order: Order) -> None:
        """The next value of a stored order; also keeps the transition (state, time, note) in the order's history."""
        ...

    def get(self, client_order_id: str) -> Order | None: ...

    def by_venue_id(self, venue_id: str) -> Order | None: ...

    def unfinished(self) -> list[Order]:
        """Every order whose state is not final, oldest first."""
        ...

    def recent(self, limit: int, market: Market | None = None) -> list[Order]:
        """Newest first."""
        ...

    def since(self, moment: datetime) -> list[Order]:
        """Created at or after `moment`, oldest first."""
        ...

    def history(self, client_order_id: str) -> list[tuple[datetime, str, str]]:
        """(time, state, note) of every transition, oldest first."""
        ...


class Fills(Protocol):
    def add(self, fill: Fill) -> bool:
        """False when a fill of that id is stored already: booking twice is impossible."""
        ...

    def of_order(self, client_order_id: str) -> list[Fill]: ...

    def since(self, moment: datetime, market: Market | None = None) -> list[Fill]:
        """At or after `moment`, oldest first."""
        ...

    def recent(self, limit: int, market: Market | None = None) -> list[Fill]:
        """Newest first."""
        ...

    def all(self) -> list[Fill]:
        """Oldest first."""
        ...

    def mark(self) -> int:
        """A number that grows with every fill booked; 0 before the first."""
        ...

    def booked_after(self, mark: int) -> list[Fill]:
        """Those booked after `mark` was read, in the order of booking, whatever their times say."""
        ...

    def booked_from(self, market: Market, first: Collection[str]) -> list[Fill]:
        """Those of a market from the earliest booked of the fills `first` on, in the order of booking; all of the
        market's when none of them is stored."""
        ...


class Positions(Protocol):
    def open(self) -> list[Position]:
        """Open positions by market code."""
        ...

    def open_for(self, market: Market) -> Position | None: ...

    def get(self, position_id: str) -> Position | None: ...

    def save(self, position: Position) -> None:
        """Insert or replace by position id."""
        ...

    def closed_since(self, moment: datetime) -> list[Position]:
        """Closed at or after `moment`, oldest first."""
        ...

    def recent_closed(self, limit: int, market: Market | None = None) -> list[Position]:
        """Newest first."""
        ...


class Guards(Protocol):
    def all(self) -> list[GuardLevels]: ...

    def get(self, position_id: str) -> GuardLevels | None: ...

    def save(self, levels: GuardLevels) -> None: ...

    def remove(self, position_id: str) -> None: ...


class Differences(Protocol):
    """What somebody else changed at the venue; a row is never deleted."""

    def add(self, difference: Difference) -> None:
        """ValueError when the difference id exists."""
        ...

    def get(self, difference_id: str) -> Difference | None: ...

    def open(self) -> list[Difference]:
        """Those without an answer, oldest first."""
        ...

    def answer(self, difference: Difference) -> bool:
        """Store an answered difference if it was still open, or ignored and is adopted now; False when somebody was
        first."""
        ...

    def recent(self, limit: int) -> list[Difference]:
        """Newest first."""
        ...

    def reported(self, venue_ids: Iterable[str]) -> frozenset[str]:
        """Those of these orders that stand in a difference, whatever became of it."""
        ...


class Corrections(Protocol):
    def add(self, correction: Correction) -> None:
        """ValueError when the correction id exists."""
        ...

    def all(self) -> list[Correction]:
        """In the order they were booked."""
        ...


class Tickets(Protocol):
    def add(self, ticket: Ticket) -> None: ...

    def get(self, ticket_id: str) -> Ticket | None: ...

    def pending(self) -> list[Ticket]:
        """Oldest first, expired ones included until they are answered as such."""
        ...

    def answer(self, ticket: Ticket) -> bool:
        """Store an answered ticket if it was still pending; False when somebody was first."""
        ...


class Journal(Protocol):
    def add(self, entry: JournalEntry) -> None: ...

    def latest(self, limit: int, market: str | None = None) -> list[JournalEntry]:
        """Newest first."""
        ...


class Events(Protocol):
    def add(self, event: Event) -> None: ...

    def get(self, event_id: str) -> Event | None: ...

    def latest(self, limit: int, kinds: Iterable[str] | None = None) -> list[Event]:
        """Newest first."""
        ...

    def since(self, moment: datetime) -> list[Event]:
        """Oldest first."""
        ...


class SettingRows(Protocol):
    def current(self) -> dict[str, SettingRow]:
        """The newest row of every key whose value is not None."""
        ...

    def add(self, row: SettingRow) -> None: ...

    def history(self, limit: int, key: str | None = None) -> list[SettingRow]:
        """Newest first."""
        ...


class Outbox(Protocol):
    def add(self, message: OutboxMessage) -> None: ...

    def pending(self, channel: str, limit: int) -> list[tuple[OutboxMessage, Event]]:
        """Unsent messages with their event, in the order they were added."""
        ...

    def pending_count(self) -> int: ...

    def save(self, message: OutboxMessage) -> None: ...


class Candles(Protocol):
    def upsert(self, candles: Sequence[Candle]) -> int:
        """Insert or replace by (market, timeframe, opening time); returns how many were new or changed."""
        ...

    def latest(self, market: Market, timeframe: Timeframe, limit: int, until: datetime | None = None) -> list[Candle]:
        """The newest `limit` candles that opened before `until`, oldest first."""
        ...

    def last_opened(self, market: Market, timeframe: Timeframe) -> datetime | None: ...

    def missing(self, market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> list[datetime]:
        """Opening times in [start, end) without a stored candle, oldest first."""
        ...


class Notes(Protocol):
    """Small facts by name: trading state, update offsets. Values are JSON."""

    def get(self, key: str) -> Any: ...

    def put(self, key: str, value: Any) -> None: ...


class Records(Protocol):
    """All repositories inside one transaction."""

    @property
    def orders(self) -> Orders: ...
    @property
    def fills(self) -> Fills: ...
    @property
    def positions(self) -> Positions: ...
    @property
    def guards(self) -> Guards: ...
    @property
    def differences(self) -> Differences: ...
    @property
    def corrections(self) -> Corrections: ...
    @property
    def tickets(self) -> Tickets: ...
    @property
    def journal(self) -> Journal: ...
    @property
    def events(self) -> Events: ...
    @property
    def settings(self) -> SettingRows: ...
    @property
    def outbox(self) -> Outbox: ...
    @property
    def candles(self) -> Candles: ...
    @property
    def notes(self) -> Notes: ...


class Storage(Protocol):
    """Transactions as functions: `fn` gets the repositories, its return value is handed back.

    There is one writer: writes happen one after another, each all or nothing. `fn` runs in a worker thread and must
    not await. Raises StorageFailed when the transaction cannot be committed; nothing of it is stored then."""

    async def write(self, fn: Callable[[Records], T]) -> T: ...

    async def read(self, fn: Callable[[Records], T]) -> T: ...

    async def close(self) -> None: ...
