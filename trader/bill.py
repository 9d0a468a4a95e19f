"""What language models have cost, by the books.  Runs inside a transaction."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from trader.ports import Records


def models_cost(records: Records, since: datetime) -> Decimal:
    """KRW since then: questions, and what was written for people."""
    return records.consultations.cost_since(since) + records.writings.cost_since(since)
