"""Figures as plain text: what goes into journal, events and wording parameters."""

from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal | None) -> str:
    """Never an exponent; empty for what is not known."""
    return "" if value is None else format(value, "f")
