"""The rules of telling in force: read at start, changed by people, kept in one note.

A change and the event that tells of it are one transaction, so the trail says who made it quiet and when."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from chatbot.notify.rules import Group, Profile, Rules, key_of, keys
from chatbot.people.access import Access, Person, Role
from trader.chronicle import Chronicle, Route, Tell
from trader.errors import UserInputError
from trader.model.events import Event, EventKind
from trader.model.seoul import Hours
from trader.ports import Records

NOTE = "notify"
MOST_PLACES = 5
"""To which one kind may be sent."""


class Notify:
    """`channels` are those messages can leave by."""

    def __init__(self, chronicle: Chronicle, access: Access, channels: Collection[str] = ()) -> None:
        self.rules = Rules()
        self.channels = tuple(channels)
        self._chronicle = chronicle
        self._access = access
        self._changing = asyncio.Lock()

    async def load(self) -> None:
        """StorageFailed."""
        note = await self._chronicle.storage.read(lambda records: records.notes.get(NOTE))
        self.rules = Rules.from_note(note)

    @property
    def everybody(self) -> tuple[Route, ...]:
        """The conversations told by default."""
        return self._chronicle.routes

    def routes(self, event: Event) -> list[Route]:
        """Called in the transaction that writes the event, on the thread that does."""
        if event.kind is EventKind.ALERT and not self._may_hear(event.data.get("person", "")):
            return []
        return [place for place in self.rules.places(event, self.everybody) if not self._shut_out(place)]

    def quiet_until(self, place: Route, now: datetime) -> datetime | None:
        return self.rules.quiet_until(place, now)

    def _may_hear(self, key: str) -> bool:
        """Whoever has lost their role hears nothing of the market either; alerts set at the machine have no place."""
        channel, _, user_id = key.partition(":")
        return self._access.role_of(Person(channel, user_id)) is not Role.NOBODY

    def _shut_out(self, place: Route) -> bool:
        known = self._access.known(key_of(place))
        return known is not None and known.revoked

    # ---- changes

    async def set_profile(self, place: Route, profile: Profile, by: str) -> None:
        """Its switches go: the profile says what is told. StorageFailed, as every change."""
        old = self.rules.wish(place).profile
        data = _said("profile", place, old.value, profile.value, by)
        await self._write(lambda rules: rules.with_wish(place, profile=profile, switched={}), data)

    async def switch(self, place: Route, group: Group, on: bool, by: str) -> None:
        data = _said(group.value, place, "", "on" if on else "off", by)
        await self._write(lambda rules: rules.with_switch(place, group, on), data)

    async def set_hours(self, place: Route, hours: Hours | None, by: str) -> None:
        """None: no quiet hours."""
        old = self.rules.wish(place).hours
        data = _said("quiet", place, str(old or "off"), str(hours or "off"), by)
        await self._write(lambda rules: rules.with_wish(place, hours=hours), data)

    async def send_to(self, group: Group, places: Sequence[Route], by: str) -> None:
        """None: to everybody. Each place is told that it hears of it from now on. UserInputError: place-no-channel,
        place-too-many."""
        if len(places) > MOST_PLACES:
            raise UserInputError("place-too-many", most=str(MOST_PLACES))
        for place in places:
            if place.channel not in self.channels:
                raise UserInputError("place-no-channel", channel=place.channel)
        old, new = keys(self.rules.routed.get(group, ())), keys(places)
        data = {"key": f"notify.{group.value}", "old": old or "default", "new": new or "default", "by": by}
        await self._write(lambda rules: rules.with_route(group, places), {**data, "to": new}, push=bool(places))

    async def _write(self, change: Callable[[Rules], Rules], data: dict[str, str], *, push: bool = False) -> None:
        async with self._changing:
            rules = change(self.rules)
            note = rules.as_note()

            def write(records: Records, tell: Tell) -> None:
                records.notes.put(NOTE, note)
                tell(EventKind.SETTING_CHANGED, push=push, data=data)

            await self._chronicle.write(write)
            self.rules = rules


def _said(what: str, place: Route, old: str, new: str, by: str) -> dict[str, str]:
    return {"key": f"notify.{what}.{key_of(place)}", "old": old, "new": new, "by": by}
