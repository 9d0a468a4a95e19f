"""From a person's line or button to a reply: who is it, which command, are the arguments right, then the handler.

The border where errors end: what a person can mend is said to them, what the venue did is said in words, and what
nobody expected is logged once with its traceback."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from chatbot import buttons
from chatbot.access import Access, Person, Role
from chatbot.coins import Coins
from chatbot.commands import REGISTRY
from chatbot.confirmations import Confirmations
from chatbot.context import Context, Forbidden, Services
from chatbot.failures import failure, internal, usage
from chatbot.languages import Languages
from chatbot.registry import Command, Registry
from chatbot.reply import Reply, Tone
from chatbot.scrub import Scrubber
from chatbot.strangers import Strangers
from chatbot.wording import Words
from trader.clock import Clock
from trader.desk import Desk
from trader.errors import StorageFailed, TraderError, UserInputError
from trader.ids import new_id
from trader.model.events import Event, EventKind, Severity
from trader.settings import Mode

log = structlog.get_logger(__name__)

LONGEST_LINE = 500
CONFIRM = " confirm"
"""Ends a line that answers its own second step; understood from console and shell only."""


class Dispatcher:
    """One for all front ends. Raises for nothing a person, the venue or the disk did."""

    def __init__(
        self,
        desk: Desk,
        access: Access,
        clock: Clock,
        *,
        mode: Mode,
        languages: Languages,
        coins: Coins | None = None,
        secrets: Iterable[str] = (),
        registry: Registry = REGISTRY,
    ) -> None:
        self._services = Services(
            desk=desk,
            clock=clock,
            coins=coins or Coins(desk.market_infos),
            languages=languages,
            confirmations=Confirmations(clock),
            registry=registry,
            mode=mode,
        )
        self._access = access
        self._strangers = Strangers()
        self._scrub = Scrubber(secrets)

    async def line(self, person: Person, text: str, *, conversation: str = "") -> Reply | None:
        """A typed command. None: say nothing (a stranger who has been told already, an empty line)."""
        role = self._access.role_of(person)
        if role is Role.NOBODY:
            return await self._stranger(person, conversation)
        line = text.strip()
        confirmed = person.local and line.casefold().endswith(CONFIRM)
        if confirmed:
            line = line[: -len(CONFIRM)].rstrip()
        if not line:
            return None
        return await self._run(person, role, line, confirmed)

    async def press(self, person: Person, action: str, *, conversation: str = "") -> Reply | None:
        """A button's action; checked like a command. None: say nothing."""
        role = self._access.role_of(person)
        if role is Role.NOBODY:
            return await self._stranger(person, conversation)
        line = buttons.typed(action)
        if line is not None:
            return await self._run(person, role, line, confirmed=False)
        words = self._services.languages.words(person.key)
        verb, _, token = action.partition(":")
        try:
            if verb not in (buttons.DO, buttons.DROP):
                raise UserInputError("button-unknown")
            line = self._services.confirmations.take(token, person.key)
        except UserInputError as err:
            return failure(err, words)
        if verb == buttons.DROP:
            return Reply(title=words("dropped", line=line), tone=Tone.INFO, data={"outcome": "dropped"})
        return await self._run(person, role, line, confirmed=True)

    def menu(self, role: Role, language: str) -> list[tuple[str, str]]:
        """(command name without slash, one-line help) of all this role may run, for platform menus."""
        words = self._services.languages.speaking(language)
        return [(command.name, words(f"help-{command.name}")) for command in self._services.registry.all(role)]

    # ---- one command

    async def _run(self, person: Person, role: Role, line: str, confirmed: bool) -> Reply:
        words = self._services.languages.words(person.key)
        if len(line) > LONGEST_LINE:
            return failure(UserInputError("line-too-long", most=LONGEST_LINE), words)
        command, arguments = self._command(line)
        if command is None:
            return self._unknown(line, role, words)
        ctx = Context(self._services, command, person, role, words, line, confirmed, audited=_always_changes(command))
        reply, outcome = await self._answer(ctx, arguments)
        if ctx.audited:
            await self._record(ctx, outcome)
        return reply.scrubbed(self._scrub)

    def _command(self, line: str) -> tuple[Command | None, list[str]]:
        """The first word names the command; without a slash also the last one may (`비트코인 5만원 매수`)."""
        first, *rest = line.split()
        found = self._services.registry.find(first)
        if found is not None or first.startswith("/") or not rest:
            return found, rest
        return self._services.registry.find(rest[-1]), [first, *rest[:-1]]

    async def _answer(self, ctx: Context, arguments: list[str]) -> tuple[Reply, str]:
        """The reply, and the outcome in a word for the audit trail."""
        command, words = ctx.command, ctx.words
        try:
            if ctx.role < command.role:
                raise Forbidden(command.role)
            try:
                values, keywords = command.bind(arguments, ctx)
            except UserInputError as err:
                return usage(err, command, words), err.key
            reply = await command.handler(ctx, *values, **keywords)
        except (TraderError, Forbidden) as err:
            key = err.key if isinstance(err, UserInputError) else type(err).__name__
            return failure(err, words), key
        except Exception as err:
            reference = new_id()[:6]
            log.error("command_failed", command=command.name, reference=reference, exc_info=err)
            return internal(reference, words), type(err).__name__
        return reply, str(reply.data.get("outcome", reply.tone.value))

    def _unknown(self, line: str, role: Role, words: Words) -> Reply:
        word = line.split()[0][:40]
        near = self._services.registry.near(word, role)
        lines = tuple(f"/{command.name} – {words(f'help-{command.name}')}" for command in near)
        return Reply(
            title=words("command-unknown", value=word),
            lines=lines or (words("command-unknown-hint"),),
            buttons=buttons.runs(*((f"/{command.name}", f"/help {command.name}") for command in near)),
            tone=Tone.ERROR,
            data={"error": "command-unknown", "near": [command.name for command in near]},
        ).scrubbed(self._scrub)

    # ---- the trail

    async def _record(self, ctx: Context, outcome: str) -> None:
        data = {"person": ctx.by, "name": ctx.person.name, "line": self._scrub(ctx.line), "outcome": outcome}
        if ctx.confirmed:
            data["confirmed"] = "yes"
        await self._store(EventKind.COMMAND, data, push=False)

    async def _stranger(self, person: Person, conversation: str) -> Reply | None:
        now = self._services.clock.now()
        if not self._strangers.first_within_hour(person, now):
            return None
        data = {"person": person.key, "name": self._scrub(person.name[:80]), "conversation": conversation}
        await self._store(EventKind.STRANGER, data, push=self._strangers.owners_told(now))
        words = self._services.languages.words()
        return Reply(title=words("stranger", person=person.key), tone=Tone.ERROR, data={"outcome": "stranger"})

    async def _store(self, kind: EventKind, data: dict[str, str], *, push: bool) -> None:
        """After the deed, never in its way: a full disk must not keep a panic from being answered."""
        severity = Severity.WARNING if push else Severity.INFO
        event = Event(new_id(), kind, self._services.clock.now(), severity, data=data, push=push)
        try:
            await self._services.desk.record(event)
        except StorageFailed as err:
            log.error("event_not_stored", kind=kind.value, error=str(err), **data)


def _always_changes(command: Command) -> bool:
    return command.change is not None and command.change == command.role
