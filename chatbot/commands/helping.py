"""/help: what this role may run, in the person's language."""

from __future__ import annotations

from itertools import groupby

from chatbot.commands.register import command
from chatbot.context import Context
from chatbot.failures import usage_line
from chatbot.people.access import Role
from chatbot.registry import Command
from chatbot.reply import Reply, Tone
from chatbot.slots.common import CommandName, LanguageName
from chatbot.views.buttons import runs
from trader.errors import UserInputError

GROUPS = ("look", "trade", "control", "people", "settings")


@command("help", group="settings", role=Role.VIEWER, aliases=("도움말", "도움", "명령"))
async def help_(ctx: Context, name: CommandName | None = None) -> Reply:
    if name is None:
        return _all(ctx)
    found = ctx.services.registry.find(name)
    if found is None or found.role > ctx.role:
        raise UserInputError("help-unknown", value=name[:40])
    return _one(ctx, found)


def _all(ctx: Context) -> Reply:
    words = ctx.words
    mine = sorted(ctx.services.registry.all(ctx.role), key=lambda c: GROUPS.index(c.group))
    said: list[str] = []
    for group, commands in groupby(mine, key=lambda c: c.group):
        said += [f"▸ {words(f'group-{group}')}", *(f"/{c.name} – {words(f'help-{c.name}')}" for c in commands)]
    return Reply(
        title=words("help-title", role=words(f"role-{ctx.role.name.lower()}")),
        lines=(*said, words("help-more"), words("help-sentences")),
        tone=Tone.INFO,
        data={"commands": [c.name for c in mine]},
    )


def _one(ctx: Context, found: Command) -> Reply:
    words = ctx.words
    aliases = [words("help-aliases", aliases=" ".join(f"/{alias}" for alias in found.aliases))] if found.aliases else []
    change = found.change if found.change is not None and found.change != found.role else None
    roles = (
        words("help-roles", role=words(f"role-{found.role.name.lower()}"), change=words(f"role-{change.name.lower()}"))
        if change
        else words("help-role", role=words(_role_key(found.role)))
    )
    return Reply(
        title=f"/{found.name} – {words(f'help-{found.name}')}",
        lines=(
            words("usage", usage=usage_line(found, words)),
            words("example", example=words(f"example-{found.name}")),
            *aliases,
            roles,
            *([words("help-asks")] if found.asks else []),
        ),
        buttons=runs((f"/{found.name}", f"/{found.name}")) if _harmless(found) else (),
        tone=Tone.INFO,
        data={"command": found.name, "usage": usage_line(found, words)},
    )


def _role_key(role: Role) -> str:
    return "role-anybody" if role is Role.NOBODY else f"role-{role.name.lower()}"


def _harmless(command: Command) -> bool:
    """Only looks, and needs nothing said: may be tried from its help."""
    return command.change is None and not any(p.required for p in command.parameters)


@command("language", group="settings", role=Role.VIEWER, aliases=("언어",))
async def language(ctx: Context, name: LanguageName | None = None) -> Reply:
    chosen = {"한국어": "ko", "korean": "ko", "영어": "en", "english": "en"}.get(name or "", name)
    if chosen is not None:
        await ctx.services.languages.choose(ctx.person.key, chosen)
    words = ctx.services.languages.words(ctx.person.key)
    return Reply(
        title=words("language-now"),
        buttons=runs(("한국어", "/language ko"), ("English", "/language en")),
        data={"language": words.language},
    )
