"""The flat text of events back as values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal, InvalidOperation


def figure(text: str | None) -> Decimal | None:
    """Plain decimal text; None: not there, or no figure."""
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def moment(text: str | None) -> datetime | None:
    """ISO 8601; None: not there."""
    return datetime.fromisoformat(text) if text else None
