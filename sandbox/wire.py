"""How public values look on the wire: JSON numbers and the date forms of Upbit (reference §4, §5, §15).  Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

import msgspec

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KST_OFFSET = timedelta(hours=9)
ZERO = Decimal(0)
_MILLISECOND = timedelta(milliseconds=1)
_POINT = Decimal("0.0")
_RATE = Decimal("0.0000000001")

encode = msgspec.json.Encoder(decimal_format="number").encode
"""Object to UTF-8 JSON; a Decimal is written digit for digit as a JSON number."""


def plain(value: Decimal) -> str:
    """A decimal string without exponent and without needless zeros: `0.5`, `1000`."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


def number(value: Decimal) -> Decimal:
    """The same value with at least one decimal place, so that whole numbers read `127.0` as on Upbit."""
    return value + _POINT


def rate(part: Decimal, whole: Decimal) -> Decimal:
    """`part / whole` as a fraction with the 10 decimals Upbit shows; 0 when `whole` is 0."""
    if not whole:
        return _POINT
    return (part / whole).quantize(_RATE, rounding=ROUND_HALF_UP)


def to_ms(at: datetime) -> int:
    """Unix milliseconds of an aware time, rounded down."""
    return (at - EPOCH) // _MILLISECOND


def from_ms(ms: int) -> datetime:
    """Aware UTC time of unix milliseconds."""
    return EPOCH + timedelta(milliseconds=ms)


def second_text(at: datetime) -> str:
    """`2026-08-03T10:40:00`, as candles carry it: no zone, no fraction."""
    return at.replace(tzinfo=None).isoformat(timespec="seconds")
