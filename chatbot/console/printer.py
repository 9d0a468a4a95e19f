"""Replies and notices on a terminal: coloured by tone where it is one, plain text where it is not."""

from __future__ import annotations

import sys
from typing import TextIO

from chatbot.notices import notice
from chatbot.reply import Button, Reply, Tone
from chatbot.wording import Words
from trader.model.events import Event

_COLOURS = {Tone.OK: "green", Tone.INFO: "cyan", Tone.WARNING: "yellow", Tone.ERROR: "red"}


class Printer:
    """Remembers the buttons it printed last, so that they can be pressed by number."""

    def __init__(self, words: Words, out: TextIO | None = None) -> None:
        self._words = words
        self._out = out if out is not None else sys.stdout
        self._gone = False
        self.buttons: tuple[Button, ...] = ()

    def event(self, event: Event) -> None:
        """Print what is pushed to the phone; a listener of the chronicle."""
        reply = notice(event, self._words)
        if reply is not None:
            self.reply(reply, at=self._words.moment(event.at, event.at))

    def reply(self, reply: Reply, line: str = "", *, at: str = "") -> None:
        """`line`: the command it answers; `at`: the time of a notice."""
        if line:
            self._write(f"> {line}")
        if reply.buttons:
            self.buttons = tuple(button for row in reply.buttons for button in row)
        title, _, rest = reply.text().partition("\n")
        self._title(f"{at} {title}" if at else title, reply.tone)
        if rest:
            self._write(rest)

    __call__ = reply

    def _title(self, title: str, tone: Tone) -> None:
        if self._gone or not self._out.isatty():
            self._write(title)
            return
        from rich.console import Console
        from rich.text import Text

        Console(file=self._out, highlight=False).print(Text(title, style=f"bold {_COLOURS[tone]}"))

    def _write(self, text: str) -> None:
        """A reader that went away (a closed pipe) ends the printing, not the service."""
        if self._gone:
            return
        try:
            print(text, file=self._out, flush=True)
        except BrokenPipeError:
            self._gone = True
