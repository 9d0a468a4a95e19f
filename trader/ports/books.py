"""Repositories of what was traded and what is held: orders, fills, positions, and what stands around them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from trader.model.difference import Correction, Difference
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Fill, Order
from trader.model.portfolio import GuardLevels, Position
from trader.model.ticket import Ticket


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

    def first(self) -> Fill | None:
        """The oldest; None before it."""
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

    def of_thread(self, thread: str) -> Position | None:
        """The newest position opened under this thread."""
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

    def answered_since(self, moment: datetime) -> list[Ticket]:
        """Answered after that moment, by whomever (the clock too), in the order of their answers."""
        ...

    def answer(self, ticket: Ticket) -> bool:
        """Store an answered ticket if it was still pending; False when somebody was first."""
        ...


class Candles(Protocol):
    def upsert(self, candles: Sequence[Candle]) -> int:
        """Insert or replace by (market, timeframe, opening time); returns how many were new or changed."""
        ...

    def latest(self, market: Market, timeframe: Timeframe, limit: int, until: datetime | None = None) -> list[Candle]:
        """The newest `limit` candles that opened before `until`, oldest first."""
        ...

    def missing(self, market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> list[datetime]:
        """Opening times in [start, end) without a stored candle, oldest first."""
        ...
