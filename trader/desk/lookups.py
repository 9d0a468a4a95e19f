"""What people look up in the rows: passes, closed trades, the audit trail, and everything of a stretch of time.

Reads rows alone, so it answers while the venue is away."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from trader.clock import Clock
from trader.ledger.bookings import bookings
from trader.ledger.slippage import position_slippage_bps
from trader.model.events import Event, EventKind, JournalEntry, SettingRow
from trader.model.market import Market
from trader.model.order import Fill, Order, Reason
from trader.model.views import Booking, ClosedTrade, Why
from trader.ports import Records, Storage
from trader.report.passes import counts, runs

COUNTED = timedelta(hours=24)
MOST_PASSES = 1500
"""A day of one-minute passes, and what is looked at of a market at most."""

READABLE = frozenset(EventKind) - {EventKind.LOOKED}
"""The audit trail as people read it: without those who only looked."""

LOOKED_THROUGH = 2000
"""Events read for those of one person."""


class Exported(StrEnum):
    """TRADES: closed positions · LEDGER: bookings, fills and corrections with what they did to the position."""

    TRADES = "trades"
    ORDERS = "orders"
    FILLS = "fills"
    LEDGER = "ledger"
    EVENTS = "events"


class Lookups:
    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._storage = storage
        self._clock = clock

    async def passes(self, markets: Sequence[Market]) -> dict[Market, list[JournalEntry]]:
        """Of the last 24 hours, newest first; where there is none, the newest ever."""
        since = self._clock.now() - COUNTED

        def read(records: Records) -> dict[Market, list[JournalEntry]]:
            found = {market: records.journal.latest(MOST_PASSES, market.code) for market in markets}
            return {m: [e for e in entries if e.at >= since] or entries[:1] for m, entries in found.items()}

        return await self._storage.read(read)

    def why(self, market: Market, entries: Sequence[JournalEntry], blocks: tuple[Reason, ...], limit: int) -> Why:
        """At most `limit` stretches of equal passes; the counts are of all of them."""
        since = entries[-1].at if entries else self._clock.now()
        return Why(market, tuple(runs(entries)[:limit]), blocks, tuple(counts(entries)), since)

    async def trades(self, limit: int, market: Market | None, skip: int) -> list[ClosedTrade]:
        """Closed positions, newest first, after the newest `skip`."""

        def read(records: Records) -> list[ClosedTrade]:
            closed = records.positions.recent_closed(skip + limit, market)[skip:]
            return [ClosedTrade(position, position_slippage_bps(records, position)) for position in closed]

        return await self._storage.read(read)

    async def events(self, limit: int, kinds: Collection[EventKind], person: str, skip: int) -> list[Event]:
        """Newest first, after the newest `skip`; `person` (a key): only what that person did or was answered."""
        wanted = sorted(kinds or READABLE)
        if not person:
            return (await self._storage.read(lambda records: records.events.latest(skip + limit, wanted)))[skip:]
        found = await self._storage.read(lambda records: records.events.latest(LOOKED_THROUGH, wanted))
        return [event for event in found if person in (event.data.get("person"), event.data.get("by"))][skip:][:limit]

    async def setting_history(self, key: str, limit: int) -> list[SettingRow]:
        return await self._storage.read(lambda records: records.settings.history(limit, key))

    async def exported(
        self, what: Exported, start: datetime, end: datetime
    ) -> Sequence[ClosedTrade] | Sequence[Order] | Sequence[Fill] | Sequence[Booking] | Sequence[Event]:
        return await self._storage.read(lambda records: stretch(records, what, start, end))


def stretch(
    records: Records, what: Exported, start: datetime, end: datetime
) -> Sequence[ClosedTrade] | Sequence[Order] | Sequence[Fill] | Sequence[Booking] | Sequence[Event]:
    """Everything from `start` up to but without `end`, oldest first. LedgerMismatch."""
    match what:
        case Exported.TRADES:
            closed = [p for p in records.positions.closed_since(start) if p.closed_at is not None and p.closed_at < end]
            return [ClosedTrade(position, position_slippage_bps(records, position)) for position in closed]
        case Exported.ORDERS:
            return [order for order in records.orders.since(start) if order.created_at < end]
        case Exported.FILLS:
            return [fill for fill in records.fills.since(start) if fill.at < end]
        case Exported.LEDGER:
            lines = bookings(records.fills.booked_after(0), records.corrections.all())
            return [line for line in lines if start <= line.at < end]
        case Exported.EVENTS:
            return [event for event in records.events.since(start) if event.at < end]
