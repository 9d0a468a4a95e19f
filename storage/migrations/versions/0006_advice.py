"""Advice: what language models were asked and said, what became of it, and what was learned.

Revision 0006."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "consultations",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _text("consultation_id"),
        _time("at"),
        _text("market"),
        _text("cost"),
        _text("body"),
        _text("prompt"),
        sa.PrimaryKeyConstraint("id", name="pk_consultations"),
        sa.UniqueConstraint("consultation_id", name="uq_consultations_consultation_id"),
    )
    op.create_index("ix_consultations_at", "consultations", ["at", "id"])
    op.create_index("ix_consultations_market", "consultations", ["market", "at", "id"])
    op.create_table(
        "outcomes",
        _text("consultation_id"),
        sa.Column("horizon", sa.Integer(), nullable=False),
        _text("start"),
        _text("end"),
        _time("at"),
        sa.PrimaryKeyConstraint("consultation_id", "horizon", name="pk_outcomes"),
    )
    op.create_table(
        "lessons",
        _text("lesson_id"),
        _time("created_at"),
        _text("body"),
        sa.PrimaryKeyConstraint("lesson_id", name="pk_lessons"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False)
