"""Values as text that reads back exactly: the rules both memories keep."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any


def decimal_text(value: Decimal) -> str:
    """Plain digits, never an exponent; reads back to an equal Decimal with the same number of decimals.

    Raises TypeError for anything but a Decimal (a float has lost its digits already), ValueError for NaN and infinity.
    """
    if not isinstance(value, Decimal):
        raise TypeError(f"money must be a Decimal, not {type(value).__name__}: {value!r}")
    if not value.is_finite():
        raise ValueError(f"not a number to be stored: {value}")
    return format(value, "f")


def utc(value: datetime) -> datetime:
    """The same moment in UTC. Raises ValueError for a naive one: nobody knows which moment that is."""
    if value.tzinfo is None:
        raise ValueError(f"a stored time needs a time zone: {value!r}")
    return value.astimezone(UTC)


def utc_text(value: datetime) -> str:
    """`2026-01-31T23:59:59.000001Z`: always 27 characters, so that text order is time order."""
    return utc(value).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def storable_text(value: str) -> str:
    """Text from outside (a venue's message, a chat line) as every database takes it: NUL and lone surrogates become �.

    Losing such a character is better than losing the transaction that carries a fill."""
    if value.isascii() and "\x00" not in value:
        return value
    return "".join("�" if char == "\x00" or "\ud800" <= char <= "\udfff" else char for char in value)


def json_text(value: Any) -> str:
    """JSON, legible where it can be. Raises TypeError or ValueError for what JSON does not know (NaN included)."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text
