"""Replies and notices on a terminal: coloured by tone where it is one, plain text where it is not."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TextIO

from chatbot.console.saving import save
from chatbot.notices import notice
from chatbot.reply import Button, Document, Reply, Tone
from chatbot.wording import Words
from trader.model.events import Event

_COLOURS = {Tone.OK: "green", Tone.INFO: "cyan", Tone.WARNING: "yellow", Tone.ERROR: "red"}


class Printer:
    """Remembers the buttons it printed last, so that they can be pressed by number. Documents are saved in `folder`
    (default: where the program was started)."""

    def __init__(self, words: Words, out: TextIO | None = None, folder: Path | None = None) -> None:
        self._words = words
        self._folder = folder if folder is not None else Path.cwd()
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
        if reply.document is not None:
            self._save(reply.document)

    def _save(self, document: Document) -> None:
        try:
            path = save(document.name, document.content, self._folder)
        except OSError as err:
            self._write(self._words("document-not-saved", why=err.strerror or str(err)))
        else:
            self._write(self._words("document-saved", path=str(path)))

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
