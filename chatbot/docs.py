"""What is written from the code: `python -m chatbot.docs` (`make docs`).

Out: `.env.example` and `docs/settings.md` from the settings, `docs/commands.md` and Slack's app manifest from the
command registry, and the two tables of the README, each between its own pair of comments. A test holds the files
against what this makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic.fields import FieldInfo

from chatbot import commands_doc
from chatbot.slack.manifest import manifest
from trader.settings import Settings
from trader.settings.fields import as_text, field_extra

ROOT = Path(__file__).resolve().parent.parent

GROUPS = {
    "where": "Where it trades and keeps its books",
    "talking": "Whom it talks to",
    "trading": "What it trades",
    "sizing": "How much",
    "exits": "When a position is left",
    "models": "Language models: who is asked, and what they may do",
    "context": "What the models are told of the world outside",
    "approval": "Whether a person is asked",
    "limits": "Limits: they stop entries, never exits",
}
"""Headings in the order of the file; every group of `Settings` has one (tested)."""

_ENV_HEAD = """\
# Settings of the trader. Copy to .env and fill in what you need; what is missing or empty has its default, and with
# nothing at all the bot trades play money at a local exchange. A line without # and with a value is in force.
# This file is written by `make docs`; docs/settings.md has the same as a table.
#
# MODE decides where orders go:
#   sandbox  a local exchange with made-up or recorded prices (default; no key, no account)
#   paper    a local exchange with Upbit's live prices; play money
#   live     Upbit, real money. Needs LIVE_TRADING_CONFIRMED=yes as well, and both Upbit keys; without them the
#            program refuses to start. The first time it starts halted: /start sets it going.
#
# Fractions are shares (0.05 = 5 %), bps are hundredths of a percent. Settings marked [chat] can also be changed from
# the phone (/set); what was set there wins over this file, and /settings shows where each value came from.
# Keep the file to yourself: chmod 600 .env
"""

_SETTINGS_HEAD = """\
# Settings

From the environment, or from `.env` in the working directory (names in capitals). What is marked *chat* can be changed
from the phone as well, with `/set`, `/limits`, `/markets` or `/strategy`; such a change is stored, wins over the
environment and survives a restart. `/settings all` shows every value and where it came from.

Fractions are shares (0.05 = 5 %); bps are hundredths of a percent. Parameters of strategies are not listed here:
`/params` shows them with their bounds. This file is written by `make docs`.
"""


def main() -> None:
    for path, text in documents().items():
        target = ROOT / path
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            target.write_text(text, encoding="utf-8")
            print(f"written: {path}")


def documents() -> dict[str, str]:
    """Every generated file by its path below the project, as it ought to be."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return {
        ".env.example": env_example(),
        "docs/settings.md": settings_page(),
        "docs/commands.md": commands_doc.markdown(),
        "deploy/slack-manifest.yaml": manifest(),
        "README.md": between(between(readme, "verbs", verbs_table()), "commands", commands_doc.table()),
    }


def between(text: str, name: str, content: str) -> str:
    """`text` with what stands between `<!-- name -->` and `<!-- /name -->` replaced. ValueError: no such place."""
    pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"one pair of <!-- {name} --> and <!-- /{name} --> is needed")
    return pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


def verbs_table() -> str:
    """A Markdown table of `python -m chatbot VERB`."""
    from typer.main import get_command

    from chatbot.running.shell import shell

    commands = getattr(get_command(shell), "commands")  # noqa: B009 - typer's class of it is private
    rows = []
    for name, command in commands.items():
        options = " ".join(_usage(param) for param in command.params if param.name != "help")
        usage = f"{name} {options}".strip().replace("|", "\\|")
        rows.append(f"| `{usage}` | {' '.join((command.help or '').split())} |")
    return "\n".join(["| Verb | What it does |", "|---|---|", *rows])


def _usage(param: Any) -> str:
    if param.param_type_name == "argument":
        return f'"{param.name.upper()}"'
    value = "" if param.is_flag else f" {_METAVARS.get(param.name, param.name.upper())}"
    return f"[{param.opts[0]}{value}]"


_METAVARS = {
    "seconds": "N",
    "outage": "N",
    "speed": "X",
    "seed": "N",
    "replay": "FILE",
    "commands": "FILE",
    "speaker": "ID",
}


def env_example() -> str:
    parts = [_ENV_HEAD]
    for group, heading in GROUPS.items():
        parts.append(f"# ---- {heading}\n")
        parts += [_env_entry(name, info) for name, info in _of(group)]
    return "\n".join(parts)


def _env_entry(name: str, info: FieldInfo) -> str:
    """A comment and the line itself: open for what is empty by default, behind a # for the rest."""
    default = default_text(info)
    notes = [info.description or "", *([f"({facts})"] if (facts := _facts(info)) else [])]
    if field_extra(info)["chat"]:
        notes.append("[chat]")
    line = f"{name.upper()}={default}"
    return f"# {' '.join(notes)}\n{'#' if default else ''}{line}\n"


def settings_page() -> str:
    parts = [_SETTINGS_HEAD]
    for group, heading in GROUPS.items():
        parts.append(f"## {heading}\n\n| Setting | Default | Unit, bounds | Meaning |\n|---|---|---|---|")
        for name, info in _of(group):
            chat = " *(chat)*" if field_extra(info)["chat"] else ""
            default = f"`{shown}`" if (shown := default_text(info)) else "–"
            parts.append(f"| `{name.upper()}`{chat} | {default} | {_facts(info) or '–'} | {info.description} |")
        parts.append("")
    return "\n".join(parts)


def _of(group: str) -> Iterator[tuple[str, FieldInfo]]:
    return ((name, info) for name, info in Settings.model_fields.items() if field_extra(info)["group"] == group)


def default_text(info: FieldInfo) -> str:
    """As it would be written in the environment; a secret has none."""
    return "" if hasattr(info.default, "get_secret_value") else as_text(info.default)


def _facts(info: FieldInfo) -> str:
    """Unit, bounds and choices, as far as there are any: `KRW, at least 5000`."""
    facts = [str(field_extra(info)["unit"]), *_bounds(info)]
    kind = info.annotation
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        choices = [choice.value for choice in kind]
        if not all(choice in (info.description or "") for choice in choices):
            facts.append(", ".join(choices))
    return "; ".join(fact for fact in facts if fact)


def _bounds(info: FieldInfo) -> list[str]:
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    return [
        f"{word} {getattr(rule, attribute)}"
        for rule in info.metadata
        for attribute, word in words.items()
        if getattr(rule, attribute, None) is not None
    ]


if __name__ == "__main__":
    main()
