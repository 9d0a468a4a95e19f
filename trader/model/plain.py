"""Figures as plain text: what goes into journal, events and wording parameters."""

from __future__ import annotations

from decimal import Decimal


def plain(value: Decimal | None) -> str:
    """Never an exponent, no zeros at the end; empty for what is not known."""
    if value is None:
        return ""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
