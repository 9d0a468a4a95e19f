"""A model's text → JSON values, held for hostile.  Pure.

What a stranger's server may send costs no more to read than an honest answer: the length, the depth and each number are
bounded before anything is made of them. `1e999999999` is nine characters, and a gigabyte as a whole number."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any, Final

LONGEST: Final = 20_000
LONGEST_NUMBER: Final = 40
FARTHEST: Final = 20
"""Powers of ten from one, up and down: far beyond any price, share or chance."""


class InvalidAnswer(ValueError):
    """The text is no answer; the message says why, in a few words without the text itself."""


def read_json(text: str, number: Callable[[Decimal], Any] = Decimal) -> Any:
    """JSON as one would write it by hand: finite numbers of ordinary size, every name once in its object.

    Args:
        number: what is made of a number with a point or an exponent.
    Raises:
        InvalidAnswer"""
    if len(text) > LONGEST:
        raise InvalidAnswer("longer than any answer")

    def fraction(token: str) -> Any:
        return number(_bounded(token))

    try:
        return json.loads(
            text,
            parse_float=fraction,
            parse_int=lambda token: int(_bounded(token)),
            parse_constant=_no_constant,
            object_pairs_hook=_each_once,
        )
    except (ValueError, RecursionError) as err:
        raise err if isinstance(err, InvalidAnswer) else InvalidAnswer("not JSON") from err


def _bounded(token: str) -> Decimal:
    try:
        value = Decimal(token) if len(token) <= LONGEST_NUMBER else None
    except InvalidOperation:  # its exponent alone is too large
        value = None
    if value is None or abs(value.adjusted()) > FARTHEST:
        raise InvalidAnswer("a number out of all bounds")
    return value


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A name that stands twice says two things: readers differ in which one they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise InvalidAnswer("a name stands twice")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no number")
