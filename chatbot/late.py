"""Commands that come late, after an outage: looking is harmless, anything else is not run but offered again.

What only looks is what a viewer may run; the dispatcher's menu says so."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from chatbot.access import Person, Role
from chatbot.languages import Languages
from chatbot.reply import MAX_ACTION_BYTES, Button, Reply, Tone

if TYPE_CHECKING:
    from chatbot.dispatch import Dispatcher

LATE_AFTER = timedelta(seconds=60)


def command_of(line: str) -> str:
    """`/status 3` → `status`; empty for free text."""
    word = line.split(maxsplit=1)[0].lower() if line.strip() else ""
    return word[1:] if word.startswith("/") else ""


class Lateness:
    def __init__(self, dispatcher: Dispatcher, languages: Languages) -> None:
        self._dispatcher = dispatcher
        self._languages = languages

    def only_looks(self, line: str) -> bool:
        """Whether running `line` late changes nothing. Free text and unknown words do not count as looking."""
        return command_of(line) in {name for name, _ in self._dispatcher.menu(Role.VIEWER, "en")}

    def only_looks_press(self, action: str) -> bool:
        return action.startswith("run:") and self.only_looks(action.removeprefix("run:"))

    def line(self, person: Person, line: str, age: timedelta) -> Reply:
        """What is said instead of running it: its age, and one tap to run it now."""
        words = self._languages.words(person.key)
        return Reply(
            words("late-title", line=_short(line)),
            (words("late-line", age=words.span(age.total_seconds())),),
            buttons=self._again(person, line),
            tone=Tone.WARNING,
        )

    def press(self, person: Person, silence: timedelta | None) -> Reply:
        """A button pressed at an unknown time while we were away; the buttons stay where they are."""
        words = self._languages.words(person.key)
        away = words.unknown if silence is None else words.span(silence.total_seconds())
        return Reply(words("late-press-title"), (words("late-press-line", away=away),), tone=Tone.ERROR)

    def cut_off(self, person: Person, line: str) -> Reply:
        """Begun by a process that ended before it answered: how far it came is not known here."""
        words = self._languages.words(person.key)
        typed = line.startswith("/")
        return Reply(
            words("cut-off-title", line=_short(line) if typed else words("cut-off-button")),
            (words("cut-off-line"),),
            buttons=self._again(person, "/status") if not typed or not self.only_looks(line) else (),
            tone=Tone.WARNING,
        )

    def _again(self, person: Person, line: str) -> tuple[tuple[Button, ...], ...]:
        action = f"run:{line}"
        if len(action.encode()) > MAX_ACTION_BYTES:
            return ()
        return ((Button(self._languages.words(person.key)("late-again", line=_short(line)), action),),)


def _short(line: str) -> str:
    return line if len(line) <= 40 else f"{line[:39]}…"
