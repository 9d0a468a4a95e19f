"""`python -m chatbot.commands_doc` prints docs/commands.md; `table()` is the README's. Both come from the registry."""

from __future__ import annotations

from chatbot.commands import REGISTRY
from chatbot.commands.helping import GROUPS
from chatbot.failures import usage_line
from chatbot.people.access import Role
from chatbot.registry import Command
from chatbot.wording import Words

_HEAD = """# Commands

The same commands, with the same buttons, work in Telegram, Slack and the console. Each may be written with or without
the slash, in English or Korean. Sums are KRW and understand 만 and 억 (`5만원`, `1억 2천만원`, `50,000`); times are
Seoul's (`30m`, `30분`, `09:00`, `오전 9시`); markets go by code, symbol or name (`KRW-BTC`, `BTC`, `비트코인`).

Plain sentences become one of these commands, which the answer names: `비트코인 5만원어치 사줘`, `sell half my eth`,
`내일 아침 9시까지 쉬어`, `왜 안 샀어?`. A buy, a sale, going on and every other change is shown first; pausing and
looking happen at once. Where two readings are possible – a sum without its unit, two coins, two things to do, a
negation, a condition – nothing happens and the answer asks.

Roles: a *viewer* looks, a *trader* also trades, pauses and pulls the panic, an *owner* also starts, stops and changes
settings. *Asks* marks commands that want a second step where it is dangerous: going live, leaving a state that
nobody simply chose, loosening a limit, selling everything, panic. The second step is a button, good for one minute,
for the person who asked, once; in the console the same line ending in ` confirm`. A `/buy` or `/sell` becomes a
proposal with buttons; in the console ` confirm` approves it at once. What makes things safer happens at once.

This file is written by `python -m chatbot.commands_doc`.
"""


def table(language: str = "en") -> str:
    """A Markdown table of every command: usage, what it does, who may."""
    words = Words(language)
    rows = [f"| `{_cell(usage_line(c, words))}` | {words(f'help-{c.name}')} | {_who(c)} |" for c in _sorted()]
    return "\n".join(["| Command | What it does | Who |", "|---|---|---|", *rows])


def markdown() -> str:
    """The whole of docs/commands.md."""
    english, korean = Words("en"), Words("ko")
    parts = [_HEAD]
    for group in GROUPS:
        parts.append(f"## {english(f'group-{group}')} · {korean(f'group-{group}')}\n")
        parts += [_entry(c, english, korean) for c in _sorted() if c.group == group]
    return "\n".join(parts).rstrip() + "\n"


def _sorted() -> list[Command]:
    return sorted(REGISTRY.all(Role.OWNER), key=lambda command: GROUPS.index(command.group))


def _entry(command: Command, english: Words, korean: Words) -> str:
    name = command.name
    lines = [
        f"### /{name}",
        f"{english(f'help-{name}')} · {korean(f'help-{name}')}\n",
        f"- Usage: `{usage_line(command, english)}`",
        f"- Example: `{english(f'example-{name}')}` · `{korean(f'example-{name}')}`",
        f"- Who: {_who(command)}{'; asks' if command.asks else ''}",
    ]
    if command.aliases:
        lines.append(f"- Also: {' '.join(f'`/{alias}`' for alias in command.aliases)}")
    return "\n".join(lines) + "\n"


def _who(command: Command) -> str:
    role = "whoever has a code" if command.role is Role.NOBODY else command.role.name.lower()
    if command.change is None or command.change is command.role:
        return role
    return f"{role}; {command.change.name.lower()} to change"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    print(markdown(), end="")
