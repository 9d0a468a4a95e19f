"""Alerts: what people want to be told of.

Revision 0007."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _text("alert_id"),
        _text("person"),
        _text("place"),
        _text("market"),
        _text("kind"),
        _text("comparison"),
        _text("value"),
        sa.Column("span", sa.Integer(), nullable=False),
        _text("timeframe"),
        sa.Column("repeat", sa.Boolean(), nullable=False),
        _time("created_at"),
        _time("expires_at"),
        sa.Column("holds", sa.Boolean(), nullable=False),
        _text("state"),
        _time("fired_at", nullable=True),
        _time("muted_until", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_alerts"),
        sa.UniqueConstraint("alert_id", name="uq_alerts_alert_id"),
    )
    active = sa.text("state = 'active'")
    op.create_index("ix_alerts_active", "alerts", ["id"], sqlite_where=active, postgresql_where=active)
    op.create_index("ix_alerts_person", "alerts", ["person", "id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=nullable)
