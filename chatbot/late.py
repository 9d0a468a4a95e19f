"""Commands that come late, after an outage: looking is harmless and simply done, anything else is not run. What came of
one conversation meanwhile is listed in one message with its age; what makes things safer is offered first, the rest is
expired and may be run again. Nothing is dropped silently, nothing runs by itself (C3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from chatbot.dispatch import Dispatcher, Weight
from chatbot.language.spelling import spelled
from chatbot.languages import Languages
from chatbot.people.access import Person
from chatbot.reply import MAX_ACTION_BYTES, Button, Reply, Tone
from chatbot.views import buttons

LATE_AFTER = timedelta(seconds=60)
_MINUTE = timedelta(minutes=1)
MOST_LINES = 30
MOST_BUTTONS = 8


def command_of(line: str) -> str:
    """`/status 3` → `status`; empty for free text."""
    word = line.split(maxsplit=1)[0].lower() if line.strip() else ""
    return word[1:] if word.startswith("/") else ""


@dataclass(frozen=True, slots=True)
class Missed:
    """A command that came late: as it was typed, or what a button stands for. `age` None: nobody knows.

    `pressed` without a line: an answer to a question, which is only good under that question."""

    person: Person
    line: str
    age: timedelta | None
    pressed: bool = False


@dataclass(slots=True)
class _Told:
    """The same said several times is told once, with the age of the last."""

    missed: Missed
    line: str
    weight: Weight
    count: int = 1


class Lateness:
    def __init__(self, dispatcher: Dispatcher, languages: Languages) -> None:
        self._dispatcher = dispatcher
        self._languages = languages

    def only_looks(self, line: str) -> bool:
        """Whether running `line` late changes nothing."""
        return self._dispatcher.weigh(line)[1] is Weight.LOOKS

    def only_looks_press(self, action: str) -> bool:
        return action.startswith("run:") and self.only_looks(action.removeprefix("run:"))

    async def missed(self, found: Sequence[Missed], *, group: bool) -> Reply:
        """One message for one conversation. `group`: others read it too, so it says who. In the language of the first
        person; each command goes into the audit trail as late."""
        for one in found:
            await self._dispatcher.came_late(one.person, one.line)
        words = self._languages.words(found[0].person.key)
        told = self._told(found)
        commands = any(not one.missed.pressed or one.line for one in told)
        title = words("late-title", count=len(found)) if commands else words("late-press-title")
        lines = [self._line(one, group) for one in told]
        more = [words("digest-more", count=str(len(lines) - MOST_LINES))] if len(lines) > MOST_LINES else []
        hint = (words("late-hint"),) if commands else ()
        return Reply(
            title,
            (*lines[:MOST_LINES], *more, *hint),
            buttons=self._offers(told),
            tone=Tone.WARNING,
            data={"late": [{"line": one.line, "weight": one.weight.value, "count": one.count} for one in told]},
        )

    def _told(self, found: Sequence[Missed]) -> list[_Told]:
        """What makes things safer first; within that in the order it came."""
        told: dict[tuple[str, str], _Told] = {}
        for one in found:
            line, weight = self._dispatcher.weigh(one.line) if one.line else ("", Weight.CHANGES)
            key = one.person.key, one.line
            if key in told:
                told[key].count += 1
                told[key].missed = one
            else:
                told[key] = _Told(one, line, weight)
        return sorted(told.values(), key=lambda one: one.weight is not Weight.SAFER)

    def _line(self, told: _Told, group: bool) -> str:
        missed = told.missed
        words = self._languages.words(missed.person.key)
        age = words.unknown if missed.age is None else words.span(round(missed.age / _MINUTE) * 60)
        said = _short(missed.line) if missed.line else words("cut-off-button")
        said += f" → {spelled(told.line, words)}" if told.line and told.line != missed.line else ""
        said += f" ×{told.count}" if told.count > 1 else ""
        who = f"{words.person(missed.person.key)}: " if group else ""
        if not missed.line:
            return words("late-press-line", said=f"{who}{said}", away=age)
        key = "late-safer" if told.weight is Weight.SAFER else "late-expired"
        return words(key, said=f"{who}{said}", age=age)

    def _offers(self, told: Sequence[_Told]) -> tuple[tuple[Button, ...], ...]:
        rows: list[tuple[Button, ...]] = []
        for one in told:
            line = one.line or one.missed.line
            action = f"{buttons.RUN}:{line}"
            if not line or len(action.encode()) > MAX_ACTION_BYTES or any(row[0].action == action for row in rows):
                continue
            words = self._languages.words(one.missed.person.key)
            key = "late-now" if one.weight is Weight.SAFER else "late-again"
            rows.append((Button(words(key, line=_short(spelled(line, words))), action),))
        return tuple(rows[:MOST_BUTTONS])

    def cut_off(self, person: Person, line: str, *, pressed: bool) -> Reply:
        """Begun by a process that ended before it answered: how far it came is not known here."""
        words = self._languages.words(person.key)
        looked = not pressed and self.only_looks(line)
        again = (f"{buttons.RUN}:{line}", _short(line)) if looked else (f"{buttons.RUN}:/status", "/status")
        fits = len(again[0].encode()) <= MAX_ACTION_BYTES
        return Reply(
            words("cut-off-title", line=words("cut-off-button") if pressed else _short(line)),
            (words("cut-off-line"),),
            buttons=((Button(words("late-again", line=again[1]), again[0]),),) if fits else (),
            tone=Tone.WARNING,
        )


def _short(line: str) -> str:
    return line if len(line) <= 40 else f"{line[:39]}…"
