"""Orders, fills, positions, guards, tickets, journal, events, outbox, settings, candles and notes.

Revision 0001, the first. A revision is history: it spells its types out and imports nothing of the program."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _orders()
    _order_history()
    _fills()
    _positions()
    _guards()
    _tickets()
    _journal()
    _events()
    _outbox()
    _settings()
    _notes()
    _candles()


def _sequence() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=nullable)


def _index(name: str, table: str, columns: list[str], *, unique: bool = False, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns, unique=unique, sqlite_where=condition, postgresql_where=condition)


def _orders() -> None:
    op.create_table(
        "orders",
        _sequence(),
        _text("client_order_id"),
        _text("intent_id"),
        _text("market"),
        _text("side"),
        _text("order_type"),
        _text("time_in_force"),
        _text("origin"),
        _text("owner"),
        _text("reason"),
        _text("state"),
        _time("created_at"),
        _time("updated_at"),
        _text("decision_price"),
        _text("price", nullable=True),
        _text("quantity", nullable=True),
        _text("notional", nullable=True),
        _text("venue_id", nullable=True),
        _text("executed_quantity"),
        _text("executed_funds"),
        _text("paid_fee"),
        _text("approved_by"),
        _text("note"),
        _text("exit_stop", nullable=True),
        _text("exit_take", nullable=True),
        _text("exit_trail", nullable=True),
        sa.Column("exit_max_hold_seconds", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_orders"),
        sa.UniqueConstraint("client_order_id", name="uq_orders_client_order_id"),
    )
    _index("ix_orders_created_at", "orders", ["created_at", "id"])
    _index("ix_orders_market", "orders", ["market", "created_at", "id"])
    _index(
        "ix_orders_unfinished",
        "orders",
        ["created_at", "id"],
        where="state NOT IN ('done', 'cancelled', 'rejected', 'expired')",
    )
    _index("ix_orders_venue_id", "orders", ["venue_id"])


def _order_history() -> None:
    op.create_table(
        "order_history",
        _sequence(),
        _text("client_order_id"),
        _time("at"),
        _text("state"),
        _text("note"),
        sa.ForeignKeyConstraint(
            ["client_order_id"], ["orders.client_order_id"], name="fk_order_history_client_order_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_order_history"),
    )
    _index("ix_order_history_client_order_id", "order_history", ["client_order_id"])


def _fills() -> None:
    op.create_table(
        "fills",
        _sequence(),
        _text("fill_id"),
        _text("client_order_id"),
        _text("market"),
        _text("side"),
        _text("price"),
        _text("quantity"),
        _text("funds"),
        _text("fee"),
        _time("at"),
        sa.PrimaryKeyConstraint("id", name="pk_fills"),
        sa.UniqueConstraint("fill_id", name="uq_fills_fill_id"),
    )
    _index("ix_fills_at", "fills", ["at", "id"])
    _index("ix_fills_client_order_id", "fills", ["client_order_id"])
    _index("ix_fills_market", "fills", ["market", "at", "id"])


def _positions() -> None:
    op.create_table(
        "positions",
        _sequence(),
        _text("position_id"),
        _text("market"),
        _text("owner"),
        _time("opened_at"),
        _text("quantity"),
        _text("cost"),
        _text("realised_pnl"),
        _text("fees"),
        _text("bought_quantity"),
        _text("bought_cost"),
        _text("sold_quantity"),
        _text("sold_proceeds"),
        _time("closed_at", nullable=True),
        _text("exit_reason"),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
        sa.UniqueConstraint("position_id", name="uq_positions_position_id"),
    )
    _index("ix_positions_closed_at", "positions", ["closed_at", "id"])
    _index("uq_positions_open_market", "positions", ["market"], unique=True, where="closed_at IS NULL")


def _guards() -> None:
    op.create_table(
        "guards",
        _text("position_id"),
        _text("market"),
        _text("stop", nullable=True),
        _text("take", nullable=True),
        _text("trail", nullable=True),
        sa.Column("max_hold_seconds", sa.Integer(), nullable=True),
        _text("high"),
        _time("opened_at"),
        sa.PrimaryKeyConstraint("position_id", name="pk_guards"),
    )


def _tickets() -> None:
    op.create_table(
        "tickets",
        _sequence(),
        _text("ticket_id"),
        _text("cleared"),
        _text("price"),
        _text("price_band"),
        _time("created_at"),
        _time("expires_at"),
        _text("state"),
        _text("answered_by"),
        _time("answered_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
        sa.UniqueConstraint("ticket_id", name="uq_tickets_ticket_id"),
    )
    _index("ix_tickets_pending", "tickets", ["created_at", "id"], where="state = 'pending'")


def _journal() -> None:
    op.create_table(
        "journal",
        _sequence(),
        _text("cycle_id"),
        _time("at"),
        _text("market"),
        _text("strategy"),
        _text("timeframe"),
        _text("stage"),
        _text("code"),
        _text("details"),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    _index("ix_journal_at", "journal", ["at", "id"])
    _index("ix_journal_market", "journal", ["market", "at", "id"])


def _events() -> None:
    op.create_table(
        "events",
        _sequence(),
        _text("event_id"),
        _text("kind"),
        _time("at"),
        _text("severity"),
        _text("market"),
        _text("thread"),
        _text("data"),
        sa.Column("push", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("event_id", name="uq_events_event_id"),
    )
    _index("ix_events_at", "events", ["at", "id"])
    _index("ix_events_kind", "events", ["kind", "at", "id"])


def _outbox() -> None:
    op.create_table(
        "outbox",
        _sequence(),
        _text("message_id"),
        _text("event_id"),
        _text("channel"),
        _text("target"),
        _time("created_at"),
        _time("sent_at", nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _text("last_error"),
        _text("remote_id"),
        sa.ForeignKeyConstraint(["event_id"], ["events.event_id"], name="fk_outbox_event_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("message_id", name="uq_outbox_message_id"),
    )
    _index("ix_outbox_pending", "outbox", ["channel", "id"], where="sent_at IS NULL")


def _settings() -> None:
    op.create_table(
        "settings",
        _sequence(),
        _text("key"),
        _text("value", nullable=True),
        _text("set_by"),
        _time("set_at"),
        sa.PrimaryKeyConstraint("id", name="pk_settings"),
    )
    _index("ix_settings_key", "settings", ["key", "id"])


def _notes() -> None:
    op.create_table(
        "notes",
        _text("key"),
        _text("value"),
        sa.PrimaryKeyConstraint("key", name="pk_notes"),
    )


def _candles() -> None:
    op.create_table(
        "candles",
        _text("market"),
        _text("timeframe"),
        _time("opened_at"),
        _text("open"),
        _text("high"),
        _text("low"),
        _text("close"),
        _text("volume"),
        _text("value"),
        sa.Column("filled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("market", "timeframe", "opened_at", name="pk_candles"),
        sqlite_with_rowid=False,
    )
