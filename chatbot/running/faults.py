"""Settings that cannot be used, each in one line that says which, why and within which bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import SecretStr, ValidationError

from trader.settings import Settings

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_BOUNDS = (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most"))


def settings_faults(err: ValidationError) -> list[str]:
    """Keys and tokens are named, never shown."""
    return [_line(fault) for fault in err.errors()]


def _line(fault: ErrorDetails) -> str:
    said = fault["msg"].removeprefix("Value error, ")
    name = str(fault["loc"][0]) if fault["loc"] else ""
    info = Settings.model_fields.get(name)
    if info is None:
        return said
    limits = bounds(info.metadata)
    said = f"must be {limits}" if limits and fault["type"] in _BOUND_FAULTS else said[:1].lower() + said[1:]
    if info.annotation is not SecretStr and fault["type"] != "value_error":
        said += f", not {fault['input']!r}"
    return f"{name.upper()} ({info.description}): {said}"


_BOUND_FAULTS = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}


def bounds(metadata: list[Any]) -> str:
    """`above 0 and at most 0.95`, from a field's constraints."""
    found = [
        f"{words} {value}"
        for sign, words in _BOUNDS
        for item in metadata
        if (value := getattr(item, sign, None)) is not None
    ]
    return " and ".join(found)
