"""Differences: what somebody else changed at the venue; corrections: coins moved into or out of a position by hand."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    _differences()
    _corrections()


def _sequence() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=nullable)


def _differences() -> None:
    op.create_table(
        "differences",
        _sequence(),
        _text("difference_id"),
        _text("kind"),
        _time("at"),
        _text("currency"),
        _text("cause"),
        _text("book"),
        _text("venue"),
        _text("change"),
        _text("price", nullable=True),
        _text("krw", nullable=True),
        _text("market", nullable=True),
        _text("side"),
        _text("venue_id"),
        _text("state"),
        _text("answered_by"),
        _time("answered_at", nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_differences"),
        sa.UniqueConstraint("difference_id", name="uq_differences_difference_id"),
    )
    condition = sa.text("state = 'open'")
    op.create_index("ix_differences_open", "differences", ["id"], sqlite_where=condition, postgresql_where=condition)
    op.create_index("ix_differences_venue_id", "differences", ["venue_id"])


def _corrections() -> None:
    op.create_table(
        "corrections",
        _sequence(),
        _text("correction_id"),
        _text("position_id"),
        _text("market"),
        _text("quantity"),
        _text("cost"),
        _text("price"),
        _time("at"),
        _text("by"),
        _text("after_fill"),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
        sa.UniqueConstraint("correction_id", name="uq_corrections_correction_id"),
    )
    op.create_index("ix_corrections_position_id", "corrections", ["position_id"])
