"""People: who was let in or shut out by a person, beside the lists of the environment.

Revision 0005."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "people",
        _text("channel"),
        _text("user_id"),
        _text("role"),
        _text("name"),
        _text("added_by"),
        _time("added_at"),
        _text("revoked_by"),
        _time("revoked_at", nullable=True),
        sa.PrimaryKeyConstraint("channel", "user_id", name="pk_people"),
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _time(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=nullable)
