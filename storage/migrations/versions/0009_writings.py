"""Writings: what language models wrote for people, with what they were shown and what it cost.

Revision 0009."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "writings",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        _text("writing_id"),
        _time("at"),
        _text("cost"),
        _text("body"),
        sa.PrimaryKeyConstraint("id", name="pk_writings"),
        sa.UniqueConstraint("writing_id", name="uq_writings_writing_id"),
    )
    op.create_index("ix_writings_at", "writings", ["at", "id"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False)
