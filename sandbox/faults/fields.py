"""Readers of single fields of a fault: each checks a decoded JSON value and gives what is kept of it.  Pure.

All raise ValueError with what was expected, without the field's name."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

Reader = Callable[[Any], Any]

LONGEST_SECONDS = 86_400.0
_STREAM_TYPES = re.compile(r"ticker|trade|orderbook|myOrder|myAsset|candle\.\w{1,4}")
_MARKET = re.compile(r"[A-Z]{3,5}-[A-Z0-9]{1,15}")


def one_of(*allowed: str) -> Reader:
    def read(value: Any) -> str:
        if value not in allowed or not isinstance(value, str):
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return read


def whole(low: int, high: int) -> Reader:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"must be a whole number from {low} to {high}")
        return value

    return read


def number(low: float, high: float, *, open_low: bool = False) -> Reader:
    said = f"must be a number {'above' if open_low else 'from'} {low:g} to {high:g}"

    def read(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
            raise ValueError(said)
        result = float(value)
        if not math.isfinite(result) or not low <= result <= high or (open_low and result == low):
            raise ValueError(said)
        return result

    return read


def amount(value: Any) -> Decimal:
    """A sum or volume above zero with at most 8 decimals, as JSON number or text."""
    said = "must be a number above zero, at most 1e15, with at most 8 decimals"
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise ValueError(said)
    try:
        result = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(said) from None
    if not result.is_finite() or not 0 < result <= Decimal("1e15") or result != round(result, 8):
        raise ValueError(said)
    return result


def share(value: Any) -> Decimal:
    return Decimal(str(number(0.0, 1.0, open_low=True)(value)))


def fraction(value: Any) -> Decimal:
    result = Decimal(str(number(-1.0, 10.0, open_low=True)(value)))
    if not result:
        raise ValueError("must not be 0: the price would stay")
    return result


def shift(value: Any) -> float:
    result: float = number(-LONGEST_SECONDS, LONGEST_SECONDS)(value)
    if not result:
        raise ValueError("must not be 0: the clock would stay")
    return result


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("must be true or false")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= 200 or not value.isprintable():
        raise ValueError("must be a text of 1 to 200 printable characters")
    return value


def market_code(value: Any) -> str:
    if not isinstance(value, str) or not _MARKET.fullmatch(value):
        raise ValueError("must be a market code like KRW-BTC")
    return value


def currency_code(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z0-9]{1,15}", value):
        raise ValueError("must be a currency code like KRW")
    return value


def request_path(value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("/v1/", "/websocket/v1")) or "?" in value:
        raise ValueError("must be a path under /v1/ or /websocket/v1, without a query; a * at its end makes a prefix")
    return value


def stream_type(value: Any) -> str:
    if not isinstance(value, str) or not _STREAM_TYPES.fullmatch(value):
        raise ValueError("must be a stream type like ticker, orderbook, candle.1m, myOrder or myAsset")
    return value
