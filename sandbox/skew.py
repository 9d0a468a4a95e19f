"""The same content with the venue's clock wrong: `created_at` texts and every `…timestamp` in milliseconds.  Pure.

Which candle, day or second something belongs to stays as it is."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sandbox.wire import encode


def shift_times(content: Any, ms: int) -> Any:
    """A copy with all times moved by `ms` milliseconds."""
    if isinstance(content, dict):
        return {name: _field(name, value, ms) for name, value in content.items()}
    if isinstance(content, list):
        return [shift_times(part, ms) for part in content]
    return content


def _field(name: str, value: Any, ms: int) -> Any:
    if name.endswith("timestamp") and isinstance(value, int):
        return value + ms
    if name == "created_at" and isinstance(value, str):
        digits = "microseconds" if "." in value else "seconds"
        return (datetime.fromisoformat(value) + timedelta(milliseconds=ms)).isoformat(timespec=digits)
    return shift_times(value, ms)


def shift_body(body: bytes, ms: int) -> bytes:
    """JSON in, JSON out, numbers digit for digit; what is not JSON stays as it is."""
    try:
        content = json.loads(body, parse_float=Decimal)
    except ValueError:
        return body
    return encode(shift_times(content, ms))
