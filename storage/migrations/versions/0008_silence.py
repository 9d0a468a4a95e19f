"""Tickets: whether people were told that it goes on when nobody answers.

Revision 0008."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column("tickets", sa.Column("silence_allows", sa.Boolean(), nullable=False, server_default=sa.false()))
