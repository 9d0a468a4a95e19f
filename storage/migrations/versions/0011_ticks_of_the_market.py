"""The break-even rule without a tick of its own: it follows from the market, in every band of prices.

Revision 0011."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.drop_column("orders", "exit_breakeven_tick_size")
    op.drop_column("guards", "breakeven_tick_size")
