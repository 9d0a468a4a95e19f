"""A panic that was pressed, as what must not be forgotten whatever happens to the books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from trader.model.market import Market


@dataclass(frozen=True, slots=True)
class Halt:
    """From `at` on entries are locked, and what is in scope is to be sold: empty = everything."""

    by: str
    at: datetime
    markets: frozenset[Market] = frozenset()
    strategy: str = ""
    cancel_only: bool = False
