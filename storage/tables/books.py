"""Tables of what was traded and what is held: orders, fills, positions, and what stands around them."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlmodel import Field

from storage.tables.base import Base, json_value, moment, money, outside_text, plain_text, row_id, table_of, where

UNFINISHED = "state NOT IN ('done', 'cancelled', 'rejected', 'expired')"
"""Literal, because a partial index serves only a query that repeats its condition word for word."""


class OrderRow(Base, table=True):
    __tablename__ = "orders"
    __table_args__ = (
        Index("ix_orders_created_at", "created_at", "id"),
        Index("ix_orders_market", "market", "created_at", "id"),
        Index("ix_orders_unfinished", "created_at", "id", **where(UNFINISHED)),
    )

    id: int | None = row_id()
    client_order_id: str = plain_text(unique=True)
    intent_id: str = plain_text()
    market: str = plain_text()
    side: str = plain_text()
    order_type: str = plain_text()
    time_in_force: str = plain_text()
    origin: str = plain_text()
    owner: str = plain_text()
    reason: str = outside_text()
    state: str = plain_text()
    created_at: datetime = moment()
    updated_at: datetime = moment()
    decision_price: Decimal = money()
    price: Decimal | None = money()
    quantity: Decimal | None = money()
    notional: Decimal | None = money()
    venue_id: str | None = plain_text(index=True)
    executed_quantity: Decimal = money()
    executed_funds: Decimal = money()
    paid_fee: Decimal = money()
    approved_by: str = plain_text()
    note: str = outside_text()
    exit_stop: Decimal | None = money()
    exit_take: Decimal | None = money()
    exit_trail: Decimal | None = money()
    exit_max_hold_seconds: int | None = None
    exit_breakeven_gain: Decimal | None = money()
    exit_breakeven_fee_rate: Decimal | None = money()
    expires_at: datetime | None = moment()
    thread: str = plain_text(sa_column_kwargs={"server_default": ""})


class OrderHistoryRow(Base, table=True):
    """One row per change of state or note."""

    __tablename__ = "order_history"

    id: int | None = row_id()
    client_order_id: str = Field(
        sa_type=Text, index=True, sa_column_args=[ForeignKey("orders.client_order_id", ondelete="CASCADE")]
    )
    at: datetime = moment()
    state: str = plain_text()
    note: str = outside_text()


class FillRow(Base, table=True):
    __tablename__ = "fills"
    __table_args__ = (Index("ix_fills_at", "at", "id"), Index("ix_fills_market", "market", "at", "id"))

    id: int | None = row_id()
    fill_id: str = plain_text(unique=True)
    client_order_id: str = plain_text(index=True)
    market: str = plain_text()
    side: str = plain_text()
    price: Decimal = money()
    quantity: Decimal = money()
    funds: Decimal = money()
    fee: Decimal = money()
    at: datetime = moment()


class PositionRow(Base, table=True):
    __tablename__ = "positions"
    __table_args__ = (
        Index("uq_positions_open_market", "market", unique=True, **where("closed_at IS NULL")),
        Index("ix_positions_closed_at", "closed_at", "id"),
        Index("ix_positions_thread", "thread", "id"),
    )

    id: int | None = row_id()
    position_id: str = plain_text(unique=True)
    market: str = plain_text()
    owner: str = plain_text()
    opened_at: datetime = moment()
    quantity: Decimal = money()
    cost: Decimal = money()
    realised_pnl: Decimal = money()
    fees: Decimal = money()
    bought_quantity: Decimal = money()
    bought_cost: Decimal = money()
    sold_quantity: Decimal = money()
    sold_proceeds: Decimal = money()
    closed_at: datetime | None = moment()
    exit_reason: str = outside_text()
    thread: str = plain_text(sa_column_kwargs={"server_default": ""})


class GuardRow(Base, table=True):
    __tablename__ = "guards"

    position_id: str = plain_text(primary_key=True)
    market: str = plain_text()
    stop: Decimal | None = money()
    take: Decimal | None = money()
    trail: Decimal | None = money()
    max_hold_seconds: int | None = None
    high: Decimal = money()
    opened_at: datetime = moment()
    breakeven_gain: Decimal | None = money()
    breakeven_fee_rate: Decimal | None = money()
    average_cost: Decimal = money(sa_column_kwargs={"server_default": "0"})


class DifferenceRow(Base, table=True):
    """What somebody else changed at the venue, and what a person said to it."""

    __tablename__ = "differences"
    __table_args__ = (Index("ix_differences_open", "id", **where("state = 'open'")),)

    id: int | None = row_id()
    difference_id: str = plain_text(unique=True)
    kind: str = plain_text()
    at: datetime = moment()
    currency: str = plain_text()
    cause: str = plain_text()
    book: Decimal = money()
    venue: Decimal = money()
    change: Decimal = money()
    price: Decimal | None = money()
    krw: Decimal | None = money()
    market: str | None = plain_text()
    side: str = plain_text()
    venue_id: str = plain_text(index=True)
    state: str = plain_text()
    answered_by: str = plain_text()
    answered_at: datetime | None = moment()


class CorrectionRow(Base, table=True):
    """Coins moved into or out of a position by a person's hand."""

    __tablename__ = "corrections"

    id: int | None = row_id()
    correction_id: str = plain_text(unique=True)
    position_id: str = plain_text(index=True)
    market: str = plain_text()
    quantity: Decimal = money()
    cost: Decimal = money()
    price: Decimal = money()
    at: datetime = moment()
    by: str = plain_text()
    after_fill: str = plain_text()


class TicketRow(Base, table=True):
    """`cleared` is written by `storage.encoding`."""

    __tablename__ = "tickets"
    __table_args__ = (
        Index("ix_tickets_pending", "created_at", "id", **where("state = 'pending'")),
        Index("ix_tickets_answered", "answered_at", "id"),
    )

    id: int | None = row_id()
    ticket_id: str = plain_text(unique=True)
    cleared: Any = json_value()
    price: Decimal = money()
    price_band: Decimal = money()
    created_at: datetime = moment()
    expires_at: datetime = moment()
    state: str = plain_text()
    answered_by: str = plain_text()
    answered_at: datetime | None = moment()
    silence_allows: bool


class CandleRow(Base, table=True):
    """Closed candles only. The key holds the market (P1)."""

    __tablename__ = "candles"
    __table_args__ = ({"sqlite_with_rowid": False},)

    market: str = plain_text(primary_key=True)
    timeframe: str = plain_text(primary_key=True)
    opened_at: datetime = moment(primary_key=True)
    open: Decimal = money()
    high: Decimal = money()
    low: Decimal = money()
    close: Decimal = money()
    volume: Decimal = money()
    value: Decimal = money()
    filled: bool


orders = table_of(OrderRow)
order_history = table_of(OrderHistoryRow)
fills = table_of(FillRow)
positions = table_of(PositionRow)
guards = table_of(GuardRow)
differences = table_of(DifferenceRow)
corrections = table_of(CorrectionRow)
tickets = table_of(TicketRow)
candles = table_of(CandleRow)
