"""Members that will end, or have been given up, and money that runs out: told once each (E2, R7).

A vendor retires models; a key runs out of money or is withdrawn. Both are known before a vote is missed, so people hear
of them then."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import structlog

from trader.advice.budget import Caps
from trader.advice.members.panel import Panel
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.model.events import EventKind, Severity
from trader.model.plain import plain
from trader.model.seoul import SEOUL, day_start
from trader.ports import Records

log = structlog.get_logger(__name__)

AHEAD = timedelta(days=30)
"""So long before its end a model is worth a word."""
WARNED = "ai.warned"
"""The note of what was told of each member's model last."""


CAPS_TOLD = "ai.caps_told"
"""The note of the day, the month and the caps that were told of last."""


class MemberWatch:
    def __init__(self, panel: Panel, chronicle: Chronicle, clock: Clock) -> None:
        self._panel = panel
        self._chronicle = chronicle
        self._clock = clock
        self._told: dict[str, str] = {}

    async def check_models(self) -> None:
        """Ask the vendors how long their models live."""
        models = {spec.name: spec.model for spec in self._panel.specs}
        found = await self._panel.retirements()
        due = {name: said for name, said in found.items() if self._worth_a_word(said)}
        log.info("models_checked", members=len(models), told=len(due))
        await self._chronicle.write(lambda records, tell: _warn(records, tell, due, models))

    def _worth_a_word(self, said: str) -> bool:
        try:
            ends = date.fromisoformat(said)
        except ValueError:
            return True  # it has ended, or the vendor does not know it
        return ends <= (self._clock.now().astimezone(SEOUL) + AHEAD).date()

    async def check_troubles(self) -> None:
        """What a person must mend: told when it appears, and again after a restart."""
        troubles = self._panel.troubles
        fresh = {name: cause for name, cause in troubles.items() if self._told.get(name) != cause}
        for name, cause in fresh.items():
            data = {"member": name, "change": "off", "detail": cause}
            await self._chronicle.tell(EventKind.AI_MEMBER, severity=Severity.WARNING, data=data)
            self._told[name] = cause

    async def check_caps(self, caps: Caps) -> None:
        """Four fifths of a cap are gone: said before it is reached, once a day or month, and again for another cap."""
        today = day_start(self._clock.now()).astimezone(SEOUL).date().isoformat()
        limits = {"day": (today, caps.day), "month": (today[:7], caps.month)}
        near = {name: (spent, *limits[name]) for name, spent in self._panel.nearing(caps).items()}
        if near:
            await self._chronicle.write(lambda records, tell: _warn_of_caps(records, tell, near))


def _warn_of_caps(records: Records, tell: Tell, near: Mapping[str, tuple[Decimal, str, Decimal]]) -> None:
    told = records.notes.get(CAPS_TOLD) or {}
    stamps = {name: f"{when} {plain(cap)}" for name, (_, when, cap) in near.items()}
    for name, (spent, _, cap) in near.items():
        if told.get(name) != stamps[name]:
            data = {"period": name, "cost": plain(spent), "limit": plain(cap)}
            tell(EventKind.AI_BUDGET, severity=Severity.WARNING, data=data)
    if told != {**told, **stamps}:
        records.notes.put(CAPS_TOLD, {**told, **stamps})


def _warn(records: Records, tell: Tell, due: dict[str, str], models: dict[str, str]) -> None:
    warned = records.notes.get(WARNED) or {}
    fresh = {name: f"{models[name]} {said}" for name, said in due.items()}
    for name, text in fresh.items():
        if warned.get(name) != text:
            said = due[name]
            change = "unknown" if said.startswith("unknown") else "retired" if said == "retired" else "retiring"
            ends = said if change == "retiring" else ""
            data = {"member": name, "change": change, "model": models[name], "ends": ends}
            tell(EventKind.AI_MEMBER, severity=Severity.WARNING, data=data)
    if fresh != warned:
        records.notes.put(WARNED, fresh)
