"""Threads: the trade an order and a position belong to; messages that are edited in place; when a message was tried.

Revision 0004. A position gets the thread of the wish that opened it, where its first fill tells which."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    for table in ("orders", "positions"):
        op.add_column(table, sa.Column("thread", sa.Text(), nullable=False, server_default=""))
    op.execute(
        "UPDATE positions SET thread = coalesce((SELECT orders.intent_id FROM fills JOIN orders "
        "ON orders.client_order_id = fills.client_order_id WHERE 'p-' || fills.fill_id = positions.position_id), '')"
    )
    op.create_index("ix_positions_thread", "positions", ["thread", "id"])
    condition = sa.text("thread <> ''")
    op.create_index("ix_events_thread", "events", ["thread", "id"], sqlite_where=condition, postgresql_where=condition)
    op.add_column("outbox", _time("tried_at", nullable=True))
    op.create_index("ix_outbox_event_id", "outbox", ["event_id"])
    _kept_messages()


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=nullable)


def _kept_messages() -> None:
    op.create_table(
        "kept_messages",
        _text("channel"),
        _text("target"),
        _text("topic"),
        _text("remote_id"),
        _time("began_at"),
        _time("changed_at"),
        _text("event_id"),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "target", "topic", name="pk_kept_messages"),
    )
    condition = sa.text("live")
    op.create_index(
        "ix_kept_messages_live",
        "kept_messages",
        ["channel", "began_at"],
        sqlite_where=condition,
        postgresql_where=condition,
    )
