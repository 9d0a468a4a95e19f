"""Command files of the demo: `@12 /status` runs `/status` at second 12. Pure, but for reading the file.

One command a line; empty lines and lines that begin with `#` are left out; seconds may have decimals."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from trader.errors import SettingsError

_LINE = re.compile(r"@(\d{1,6}(?:\.\d{1,3})?)\s+(\S.*)", re.ASCII)


class ScriptError(SettingsError):
    """The command file cannot be used; names every bad line with its number."""


@dataclass(frozen=True, slots=True)
class ScriptLine:
    """`second` of real time since the start."""

    second: float
    text: str


def parse_script(lines: Iterable[str], name: str = "commands") -> list[ScriptLine]:
    """In order of time; lines of the same second keep their order. ScriptError."""
    found: list[ScriptLine] = []
    bad: list[str] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip().removeprefix("\ufeff")
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            bad.append(f"{name}:{number}: cannot read {line[:60]!r}; write it like '@12 /status'")
        else:
            found.append(ScriptLine(float(match.group(1)), match.group(2)))
    if bad:
        raise ScriptError("\n".join(bad))
    return sorted(found, key=lambda item: item.second)


def read_script(path: Path) -> list[ScriptLine]:
    """ScriptError: the file cannot be read, or a line of it."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as err:
        raise ScriptError(f"cannot read the command file {path}: {err}") from err
    return parse_script(text.splitlines(), path.name)
