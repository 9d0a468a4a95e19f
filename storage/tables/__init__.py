"""The tables. One class per table; column names are the field names of `trader.model`.

`id` counts rows in the order they were written: it breaks ties of equal times. Foreign keys stand only where a row
cannot be read without the other; a fill is booked even if its order were missing.

`metadata` knows every table once this package is loaded, hence each kind is loaded here."""

from storage.tables.advice import consultations, lessons, outcomes, writings
from storage.tables.base import Base
from storage.tables.books import (
    UNFINISHED,
    candles,
    corrections,
    differences,
    fills,
    guards,
    order_history,
    orders,
    positions,
    tickets,
)
from storage.tables.talk import (
    ACTIVE_ALERT,
    LIVE,
    THREADED,
    alerts,
    events,
    journal,
    kept_messages,
    notes,
    outbox,
    people,
    settings,
)

metadata = Base.metadata

__all__ = [
    "ACTIVE_ALERT",
    "LIVE",
    "THREADED",
    "UNFINISHED",
    "alerts",
    "candles",
    "consultations",
    "corrections",
    "differences",
    "events",
    "fills",
    "guards",
    "journal",
    "kept_messages",
    "lessons",
    "metadata",
    "notes",
    "order_history",
    "orders",
    "outbox",
    "outcomes",
    "people",
    "positions",
    "settings",
    "tickets",
    "writings",
]
