"""A command is defined once: name, roles, parameters (from the handler's signature), help (a Fluent key).

Telegram's menu, Slack, the console, `/help` and `docs/commands.md` all read these definitions."""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, Union, get_args, get_origin, get_type_hints

from chatbot.amounts import folded
from chatbot.people.access import Role
from trader.errors import UserInputError

if TYPE_CHECKING:
    from chatbot.context import Context
    from chatbot.reply import Reply

Handler: TypeAlias = "Callable[..., Awaitable[Reply]]"
_NAME = re.compile(r"[a-z0-9_]{1,32}")
"""What the strictest platform (Telegram) takes."""


@dataclass(frozen=True, slots=True)
class Slot:
    """How a parameter is read: a value from the beginning of the words, and how many words it took.

    `label` is its name in usage lines (Fluent key `arg-<label>`). `markers` introduce a keyword-only parameter
    (`at 95,000,000`); with `flag` the marker itself is the value."""

    label: str
    read: Callable[[list[str], Context], tuple[Any, int]]
    markers: tuple[str, ...] = ()
    flag: bool = False


@dataclass(frozen=True, slots=True)
class Parameter:
    name: str
    slot: Slot
    required: bool
    default: Any
    keyword: bool
    many: bool


@dataclass(frozen=True, slots=True)
class Command:
    """`role` may run it, `change` may change something with it (None: it changes nothing); `asks`: it may want a
    second step; `group` orders the help; `secret`: what follows the name is written down nowhere."""

    name: str
    group: str
    role: Role
    change: Role | None
    asks: bool
    aliases: tuple[str, ...]
    handler: Handler = field(repr=False)
    parameters: tuple[Parameter, ...] = ()
    secret: bool = False

    def bind(self, words: Sequence[str], ctx: Context) -> tuple[list[Any], dict[str, Any]]:
        """Arguments for the handler. UserInputError: argument-missing (name), argument-extra (value), or what a
        slot says about its text."""
        rest = list(words)
        keywords = {p.name: self._keyword(p, rest, ctx) for p in self.parameters if p.keyword}
        values: list[Any] = []
        complaint: UserInputError | None = None
        for parameter in (p for p in self.parameters if not p.keyword):
            if parameter.many:
                values += _read_all(parameter, rest, ctx)
                continue
            if not rest and parameter.required:
                raise UserInputError("argument-missing", name=ctx.words(f"arg-{parameter.slot.label}"))
            value, complaint = _read(parameter, rest, ctx, complaint)
            values.append(value)
        if rest:
            raise complaint or UserInputError("argument-extra", value=" ".join(rest))
        return values, keywords

    @staticmethod
    def _keyword(parameter: Parameter, rest: list[str], ctx: Context) -> Any:
        """Takes the marker and what follows it out of `rest`."""
        at = next((i for i, word in enumerate(rest) if folded(word) in parameter.slot.markers), None)
        if at is None:
            return parameter.default
        if parameter.slot.flag:
            del rest[at]
            return True
        if at + 1 == len(rest):
            raise UserInputError("argument-missing", name=ctx.words(f"arg-{parameter.slot.label}"))
        value, used = parameter.slot.read(rest[at + 1 :], ctx)
        del rest[at : at + 1 + used]
        return value


def _read(
    parameter: Parameter, rest: list[str], ctx: Context, complaint: UserInputError | None
) -> tuple[Any, UserInputError | None]:
    """An optional parameter that cannot read the next word leaves it to the parameter after it. The complaint is the
    first one's, unless that only wanted a number: the next one knows better what may stand there."""
    if not rest:
        return parameter.default, complaint
    try:
        value, used = parameter.slot.read(rest, ctx)
    except UserInputError as err:
        if parameter.required:
            raise
        first = complaint is not None and complaint.key != "count-unclear"
        return parameter.default, complaint if first else err
    del rest[:used]
    return value, complaint


def _read_all(parameter: Parameter, rest: list[str], ctx: Context) -> list[Any]:
    values: list[Any] = []
    while rest:
        value, used = parameter.slot.read(rest, ctx)
        del rest[:used]
        values.append(value)
    return values


class Registry:
    def __init__(self) -> None:
        self._commands: dict[str, Command] = {}
        self._words: dict[str, Command] = {}

    def command(
        self,
        name: str,
        *,
        group: str,
        role: Role,
        change: Role | None = None,
        asks: bool = False,
        secret: bool = False,
        aliases: tuple[str, ...] = (),
    ) -> Callable[[Handler], Handler]:
        """Register a handler. ValueError: a name no platform takes, or a word that is taken."""

        def register(handler: Handler) -> Handler:
            if not _NAME.fullmatch(name):
                raise ValueError(f"not a command name: {name!r}")
            command = Command(name, group, role, change, asks, aliases, handler, _parameters(handler), secret)
            for word in (name, *aliases):
                if word in self._words:
                    raise ValueError(f"{word!r} already means /{self._words[word].name}")
                self._words[word] = command
            self._commands[name] = command
            return handler

        return register

    def find(self, word: str) -> Command | None:
        """By name or alias, with or without slash, and `@bot` behind it as Telegram writes it."""
        return self._words.get(_bare(word))

    def near(self, word: str, role: Role) -> list[Command]:
        """Commands this role may run whose name or alias looks alike, at most three."""
        known = [w for w, command in self._words.items() if command.role <= role]
        bare = _bare(word)
        begin = [w for w in known if len(bare) > 1 and w.startswith(bare)]
        found = [*begin, *get_close_matches(bare, known, n=5, cutoff=0.6)]
        return list({self._words[w].name: self._words[w] for w in found}.values())[:3]

    def all(self, role: Role = Role.OWNER) -> list[Command]:
        """Those a role may run, in the order they were defined."""
        return [command for command in self._commands.values() if command.role <= role]


def _bare(word: str) -> str:
    return folded(word).removeprefix("/").partition("@")[0]


def _parameters(handler: Handler) -> tuple[Parameter, ...]:
    hints = get_type_hints(handler, include_extras=True)
    found = list(inspect.signature(handler).parameters.values())[1:]
    return tuple(
        Parameter(
            name=p.name,
            slot=_slot(hints[p.name], handler, p.name),
            required=p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD,
            default=None if p.default is p.empty else p.default,
            keyword=p.kind is p.KEYWORD_ONLY,
            many=p.kind is p.VAR_POSITIONAL,
        )
        for p in found
    )


def _slot(hint: Any, handler: Handler, name: str) -> Slot:
    if get_origin(hint) in (Union, UnionType):
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    slots = [extra for extra in get_args(hint)[1:] if isinstance(extra, Slot)] if get_origin(hint) is Annotated else []
    if len(slots) != 1:
        raise ValueError(f"parameter {name!r} of {handler!r} has no slot to read it")
    return slots[0]
