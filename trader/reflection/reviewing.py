"""The jobs that read the scorecards: who loses its vote, and the weekly report (R9).

A member that is known to cost more than it brings goes on being asked and scored, but has no say; the phone is told,
and a person gives the vote back. What was said before that counts against it no longer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog

from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.errors import UserInputError
from trader.model.advice import DEMOTED
from trader.model.events import EventKind, Severity
from trader.model.order import Side
from trader.model.plain import plain
from trader.ports import Records
from trader.reflection.cards import Cards, read_cards
from trader.reflection.scorecard import Score
from trader.settings import Settings

log = structlog.get_logger(__name__)

WEEK = 7
JUDGED_DAYS = 90
"""So far back a member is judged by what it said."""
RESTORED = "ai.restored"
"""The note that says since when a member that got its vote back is judged anew, by name."""


class Reviewer:
    """`settings` gives those in force."""

    def __init__(self, chronicle: Chronicle, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings

    async def cards(self, days: int, side: Side | None = None) -> Cards:
        """Of the last `days` days."""
        now, horizon = self._clock.now(), self._settings().ai_horizon
        since = now - timedelta(days=days)
        return await self._chronicle.storage.read(lambda records: read_cards(records, since, now, horizon, side))

    async def demoted(self) -> list[str]:
        """Members without a vote."""
        return await self._chronicle.storage.read(_demoted)

    async def review(self) -> list[str]:
        """Take the vote of those below the bar; their names."""
        now, horizon = self._clock.now(), self._settings().ai_horizon
        fallen = await self._chronicle.storage.read(lambda records: _below(records, now, horizon))
        if fallen:
            await self._chronicle.write(lambda records, tell: _demote(records, tell, fallen))
        return [score.name for score in fallen]

    async def restore(self, name: str, by: str) -> None:
        """Give the vote back. UserInputError: ai-member-votes."""
        now = self._clock.now()

        def restore(records: Records, tell: Tell) -> None:
            demoted = _demoted(records)
            if name not in demoted:
                raise UserInputError("ai-member-votes", name=name, names=", ".join(demoted) or "–")
            records.notes.put(DEMOTED, [one for one in demoted if one != name])
            records.notes.put(RESTORED, {**(records.notes.get(RESTORED) or {}), name: now.isoformat()})
            tell(EventKind.AI_MEMBER, data={"member": name, "change": "restored", "by": by})

        await self._chronicle.write(restore)

    async def tell_week(self) -> None:
        """The scorecard of the week, where anything was asked."""
        cards = await self.cards(WEEK)
        if cards.questions:
            await self._chronicle.tell(EventKind.AI_SCORECARD, data=flat(cards))


def flat(cards: Cards) -> dict[str, str]:
    """As events carry it: `members` names, and each one's figures behind its name and a point."""
    lines = [*cards.members, *([cards.ensemble] if cards.ensemble else [])]
    data = {
        "days": str(WEEK),
        "horizon": str(cards.horizon),
        "questions": str(cards.questions),
        "cost": plain(cards.cost),
        "members": " ".join(card.score.name for card in lines),
    }
    for card in lines:
        data |= {f"{card.score.name}.{name}": text for name, text in figures(card.score).items()}
    return data


def figures(score: Score) -> dict[str, str]:
    return {
        "n": str(score.n),
        "hits": str(score.hits),
        "value": plain(score.value_added),
        "cost": plain(score.cost),
        "brier": "" if score.brier is None else f"{score.brier:.3f}",
    }


def _demoted(records: Records) -> list[str]:
    return list(records.notes.get(DEMOTED) or [])


def _below(records: Records, now: datetime, horizon: int) -> list[Score]:
    """Those who have a vote and are below the bar, judged since they got it."""
    earliest = now - timedelta(days=JUDGED_DAYS)
    demoted, restored = _demoted(records), records.notes.get(RESTORED) or {}
    begins = {name: max(earliest, datetime.fromisoformat(text)) for name, text in restored.items()}
    return [
        card.score
        for since in sorted({earliest, *begins.values()})
        for card in read_cards(records, since, now, horizon).members
        if begins.get(card.score.name, earliest) == since
        and card.score.name not in demoted
        and card.score.below_the_bar
    ]


def _demote(records: Records, tell: Tell, fallen: list[Score]) -> None:
    demoted = _demoted(records)
    records.notes.put(DEMOTED, [*demoted, *(s.name for s in fallen if s.name not in demoted)])
    for score in fallen:
        log.warning("member_demoted", member=score.name, n=score.n, value=str(score.value_added))
        data = {"member": score.name, "change": "demoted", **figures(score)}
        tell(EventKind.AI_MEMBER, severity=Severity.WARNING, data=data)
