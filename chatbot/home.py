"""The page a person finds when they open the bot without saying anything: how it stands, what waits for an answer, and
the buttons that matter most. Strangers find how to come in, and nothing else (C4).  Out: `Page`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chatbot.failures import failure
from chatbot.languages import Languages
from chatbot.live_status import LiveStatus
from chatbot.people.access import Access, Person, Role
from chatbot.reply import Button, Reply, Tone
from chatbot.views import cards
from chatbot.views.buttons import RUN, runs, ticket_buttons
from chatbot.wording import Words
from trader.clock import Clock
from trader.desk import Desk
from trader.errors import TraderError
from trader.model.ticket import Ticket

KEPT_FOR = timedelta(minutes=15)
MOST_TICKETS = 5


@dataclass(frozen=True, slots=True)
class Page:
    """`parts` one below the other; `same` is what of them must differ for the page to be shown anew. `member`: the
    person may look at all."""

    parts: tuple[Reply, ...]
    same: tuple[Reply, ...]
    member: bool


class Home:
    def __init__(self, desk: Desk, status: LiveStatus, access: Access, languages: Languages, clock: Clock) -> None:
        self._desk = desk
        self._status = status
        self._access = access
        self._languages = languages
        self._clock = clock

    def revoked(self, channel: str) -> set[str]:
        """User ids of those who were shut out: their page must not go on showing anything."""
        return {known.user_id for known in self._access.everybody() if known.channel == channel and known.revoked}

    def kept_until(self) -> datetime:
        """Of a page that is opened now."""
        return self._clock.now() + KEPT_FOR * self._clock.speed

    def over(self, until: datetime) -> bool:
        return self._clock.now() >= until

    async def page(self, person: Person, until: datetime | None = None) -> Page:
        """`until`: it is kept up to date until then."""
        try:
            view = await self._status.of(person, until)
            tickets = await self._desk.tickets() if view is not None else []
        except TraderError as err:
            told = (failure(err, self._languages.words(person.key)),)
            return Page(told, told, member=True)
        if view is None:
            told = (_stranger(person, self._languages.words()),)
            return Page(told, told, member=False)
        role, words = self._access.role_of(person), self._languages.words(person.key)
        buttons = _buttons(view.reply, role, words)
        more = (*self._waiting(tickets, role, words), Reply(lines=(words("home-hint"),), tone=Tone.INFO))
        parts = (replace(view.reply, buttons=buttons), *more)
        return Page(parts, (replace(view.same, buttons=buttons), *more), member=True)

    def _waiting(self, tickets: list[Ticket], role: Role, words: Words) -> Iterator[Reply]:
        """Proposals, each with its buttons for who may answer it."""
        now = self._clock.now()
        waiting = [one for one in tickets if now < one.expires_at]
        if waiting:
            yield Reply(title=words("home-waiting", count=len(waiting)), tone=Tone.INFO)
        for one in waiting[:MOST_TICKETS]:
            buttons = ticket_buttons(one.ticket_id, words) if role >= Role.TRADER else ()
            yield Reply(lines=(cards.pending_line(one, words, now),), buttons=buttons, tone=Tone.INFO)
        if len(waiting) > MOST_TICKETS:
            yield Reply(lines=(words("home-more", count=len(waiting) - MOST_TICKETS),), tone=Tone.INFO)


def _buttons(status: Reply, role: Role, words: Words) -> tuple[tuple[Button, ...], ...]:
    """Those of the status, panic beside pause; only what this role may press."""
    *looks, switch = (button for row in status.buttons for button in row)
    may = Role.OWNER if switch.action == f"{RUN}:/resume" else Role.TRADER
    panic = Button(words("button-panic"), f"{RUN}:/panic")
    first = (*((switch,) if role >= may else ()), *((panic,) if role >= Role.TRADER else ()))
    return (
        tuple(looks),
        *((first,) if first else ()),
        *runs((words("button-settings"), "/settings"), (words("button-help"), "/help")),
    )


def _stranger(person: Person, words: Words) -> Reply:
    lines = (words("home-stranger-id", person=person.user_id), words("home-stranger-how"))
    return Reply(words("home-stranger"), lines, tone=Tone.INFO)
