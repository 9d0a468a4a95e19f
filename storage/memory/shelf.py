"""A dictionary that can be undone, the same checks at the door that columns make, and the order that lists come in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

from storage.values import decimal_text, utc
from trader.errors import StorageFailed

K = TypeVar("K")
V = TypeVar("V")


class Undo:
    """How to take back what the running transaction did."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []
        self._writing = False

    def begin(self) -> None:
        self._writing = True

    def note(self, step: Callable[[], object]) -> None:
        """Raises StorageFailed outside a write."""
        if not self._writing:
            raise StorageFailed("a read may not write")
        self._steps.append(step)

    def commit(self) -> None:
        self._steps.clear()
        self._writing = False

    def roll_back(self) -> None:
        while self._steps:
            self._steps.pop()()
        self._writing = False


class Shelf(Generic[K, V]):
    """Values by key, in the order their keys first came."""

    def __init__(self, undo: Undo) -> None:
        self._undo = undo
        self._values: dict[K, V] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._values

    def __iter__(self) -> Iterator[V]:
        return iter(self._values.values())

    def __len__(self) -> int:
        return len(self._values)

    def keys(self) -> Iterable[K]:
        return self._values.keys()

    def get(self, key: K) -> V | None:
        return self._values.get(key)

    def put(self, key: K, value: V) -> None:
        if key in self._values:
            former = self._values[key]
            self._undo.note(lambda: self._values.__setitem__(key, former))
        else:
            self._undo.note(lambda: self._values.pop(key, None))
        self._values[key] = value

    def remove(self, key: K) -> None:
        if key not in self._values:
            return
        former = dict(self._values)  # whole: putting one key back would put it last
        self._undo.note(lambda: setattr(self, "_values", former))
        del self._values[key]


def checked(value: V) -> V:
    """The value as a column would keep it: times in UTC. Refuses what no column takes: a naive time, NaN (ValueError),
    a float where money belongs (TypeError)."""
    changes: dict[str, Any] = {}
    for field in fields(value):  # type: ignore[arg-type]  # every stored value is a dataclass
        part = getattr(value, field.name)
        if isinstance(part, datetime):
            kept: Any = utc(part)
        elif isinstance(part, (Decimal, float)):
            decimal_text(part)  # type: ignore[arg-type]  # a float is told so
            continue
        elif is_dataclass(part):
            kept = checked(part)
        else:
            continue
        if kept is not part:
            changes[field.name] = kept
    return replace(value, **changes) if changes else value  # type: ignore[type-var]


def newest(rows: Iterable[V], limit: int, when: Callable[[V], Any] | None = None) -> list[V]:
    """At most `limit`, newest first; of equal times the one written last comes first."""
    ordered = list(rows) if when is None else sorted(rows, key=when)
    return ordered[::-1][:limit]
