"""People on no list: told once how to get on it, noted once an hour, otherwise met with silence (C4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from chatbot.delivery import channel_name
from chatbot.people.access import Person
from chatbot.reply import Reply, Tone
from chatbot.wording import Words

ONCE_PER = timedelta(hours=1)
_MOST_REMEMBERED = 1000
_MOST_TOLD_PER_HOUR = 3


class Strangers:
    """Remembers who came when. An attacker with many accounts neither fills the memory nor floods the owners."""

    def __init__(self) -> None:
        self._seen: dict[str, datetime] = {}
        self._told: list[datetime] = []

    def first_within_hour(self, person: Person, now: datetime) -> bool:
        """True when this stranger is to be answered and noted."""
        last = self._seen.get(person.key)
        if last is not None and now - last < ONCE_PER:
            return False
        self._seen.pop(person.key, None)
        while len(self._seen) >= _MOST_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._seen[person.key] = now
        return True

    def owners_told(self, now: datetime) -> bool:
        """True when owners are to be told of one more (at most three an hour)."""
        self._told = [at for at in self._told if now - at < ONCE_PER]
        if len(self._told) >= _MOST_TOLD_PER_HOUR:
            return False
        self._told.append(now)
        return True


def told(person: Person, words: Words) -> Reply:
    """Their id as the platform has it, and both ways in: a code from an owner, or a list in the environment."""
    channel, user_id = channel_name(person.channel, words), person.user_id
    return Reply(
        title=words("stranger"),
        lines=(
            words("stranger-id", channel=channel, id=user_id),
            words("stranger-code"),
            words("stranger-list", id=user_id, lists=person.channel.upper()),
        ),
        tone=Tone.ERROR,
        data={"outcome": "stranger"},
    )
