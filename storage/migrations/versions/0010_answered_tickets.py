"""Tickets: found by when they were answered.

Revision 0010."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.create_index("ix_tickets_answered", "tickets", ["answered_at", "id"])
