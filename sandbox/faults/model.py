"""A fault: what it strikes, how often, and what it has struck so far.

Counting is the same for every kind: matching events (requests, stream messages, orders) are counted, the first
`after` are spared, then `times` are struck, each with probability `chance` drawn from the fault's own `seed`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

ORDER_PATHS = ("/v1/orders", "/v1/orders/cancel_and_new")


class FaultError(ValueError):
    """A fault that cannot be set; the text says what was expected."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that a fault may strike: a request, an accepted order, or a stream message.

    For requests and orders `market`, `side` and `identifier` are those of the parameters; a request for several
    markets names them all. For messages `type` and `market` are set. "" = none.
    """

    method: str = ""
    path: str = ""
    markets: tuple[str, ...] = ()
    side: str = ""
    identifier: str = ""
    type: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """Which events; None = any. A path that ends with `*` is a prefix, `paths` are exact alternatives."""

    method: str | None = None
    path: str | None = None
    market: str | None = None
    side: str | None = None
    identifier: str | None = None
    type: str | None = None
    paths: tuple[str, ...] = ()

    @property
    def needs_parameters(self) -> bool:
        return self.market is not None or self.side is not None or self.identifier is not None

    def names(self, method: str, path: str) -> bool:
        """Whether it means this method and path."""
        if self.method is not None and self.method != method:
            return False
        if self.path is None:
            return path in self.paths if self.paths else path.startswith("/v1/")
        return path.startswith(self.path[:-1]) if self.path.endswith("*") else path == self.path

    def fits(self, event: Event) -> bool:
        """Whether it means an event whose method and path it names."""
        return (
            (self.market is None or self.market in event.markets)
            and (self.side is None or self.side == event.side)
            and (self.identifier is None or self.identifier == event.identifier)
            and (self.type is None or self.type == event.type)
        )


@dataclass(slots=True, eq=False)
class Fault:
    """One fault that was set.

    Attributes:
        number: unique in its sandbox, counting from 1.
        fields: what its kind takes besides the common fields, with defaults filled in.
        times: how many matching events it strikes; 0 = unlimited.
        after: how many matching events it spares first.
        window: real seconds from its first strike during which it goes on; None = no end by time.
        seen, fired: matching events so far, and how many of them it struck.
        under_way: how many of its strikes still last: silences, stalls, a wrong clock, changes yet to come.
        error: why its last strike failed, "" when none did.
    """

    number: int
    kind: str
    fields: Mapping[str, Any]
    match: Match = Match()
    times: int = 1
    after: int = 0
    chance: float = 1.0
    seed: int = 0
    window: float | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    seen: int = 0
    fired: int = 0
    ends_at: float | None = None
    under_way: int = 0
    error: str = ""
    _dice: Random | None = None

    def over(self, now: float) -> bool:
        """Whether it will never strike again; `now` is event loop time."""
        return bool(self.times and self.fired >= self.times) or (self.ends_at is not None and now >= self.ends_at)

    def strikes(self, now: float) -> bool:
        """Count one matching event; whether the fault strikes it."""
        if self.over(now):
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        if self.chance < 1.0:
            self._dice = self._dice or Random(self.seed)
            if self._dice.random() >= self.chance:
                return False
        self.strike(now)
        return True

    def strike(self, now: float) -> None:
        """Note a strike; the first one opens the window."""
        self.fired += 1
        if self.window is not None and self.ends_at is None:
            self.ends_at = now + self.window

    def give_back(self) -> None:
        """The event turned out not to be one it means: as if it had not come."""
        self.seen -= 1
        self.fired -= 1

    def row(self, now: float) -> dict[str, Any]:
        """How it is listed: as it was given, defaults filled in, and what it has done."""
        row: dict[str, Any] = {"id": self.number, "kind": self.kind}
        row |= {"match": dict(self.given), "times": self.times, "after": self.after}
        row |= {"chance": self.chance, "seed": self.seed}
        row |= {name: f"{v:f}" if isinstance(v, Decimal) else v for name, v in self.fields.items() if v is not None}
        row |= {"seen": self.seen, "fired": self.fired, "active": self.under_way > 0 or not self.over(now)}
        if self.error:
            row["error"] = self.error
        return row
