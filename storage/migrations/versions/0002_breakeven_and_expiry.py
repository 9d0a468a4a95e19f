"""The break-even rule of orders and guards, and when an order's remainder expires.

Revision 0002. Open positions keep the exits they were entered with: their guards get no break-even rule."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

RULE = ("gain", "fee_rate", "tick_size")


def upgrade() -> None:
    for name in RULE:
        op.add_column("orders", _text(f"exit_breakeven_{name}"))
    op.add_column("orders", _time("expires_at"))
    for name in RULE:
        op.add_column("guards", _text(f"breakeven_{name}"))
    op.add_column("guards", sa.Column("average_cost", sa.Text(), nullable=False, server_default="0"))


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=True)


def _time(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.TIMESTAMP(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=True)
