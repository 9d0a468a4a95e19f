"""Rules of telling.  In: an event, the conversations told by default.  Out: the conversations told.  Pure.

Three things pass every rule that lowers noise: what is critical, a question, and what ends one. What is critical goes
to everybody who is told by default and to where its kind is sent; quiet hours hold the rest back, they do not drop it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Self

from trader.chronicle import Route
from trader.model.events import Event, EventKind, Severity
from trader.model.seoul import SEOUL, Hours


class Group(StrEnum):
    """Kinds a person speaks of by one word."""

    TRADES = "trades"
    ORDERS = "orders"
    ERRORS = "errors"
    REPORTS = "reports"
    ALERTS = "alerts"
    CONTROL = "control"


class Profile(StrEnum):
    """QUIET: warnings, reports, alerts · NORMAL: what happens · ALL: also wishes that were denied."""

    QUIET = "quiet"
    NORMAL = "normal"
    ALL = "all"


_KINDS: Final[Mapping[Group, frozenset[EventKind]]] = {
    Group.TRADES: frozenset({EventKind.PROPOSAL, EventKind.ENTRY, EventKind.EXIT, EventKind.GUARD_MOVED})
    | frozenset(kind for kind in EventKind if kind.value.startswith("ticket_")),
    Group.ORDERS: frozenset({EventKind.FILL, EventKind.DENIED})
    | frozenset(kind for kind in EventKind if kind is EventKind.ORDER or kind.value.startswith("order_")),
    Group.ERRORS: frozenset({EventKind.ERROR, EventKind.JOB_FAILED, EventKind.JOB_RECOVERED})
    | frozenset({EventKind.STREAM_LOST, EventKind.STREAM_BACK, EventKind.CHAT_DOWN, EventKind.CHAT_BACK})
    | frozenset({EventKind.MISMATCH, EventKind.DIFFERENCE_ANSWERED, EventKind.RECONCILED}),
    Group.REPORTS: frozenset({EventKind.DAILY_REPORT, EventKind.AI_SCORECARD, EventKind.REFLECTION, EventKind.LESSON}),
    Group.ALERTS: frozenset({EventKind.ALERT}),
}
"""Every other kind is CONTROL."""

_ASKED: Final = frozenset(
    {EventKind.PROPOSAL, EventKind.MISMATCH, EventKind.DIFFERENCE_ANSWERED}
    | {kind for kind in EventKind if kind.value.startswith("ticket_")}
)
"""Questions, and what ends them: the buttons go away where they stand."""

_WISHED: Final = frozenset({EventKind.ALERT, EventKind.DAILY_REPORT, EventKind.AI_SCORECARD})
"""Also told to those who want it quiet."""

_DONE: Final = frozenset(
    {EventKind.STATE_CHANGED, EventKind.SETTING_CHANGED, EventKind.SETTING_WAITS, EventKind.SETTING_CANCELLED}
)
"""What a person does; the answer to it says the same."""


def group_of(kind: EventKind) -> Group:
    return next((group for group, kinds in _KINDS.items() if kind in kinds), Group.CONTROL)


@dataclass(frozen=True, slots=True)
class Wish:
    """Of one conversation. `switched` wins over the profile."""

    profile: Profile = Profile.NORMAL
    switched: Mapping[Group, bool] = field(default_factory=dict)
    hours: Hours | None = None

    def wants(self, event: Event) -> bool:
        group = group_of(event.kind)
        if not event.push:
            return event.kind is EventKind.DENIED and self.profile is Profile.ALL and self.switched.get(group, True)
        if group in self.switched:
            return self.switched[group]
        if self.profile is not Profile.QUIET:
            return True
        return event.kind in _WISHED or (event.severity is Severity.WARNING and group is not Group.ERRORS)


PLAIN: Final = Wish()


@dataclass(frozen=True, slots=True)
class Rules:
    """`routed`: kinds that go to these conversations instead of everybody's."""

    wishes: Mapping[Route, Wish] = field(default_factory=dict)
    routed: Mapping[Group, tuple[Route, ...]] = field(default_factory=dict)

    def wish(self, place: Route) -> Wish:
        return self.wishes.get(place, PLAIN)

    def places(self, event: Event, everybody: Sequence[Route]) -> list[Route]:
        """Where `event` is told. One that names its conversation (`to`) is told there; an alert where its person asked
        for it, unless alerts are sent elsewhere; what a person has done, to all but them."""
        group = group_of(event.kind)
        routed = self.routed.get(group, ())
        named = tuple(route_of(key) for key in event.data.get("to", "").split())
        if event.push and event.severity is Severity.CRITICAL:
            return list(dict.fromkeys((*everybody, *routed)))
        if named and event.kind is not EventKind.ALERT:
            return list(named)
        by = event.data.get("by") if event.kind in _DONE else None
        places = [place for place in routed or named or everybody if key_of(place) != by]
        if event.push and event.kind in _ASKED:
            return places
        return [place for place in places if self.wish(place).wants(event)]

    def quiet_until(self, place: Route, now: datetime) -> datetime | None:
        """When what is not critical is told there again; None: it is told now."""
        hours = self.wish(place).hours
        if hours is None or now not in hours:
            return None
        local = now.astimezone(SEOUL)
        end = local.replace(hour=hours.end.hour, minute=hours.end.minute, second=0, microsecond=0)
        return end if end > local else end + timedelta(days=1)

    # ---- changes

    def with_wish(self, place: Route, **changes: Any) -> Self:
        """One without any wish of its own is forgotten."""
        wish = replace(self.wish(place), **changes)
        kept = {key: known for key, known in self.wishes.items() if key != place}
        return replace(self, wishes=kept if wish == PLAIN else {**kept, place: wish})

    def with_switch(self, place: Route, group: Group, on: bool) -> Self:
        return self.with_wish(place, switched={**self.wish(place).switched, group: on})

    def with_route(self, group: Group, places: Sequence[Route]) -> Self:
        """None: to everybody, as before."""
        kept = {key: known for key, known in self.routed.items() if key is not group}
        return replace(self, routed={**kept, group: tuple(dict.fromkeys(places))} if places else kept)

    # ---- as they are kept

    def as_note(self) -> dict[str, Any]:
        wishes = {
            key_of(place): {
                "profile": wish.profile.value,
                "switched": {group.value: on for group, on in wish.switched.items()},
                "hours": str(wish.hours) if wish.hours else "",
            }
            for place, wish in self.wishes.items()
        }
        routed = {group.value: [key_of(place) for place in places] for group, places in self.routed.items()}
        return {"wishes": wishes, "routed": routed}

    @classmethod
    def from_note(cls, note: Any) -> Self:
        """What `as_note` made; none at all where nothing was kept."""
        if not isinstance(note, dict):
            return cls()
        wishes = {
            route_of(key): Wish(
                Profile(kept["profile"]),
                {Group(name): on for name, on in kept["switched"].items()},
                Hours.parse(kept["hours"]) if kept["hours"] else None,
            )
            for key, kept in note["wishes"].items()
        }
        routed = {Group(name): tuple(map(route_of, keys)) for name, keys in note["routed"].items()}
        return cls(wishes, routed)


def key_of(place: Route) -> str:
    """`telegram:-100123/45`, `slack:C123`."""
    return f"{place.channel}:{place.target}"


def route_of(key: str) -> Route:
    channel, _, target = key.partition(":")
    return Route(channel, target)


def keys(places: Iterable[Route]) -> str:
    return " ".join(map(key_of, places))
