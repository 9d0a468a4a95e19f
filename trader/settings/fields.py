"""What a setting is made of: a default, a text, a unit, a group, bounds, and whether chat may change it."""

from __future__ import annotations

from decimal import Decimal
from enum import Enum
from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from pydantic.config import JsonDict
from pydantic.fields import FieldInfo
from pydantic_settings import NoDecode

from trader.model.plain import plain


def _split(value: Any) -> Any:
    return tuple(value.replace(",", " ").split()) if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""Comma- or space-separated in the environment."""


def tunable(default: Any, description: str, unit: str, group: str, **bounds: Any) -> Any:
    """A setting that chat may change."""
    extra: JsonDict = {"unit": unit, "group": group, "chat": True}
    return Field(default=default, description=description, json_schema_extra=extra, **bounds)


def fixed(default: Any, description: str, unit: str, group: str, **bounds: Any) -> Any:
    """A setting that only the environment gives."""
    extra: JsonDict = {"unit": unit, "group": group, "chat": False}
    return Field(default=default, description=description, json_schema_extra=extra, **bounds)


def field_extra(info: FieldInfo) -> dict[str, Any]:
    """`unit`, `group` and `chat`, as `tunable` and `fixed` laid them down."""
    extra = info.json_schema_extra
    return extra if isinstance(extra, dict) else {}


def choices(info: FieldInfo) -> tuple[str, ...]:
    """Every value a setting may have, where they can be counted."""
    kind = info.annotation
    if kind is bool:
        return ("yes", "no")
    return tuple(str(member) for member in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()


def bound(info: FieldInfo, *names: str) -> str:
    """The first of these bounds (`ge`, `gt`, `le`, `lt`) that is set, as text; empty: none is."""
    found = (getattr(rule, name, None) for rule in info.metadata for name in names)
    return next((as_text(limit) for limit in found if limit is not None), "")


def as_text(value: object) -> str:
    """A setting as it would be written in the environment."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, tuple):
        return " ".join(str(v) for v in value)
    return str(value)
