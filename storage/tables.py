"""The tables. One class per table; column names are the field names of `trader.model`.

`id` counts rows in the order they were written: it breaks ties of equal times. Foreign keys stand only where a row
cannot be read without the other; a fill is booked even if its order were missing."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import ForeignKey, Index, MetaData, Table, Text, text
from sqlmodel import Field, SQLModel

from storage.columns import DecimalText, JsonText, OutsideText, Sequence, UtcTime

UNFINISHED = "state NOT IN ('done', 'cancelled', 'rejected', 'expired')"
"""Literal, because a partial index serves only a query that repeats its condition word for word."""


class Base(SQLModel):
    """Common metadata; named constraints, so that a migration can name them too."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
        }
    )


def _sequence() -> Any:
    return Field(default=None, primary_key=True, sa_type=Sequence)


def _text(**options: Any) -> Any:
    return Field(sa_type=Text, **options)


def _outside(**options: Any) -> Any:
    return Field(sa_type=OutsideText, **options)


def _money(**options: Any) -> Any:
    return Field(sa_type=DecimalText, **options)


def _time(**options: Any) -> Any:
    return Field(sa_type=UtcTime, **options)


def _json() -> Any:
    return Field(sa_type=JsonText)


def _where(condition: str) -> dict[str, Any]:
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class OrderRow(Base, table=True):
    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_created_at", "created_at", "id"),
        Index("ix_orders_market", "market", "created_at", "id"),
        Index("ix_orders_unfinished", "created_at", "id", **_where(UNFINISHED)),
    )

    id: int | None = _sequence()
    client_order_id: str = _text(unique=True)
    intent_id: str = _text()
    market: str = _text()
    side: str = _text()
    order_type: str = _text()
    time_in_force: str = _text()
    origin: str = _text()
    owner: str = _text()
    reason: str = _outside()
    state: str = _text()
    created_at: datetime = _time()
    updated_at: datetime = _time()
    decision_price: Decimal = _money()
    price: Decimal | None = _money()
    quantity: Decimal | None = _money()
    notional: Decimal | None = _money()
    venue_id: str | None = _text(index=True)
    executed_quantity: Decimal = _money()
    executed_funds: Decimal = _money()
    paid_fee: Decimal = _money()
    approved_by: str = _text()
    note: str = _outside()
    exit_stop: Decimal | None = _money()
    exit_take: Decimal | None = _money()
    exit_trail: Decimal | None = _money()
    exit_max_hold_seconds: int | None = None
    exit_breakeven_gain: Decimal | None = _money()
    exit_breakeven_fee_rate: Decimal | None = _money()
    exit_breakeven_tick_size: Decimal | None = _money()
    expires_at: datetime | None = _time()


class OrderHistoryRow(Base, table=True):
    """One row per change of state or note."""

    __tablename__ = "order_history"

    id: int | None = _sequence()
    client_order_id: str = Field(
        sa_type=Text, index=True, sa_column_args=[ForeignKey("orders.client_order_id", ondelete="CASCADE")]
    )
    at: datetime = _time()
    state: str = _text()
    note: str = _outside()


class FillRow(Base, table=True):
    __tablename__ = "fills"
    __table_args__ = (Index("ix_fills_at", "at", "id"), Index("ix_fills_market", "market", "at", "id"))

    id: int | None = _sequence()
    fill_id: str = _text(unique=True)
    client_order_id: str = _text(index=True)
    market: str = _text()
    side: str = _text()
    price: Decimal = _money()
    quantity: Decimal = _money()
    funds: Decimal = _money()
    fee: Decimal = _money()
    at: datetime = _time()


class PositionRow(Base, table=True):
    __tablename__ = "positions"
    __table_args__ = (
        Index("uq_positions_open_market", "market", unique=True, **_where("closed_at IS NULL")),
        Index("ix_positions_closed_at", "closed_at", "id"),
    )

    id: int | None = _sequence()
    position_id: str = _text(unique=True)
    market: str = _text()
    owner: str = _text()
    opened_at: datetime = _time()
    quantity: Decimal = _money()
    cost: Decimal = _money()
    realised_pnl: Decimal = _money()
    fees: Decimal = _money()
    bought_quantity: Decimal = _money()
    bought_cost: Decimal = _money()
    sold_quantity: Decimal = _money()
    sold_proceeds: Decimal = _money()
    closed_at: datetime | None = _time()
    exit_reason: str = _outside()


class GuardRow(Base, table=True):
    __tablename__ = "guards"

    position_id: str = _text(primary_key=True)
    market: str = _text()
    stop: Decimal | None = _money()
    take: Decimal | None = _money()
    trail: Decimal | None = _money()
    max_hold_seconds: int | None = None
    high: Decimal = _money()
    opened_at: datetime = _time()
    breakeven_gain: Decimal | None = _money()
    breakeven_fee_rate: Decimal | None = _money()
    breakeven_tick_size: Decimal | None = _money()
    average_cost: Decimal = _money(sa_column_kwargs={"server_default": "0"})


class DifferenceRow(Base, table=True):
    """What somebody else changed at the venue, and what a person said to it."""

    __tablename__ = "differences"
    __table_args__ = (Index("ix_differences_open", "id", **_where("state = 'open'")),)

    id: int | None = _sequence()
    difference_id: str = _text(unique=True)
    kind: str = _text()
    at: datetime = _time()
    currency: str = _text()
    cause: str = _text()
    book: Decimal = _money()
    venue: Decimal = _money()
    change: Decimal = _money()
    price: Decimal | None = _money()
    krw: Decimal | None = _money()
    market: str | None = _text()
    side: str = _text()
    venue_id: str = _text(index=True)
    state: str = _text()
    answered_by: str = _text()
    answered_at: datetime | None = _time()


class CorrectionRow(Base, table=True):
    """Coins moved into or out of a position by a person's hand."""

    __tablename__ = "corrections"

    id: int | None = _sequence()
    correction_id: str = _text(unique=True)
    position_id: str = _text(index=True)
    market: str = _text()
    quantity: Decimal = _money()
    cost: Decimal = _money()
    price: Decimal = _money()
    at: datetime = _time()
    by: str = _text()
    after_fill: str = _text()


class TicketRow(Base, table=True):
    """`cleared` is written by `storage.encoding`."""

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_pending", "created_at", "id", **_where("state = 'pending'")),)

    id: int | None = _sequence()
    ticket_id: str = _text(unique=True)
    cleared: Any = _json()
    price: Decimal = _money()
    price_band: Decimal = _money()
    created_at: datetime = _time()
    expires_at: datetime = _time()
    state: str = _text()
    answered_by: str = _text()
    answered_at: datetime | None = _time()


class JournalRow(Base, table=True):
    __tablename__ = "journal"
    __table_args__ = (Index("ix_journal_at", "at", "id"), Index("ix_journal_market", "market", "at", "id"))

    id: int | None = _sequence()
    cycle_id: str = _text()
    at: datetime = _time()
    market: str = _text()
    strategy: str = _text()
    timeframe: str = _text()
    stage: str = _text()
    code: str = _text()
    details: Any = _json()


class EventRow(Base, table=True):
    __tablename__ = "events"
    __table_args__ = (Index("ix_events_at", "at", "id"), Index("ix_events_kind", "kind", "at", "id"))

    id: int | None = _sequence()
    event_id: str = _text(unique=True)
    kind: str = _text()
    at: datetime = _time()
    severity: str = _text()
    market: str = _text()
    thread: str = _text()
    data: Any = _json()
    push: bool


class SettingRecord(Base, table=True):
    """Append-only: who set what, when. The newest row of a key is in force."""

    __tablename__ = "settings"
    __table_args__ = (Index("ix_settings_key", "key", "id"),)

    id: int | None = _sequence()
    key: str = _text()
    value: str | None = _outside()
    set_by: str = _text()
    set_at: datetime = _time()


class OutboxRow(Base, table=True):
    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_pending", "channel", "id", **_where("sent_at IS NULL")),)

    id: int | None = _sequence()
    message_id: str = _text(unique=True)
    event_id: str = Field(sa_type=Text, sa_column_args=[ForeignKey("events.event_id", ondelete="CASCADE")])
    channel: str = _text()
    target: str = _text()
    created_at: datetime = _time()
    sent_at: datetime | None = _time()
    attempts: int
    last_error: str = _outside()
    remote_id: str = _text()


class CandleRow(Base, table=True):
    """Closed candles only. The key holds the market (P1)."""

    __tablename__ = "candles"
    __table_args__ = ({"sqlite_with_rowid": False},)

    market: str = _text(primary_key=True)
    timeframe: str = _text(primary_key=True)
    opened_at: datetime = _time(primary_key=True)
    open: Decimal = _money()
    high: Decimal = _money()
    low: Decimal = _money()
    close: Decimal = _money()
    volume: Decimal = _money()
    value: Decimal = _money()
    filled: bool


class NoteRow(Base, table=True):
    __tablename__ = "notes"

    key: str = _text(primary_key=True)
    value: Any = _json()


metadata = Base.metadata


def _table(name: str) -> Table:
    return metadata.tables[name]


orders, order_history, fills = _table("orders"), _table("order_history"), _table("fills")
positions, guards, tickets = _table("positions"), _table("guards"), _table("tickets")
journal, events, outbox = _table("journal"), _table("events"), _table("outbox")
differences, corrections = _table("differences"), _table("corrections")
settings, candles, notes = _table("settings"), _table("candles"), _table("notes")
