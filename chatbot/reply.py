"""What is said to a person, before any platform has rendered it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from chatbot.scrub import outgoing

JSON: TypeAlias = "bool | int | float | str | list[JSON] | dict[str, JSON] | None"

MAX_ACTION_BYTES = 64
"""Telegram's limit of callback data; Slack allows more."""


class Tone(StrEnum):
    """OK: done or shown · INFO: a question or a hint · WARNING: look at this · ERROR: it did not happen."""

    OK = "ok"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


SIGNS = {Tone.OK: "", Tone.INFO: "", Tone.WARNING: "⚠️ ", Tone.ERROR: "❌ "}


@dataclass(frozen=True, slots=True)
class Button:
    """`action` goes back to `Dispatcher.press` unchanged: `ok:`, `half:`, `no:` or `anew:` + ticket id, `do:` or
    `drop:` + confirmation token, `run:` + a command line. ValueError when it does not fit into 64 bytes."""

    label: str
    action: str

    def __post_init__(self) -> None:
        if not 1 <= len(self.action.encode()) <= MAX_ACTION_BYTES:
            raise ValueError(f"button action must take 1 to {MAX_ACTION_BYTES} bytes: {self.action!r}")


@dataclass(frozen=True, slots=True)
class Table:
    """Columns of text, narrow enough for a phone (about 34 monospace cells); platforms render it monospaced."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def scrubbed(self, scrub: Callable[[str], str]) -> Table:
        return Table(tuple(map(scrub, self.columns)), tuple(tuple(map(scrub, row)) for row in self.rows))

    def text(self) -> str:
        """Aligned by display cells (Hangul takes two); the first column to the left, the others to the right."""
        grid = [self.columns, *self.rows] if any(self.columns) else list(self.rows)
        widths = [max(cells(row[i]) for row in grid) for i in range(len(self.columns))]
        return "\n".join(
            "  ".join(
                _pad(cell, width, left=i == 0) for i, (cell, width) in enumerate(zip(row, widths, strict=True))
            ).rstrip()
            for row in grid
        )


@dataclass(frozen=True, slots=True)
class Picture:
    png: bytes
    alt: str


@dataclass(frozen=True, slots=True)
class Document:
    """A file to keep: `name` as it is saved, `mime` such as text/csv."""

    name: str
    content: bytes = field(repr=False)
    mime: str

    def scrubbed(self, scrub: Callable[[str], str]) -> Document:
        """What is text is text inside too; anything else stays as it is."""
        try:
            content = scrub(self.content.decode()).encode()
        except UnicodeDecodeError:
            content = self.content
        return Document(scrub(self.name), content, self.mime)


@dataclass(frozen=True, slots=True)
class Reply:
    """Title, lines, table, picture, document, buttons (rows of them), in this order. `data` is the same in
    machine-readable form. What is shaped like a key is masked when the value is made. `quiet`: nobody is called.
    `private`: for the eyes of who asked, and nobody else's."""

    title: str = ""
    lines: tuple[str, ...] = ()
    table: Table | None = None
    buttons: tuple[tuple[Button, ...], ...] = ()
    picture: Picture | None = None
    tone: Tone = Tone.OK
    data: Mapping[str, JSON] = field(default_factory=dict)
    document: Document | None = None
    quiet: bool = False
    private: bool = False

    def __post_init__(self) -> None:
        for name, value in self._mapped(outgoing).items():
            object.__setattr__(self, name, value)

    def _mapped(self, scrub: Callable[[str], str]) -> dict[str, object]:
        """Every field with text in it, `scrub` applied to each."""
        return {
            "title": scrub(self.title),
            "lines": tuple(map(scrub, self.lines)),
            "table": self.table and self.table.scrubbed(scrub),
            "buttons": tuple(tuple(Button(scrub(b.label), scrub(b.action)) for b in row) for row in self.buttons),
            "picture": self.picture and Picture(self.picture.png, scrub(self.picture.alt)),
            "document": self.document and self.document.scrubbed(scrub),
            "data": {key: _scrub_json(value, scrub) for key, value in self.data.items()},
        }

    @property
    def headline(self) -> str:
        """The title behind the sign of its tone, for platforms without colours; one that has a sign keeps its own."""
        signed = not self.title or unicodedata.category(self.title[0]) == "So"
        return self.title if signed else SIGNS[self.tone] + self.title

    def text(self) -> str:
        """Plain text for a terminal or a log; buttons as numbered labels."""
        parts = [self.title, *self.lines]
        if self.table is not None and self.table.rows:
            parts.append(self.table.text())
        if self.picture is not None:
            parts.append(f"[{self.picture.alt}]")
        if self.document is not None:
            parts.append(f"[{self.document.name}]")
        labels = [button.label for row in self.buttons for button in row]
        if labels:
            parts.append("  ".join(f"[{number}] {label}" for number, label in enumerate(labels, 1)))
        return "\n".join(part for part in parts if part)


def cells(text: str) -> int:
    """Display width in monospace cells: wide and full-width characters take two, combining ones none."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _pad(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - cells(text))
    return text + space if left else space + text


def _scrub_json(value: JSON, scrub: Callable[[str], str]) -> JSON:
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, list):
        return [_scrub_json(item, scrub) for item in value]
    if isinstance(value, dict):
        return {key: _scrub_json(item, scrub) for key, item in value.items()}
    return value
