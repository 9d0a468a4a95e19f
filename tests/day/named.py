"""Messages that say what became of commands which were not run, or not to their end: cut off by a restart, or come too
late.  In: what the phones show.  Out: which command each of them names, and how often."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.e2e.house import House

if TYPE_CHECKING:
    from tests.day.phones import Asked

BUTTON = "a button"
_CUT_OFF = re.compile(r"Cut off by a restart: (?P<said>.*)")
_LATE = re.compile(r"▸ (?:[^:▸]*: )?(?P<said>.+?)(?: → .+?)?(?: ×(?P<count>\d+))?(?: · .* ago – | – pressed at )")
_LONGEST = 40


@dataclass(slots=True)
class Word:
    """That `left` commands like `said`, given in `place` before `at`, were not run to their end."""

    place: str
    at: float
    said: str
    left: int

    def tells_of(self, asked: Asked) -> bool:
        line = asked.line or BUTTON
        said = line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
        return (self.place, self.said) == (asked.place, said) and self.at > asked.at


def named(house: House) -> list[Word]:
    """Oldest first; each for as many commands as it names."""
    found = [Word(str(m.chat_id), m.at, said, count) for m in house.telegram.messages for said, count in _read(m.text)]
    found += [Word(m.channel, m.at, said, count) for m in house.slack.messages for said, count in _read(m.shown)]
    return sorted(found, key=lambda word: word.at)


def _read(text: str) -> Iterator[tuple[str, int]]:
    for line in text.splitlines():
        if (found := _CUT_OFF.search(line)) is not None:
            yield found["said"].strip(), 1
        elif (found := _LATE.match(line.strip())) is not None:
            yield found["said"].strip(), int(found["count"] or 1)
