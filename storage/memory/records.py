"""The repositories of `trader.ports.Records` over dictionaries."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, TypeVar

from storage.grid import gaps, refuse_unfit
from storage.memory.shelf import Shelf, Undo, checked
from storage.values import json_text
from trader.clock import Clock
from trader.model.difference import Correction, Difference, DifferenceState
from trader.model.events import Event, JournalEntry, OutboxMessage, SettingRow, TicketState
from trader.model.market import Candle, Market, Timeframe
from trader.model.order import Fill, Order
from trader.model.portfolio import GuardLevels, Position
from trader.model.ticket import Ticket

V = TypeVar("V")


def _newest(rows: Iterable[V], limit: int, when: Callable[[V], Any] | None = None) -> list[V]:
    """At most `limit`, newest first; of equal times the one written last comes first."""
    ordered = list(rows) if when is None else sorted(rows, key=when)
    return ordered[::-1][:limit]


class MemoryOrders:
    def __init__(self, undo: Undo) -> None:
        self._orders: Shelf[str, Order] = Shelf(undo)
        self._history: Shelf[str, tuple[tuple[datetime, str, str], ...]] = Shelf(undo)
        self._by_venue_id: Shelf[str, str] = Shelf(undo)

    def add(self, order: Order) -> None:
        order = checked(order)
        if order.client_order_id in self._orders:
            raise ValueError(f"order {order.client_order_id} is stored already")
        self._put(order, ())

    def save(self, order: Order) -> None:
        order = checked(order)
        former = self._orders.get(order.client_order_id)
        if former is None:
            raise ValueError(f"order {order.client_order_id} was never added")
        history = self._history.get(order.client_order_id) or ()
        if (former.state, former.note) == (order.state, order.note):
            self._orders.put(order.client_order_id, order)
            self._index(order)
        else:
            self._put(order, history)

    def _put(self, order: Order, history: tuple[tuple[datetime, str, str], ...]) -> None:
        self._orders.put(order.client_order_id, order)
        self._history.put(order.client_order_id, (*history, (order.updated_at, order.state.value, order.note)))
        self._index(order)

    def _index(self, order: Order) -> None:
        if order.venue_id is not None and order.venue_id not in self._by_venue_id:
            self._by_venue_id.put(order.venue_id, order.client_order_id)

    def get(self, client_order_id: str) -> Order | None:
        return self._orders.get(client_order_id)

    def by_venue_id(self, venue_id: str) -> Order | None:
        ours = self._by_venue_id.get(venue_id)
        return None if ours is None else self._orders.get(ours)

    def unfinished(self) -> list[Order]:
        return sorted((o for o in self._orders if not o.state.final), key=lambda o: o.created_at)

    def recent(self, limit: int, market: Market | None = None) -> list[Order]:
        return _newest((o for o in self._orders if market in (None, o.market)), limit, lambda o: o.created_at)

    def since(self, moment: datetime) -> list[Order]:
        return sorted((o for o in self._orders if o.created_at >= moment), key=lambda o: o.created_at)

    def history(self, client_order_id: str) -> list[tuple[datetime, str, str]]:
        return list(self._history.get(client_order_id) or ())


class MemoryFills:
    def __init__(self, undo: Undo) -> None:
        self._fills: Shelf[str, Fill] = Shelf(undo)

    def add(self, fill: Fill) -> bool:
        fill = checked(fill)
        if fill.fill_id in self._fills:
            return False
        self._fills.put(fill.fill_id, fill)
        return True

    def of_order(self, client_order_id: str) -> list[Fill]:
        return sorted((f for f in self._fills if f.client_order_id == client_order_id), key=lambda f: f.at)

    def since(self, moment: datetime, market: Market | None = None) -> list[Fill]:
        return [f for f in self.all() if f.at >= moment and market in (None, f.market)]

    def recent(self, limit: int, market: Market | None = None) -> list[Fill]:
        return _newest((f for f in self._fills if market in (None, f.market)), limit, lambda f: f.at)

    def all(self) -> list[Fill]:
        return sorted(self._fills, key=lambda f: f.at)

    def mark(self) -> int:
        return len(self._fills)

    def booked_after(self, mark: int) -> list[Fill]:
        return list(self._fills)[mark:]

    def booked_from(self, market: Market, first: Collection[str]) -> list[Fill]:
        booked = list(self._fills)
        begin = min((n for n, fill in enumerate(booked) if fill.fill_id in first), default=0)
        return [fill for fill in booked[begin:] if fill.market == market]


class MemoryPositions:
    def __init__(self, undo: Undo) -> None:
        self._positions: Shelf[str, Position] = Shelf(undo)

    def open(self) -> list[Position]:
        return sorted((p for p in self._positions if p.open), key=lambda p: p.market.code)

    def open_for(self, market: Market) -> Position | None:
        return next((p for p in self._positions if p.open and p.market == market), None)

    def get(self, position_id: str) -> Position | None:
        return self._positions.get(position_id)

    def save(self, position: Position) -> None:
        position = checked(position)
        other = self.open_for(position.market) if position.open else None
        if other is not None and other.position_id != position.position_id:
            raise ValueError(f"{position.market} has another open position already")
        self._positions.put(position.position_id, position)

    def closed_since(self, moment: datetime) -> list[Position]:
        closed = [p for p in self._positions if p.closed_at is not None and p.closed_at >= moment]
        return sorted(closed, key=_closed_at)

    def recent_closed(self, limit: int, market: Market | None = None) -> list[Position]:
        closed = (p for p in self._positions if not p.open and market in (None, p.market))
        return _newest(closed, limit, _closed_at)


def _closed_at(position: Position) -> datetime:
    assert position.closed_at is not None
    return position.closed_at


class MemoryGuards:
    def __init__(self, undo: Undo) -> None:
        self._guards: Shelf[str, GuardLevels] = Shelf(undo)

    def all(self) -> list[GuardLevels]:
        return sorted(self._guards, key=lambda g: (g.opened_at, g.position_id))

    def get(self, position_id: str) -> GuardLevels | None:
        return self._guards.get(position_id)

    def save(self, levels: GuardLevels) -> None:
        levels = checked(levels)
        self._guards.put(levels.position_id, levels)

    def remove(self, position_id: str) -> None:
        self._guards.remove(position_id)


class MemoryDifferences:
    def __init__(self, undo: Undo) -> None:
        self._differences: Shelf[str, Difference] = Shelf(undo)

    def add(self, difference: Difference) -> None:
        difference = checked(difference)
        if difference.difference_id in self._differences:
            raise ValueError(f"difference {difference.difference_id} is stored already")
        self._differences.put(difference.difference_id, difference)

    def get(self, difference_id: str) -> Difference | None:
        return self._differences.get(difference_id)

    def open(self) -> list[Difference]:
        return [d for d in self._differences if d.state is DifferenceState.OPEN]

    def answer(self, difference: Difference) -> bool:
        difference = checked(difference)
        if difference.state is DifferenceState.OPEN:
            raise ValueError(f"difference {difference.difference_id} carries no answer")
        asked = self._differences.get(difference.difference_id)
        answerable = {DifferenceState.OPEN}
        if difference.state is DifferenceState.ADOPTED:
            answerable.add(DifferenceState.IGNORED)
        if asked is None or asked.state not in answerable:
            return False
        answered = replace(
            asked, state=difference.state, answered_by=difference.answered_by, answered_at=difference.answered_at
        )
        self._differences.put(difference.difference_id, answered)
        return True

    def recent(self, limit: int) -> list[Difference]:
        return _newest(self._differences, limit)

    def reported(self, venue_ids: Iterable[str]) -> frozenset[str]:
        return frozenset(venue_ids) & {d.venue_id for d in self._differences if d.venue_id}


class MemoryCorrections:
    def __init__(self, undo: Undo) -> None:
        self._corrections: Shelf[str, Correction] = Shelf(undo)

    def add(self, correction: Correction) -> None:
        correction = checked(correction)
        if correction.correction_id in self._corrections:
            raise ValueError(f"correction {correction.correction_id} is stored already")
        self._corrections.put(correction.correction_id, correction)

    def all(self) -> list[Correction]:
        return list(self._corrections)


class MemoryTickets:
    def __init__(self, undo: Undo) -> None:
        self._tickets: Shelf[str, Ticket] = Shelf(undo)

    def add(self, ticket: Ticket) -> None:
        ticket = checked(ticket)
        if ticket.ticket_id in self._tickets:
            raise ValueError(f"ticket {ticket.ticket_id} is stored already")
        self._tickets.put(ticket.ticket_id, ticket)

    def get(self, ticket_id: str) -> Ticket | None:
        return self._tickets.get(ticket_id)

    def pending(self) -> list[Ticket]:
        waiting = (t for t in self._tickets if t.state is TicketState.PENDING)
        return sorted(waiting, key=lambda t: t.created_at)

    def answer(self, ticket: Ticket) -> bool:
        ticket = checked(ticket)
        if ticket.state is TicketState.PENDING:
            raise ValueError(f"ticket {ticket.ticket_id} carries no answer")
        asked = self._tickets.get(ticket.ticket_id)
        if asked is None or asked.state is not TicketState.PENDING:
            return False
        answered = replace(asked, state=ticket.state, answered_by=ticket.answered_by, answered_at=ticket.answered_at)
        self._tickets.put(ticket.ticket_id, answered)
        return True


class MemoryJournal:
    def __init__(self, undo: Undo) -> None:
        self._entries: Shelf[int, JournalEntry] = Shelf(undo)

    def add(self, entry: JournalEntry) -> None:
        entry = checked(entry)
        self._entries.put(len(self._entries), entry)

    def latest(self, limit: int, market: str | None = None) -> list[JournalEntry]:
        return _newest((e for e in self._entries if market in (None, e.market)), limit, lambda e: e.at)


class MemoryEvents:
    def __init__(self, undo: Undo) -> None:
        self._events: Shelf[str, Event] = Shelf(undo)

    def add(self, event: Event) -> None:
        event = checked(event)
        if event.event_id in self._events:
            raise ValueError(f"event {event.event_id} is stored already")
        self._events.put(event.event_id, event)

    def get(self, event_id: str) -> Event | None:
        return self._events.get(event_id)

    def latest(self, limit: int, kinds: Iterable[str] | None = None) -> list[Event]:
        wanted = None if kinds is None else {str(kind) for kind in kinds}
        return _newest((e for e in self._events if wanted is None or e.kind.value in wanted), limit, lambda e: e.at)

    def since(self, moment: datetime) -> list[Event]:
        return sorted((e for e in self._events if e.at >= moment), key=lambda e: e.at)


class MemorySettingRows:
    def __init__(self, undo: Undo) -> None:
        self._rows: Shelf[int, SettingRow] = Shelf(undo)

    def current(self) -> dict[str, SettingRow]:
        newest = {row.key: row for row in self._rows}
        return {key: row for key, row in newest.items() if row.value is not None}

    def add(self, row: SettingRow) -> None:
        row = checked(row)
        self._rows.put(len(self._rows), row)

    def history(self, limit: int, key: str | None = None) -> list[SettingRow]:
        return _newest((row for row in self._rows if key in (None, row.key)), limit)


class MemoryOutbox:
    def __init__(self, undo: Undo, events: MemoryEvents) -> None:
        self._events = events
        self._messages: Shelf[str, OutboxMessage] = Shelf(undo)

    def add(self, message: OutboxMessage) -> None:
        message = checked(message)
        if message.message_id in self._messages:
            raise ValueError(f"message {message.message_id} is stored already")
        self._put(message)

    def _put(self, message: OutboxMessage) -> None:
        if self._events.get(message.event_id) is None:
            raise ValueError(f"message {message.message_id} is about an event never added: {message.event_id}")
        self._messages.put(message.message_id, message)

    def pending(self, channel: str, limit: int) -> list[tuple[OutboxMessage, Event]]:
        waiting = [m for m in self._messages if m.sent_at is None and m.channel == channel]
        pairs = ((message, self._events.get(message.event_id)) for message in waiting[:limit])
        return [(message, event) for message, event in pairs if event is not None]

    def pending_count(self) -> int:
        return sum(1 for message in self._messages if message.sent_at is None)

    def save(self, message: OutboxMessage) -> None:
        message = checked(message)
        if message.message_id not in self._messages:
            raise ValueError(f"message {message.message_id} was never added")
        self._put(message)


class MemoryCandles:
    def __init__(self, undo: Undo, clock: Clock | None) -> None:
        self._undo = undo
        self._clock = clock
        self._series: dict[tuple[Market, Timeframe], Shelf[datetime, Candle]] = {}

    def upsert(self, candles: Sequence[Candle]) -> int:
        refuse_unfit(candles, self._clock)
        newest = {(c.market, c.timeframe, c.opened_at): c for c in candles}
        changed = 0
        for candle in newest.values():
            candle = checked(candle)
            series = self._of(candle.market, candle.timeframe)
            if series.get(candle.opened_at) != candle:
                series.put(candle.opened_at, candle)
                changed += 1
        return changed

    def latest(self, market: Market, timeframe: Timeframe, limit: int, until: datetime | None = None) -> list[Candle]:
        series = self._of(market, timeframe)
        opened = sorted(series.keys())
        end = len(opened) if until is None else bisect_left(opened, until)
        found = (series.get(moment) for moment in opened[max(0, end - limit) : end])
        return [candle for candle in found if candle is not None]

    def last_opened(self, market: Market, timeframe: Timeframe) -> datetime | None:
        return max(self._of(market, timeframe).keys(), default=None)

    def missing(self, market: Market, timeframe: Timeframe, start: datetime, end: datetime) -> list[datetime]:
        return gaps(timeframe, start, end, self._of(market, timeframe).keys())

    def _of(self, market: Market, timeframe: Timeframe) -> Shelf[datetime, Candle]:
        return self._series.setdefault((market, timeframe), Shelf(self._undo))


class MemoryNotes:
    def __init__(self, undo: Undo) -> None:
        self._notes: Shelf[str, str] = Shelf(undo)

    def get(self, key: str) -> Any:
        text = self._notes.get(key)
        return None if text is None else json.loads(text)

    def put(self, key: str, value: Any) -> None:
        self._notes.put(key, json_text(value))


class MemoryRecords:
    def __init__(self, undo: Undo, clock: Clock | None) -> None:
        self.orders = MemoryOrders(undo)
        self.fills = MemoryFills(undo)
        self.positions = MemoryPositions(undo)
        self.guards = MemoryGuards(undo)
        self.differences = MemoryDifferences(undo)
        self.corrections = MemoryCorrections(undo)
        self.tickets = MemoryTickets(undo)
        self.journal = MemoryJournal(undo)
        self.events = MemoryEvents(undo)
        self.settings = MemorySettingRows(undo)
        self.outbox = MemoryOutbox(undo, self.events)
        self.candles = MemoryCandles(undo, clock)
        self.notes = MemoryNotes(undo)
