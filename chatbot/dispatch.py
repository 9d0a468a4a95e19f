"""From a person's line or button to a reply: who is it, which command, are the arguments right, then the handler.

The border where errors end: what a person can mend is said to them, what the venue did is said in words, and what
nobody expected is logged once with its traceback."""

from __future__ import annotations

from enum import StrEnum

import structlog

from chatbot.coins import Coins
from chatbot.commands import REGISTRY
from chatbot.confirmations import Confirmations
from chatbot.context import Context, Forbidden, Services
from chatbot.drill.drills import Drills
from chatbot.failures import failure, internal, usage
from chatbot.language import replies
from chatbot.language.hearing import Hearing, Line
from chatbot.language.meaning import Ask, Propose, Run
from chatbot.language.selection import ActionSelector
from chatbot.languages import Languages
from chatbot.notify.keeper import Notify
from chatbot.people import strangers
from chatbot.people.access import Person, Role
from chatbot.people.audit import Audit
from chatbot.people.people import People
from chatbot.registry import Command, Registry
from chatbot.reply import Reply, Tone
from chatbot.scrub import outgoing
from chatbot.views import buttons
from chatbot.wording import Words
from trader import patience
from trader.clock import Clock
from trader.desk import Desk
from trader.errors import TraderError, UserInputError
from trader.ids import new_id
from trader.model.mode import Mode

log = structlog.get_logger(__name__)

LONGEST_LINE = 500
VENUE_SECONDS = 2.0
"""How long a person is kept waiting for a venue that does not answer."""
CONFIRM = " confirm"
"""Ends a line that answers its own second step; understood from console and shell only."""
SAFER = frozenset({"pause", "stop", "cancel", "panic", "sell", "reject"})
"""Commands that only ever take risk away."""


class Weight(StrEnum):
    """Of a command run late. LOOKS: nothing changes · SAFER: stops, cancels, sells · CHANGES: anything else."""

    LOOKS = "looks"
    SAFER = "safer"
    CHANGES = "changes"


class Dispatcher:
    """One for all front ends. Raises for nothing a person, the venue or the disk did."""

    def __init__(
        self,
        desk: Desk,
        people: People,
        clock: Clock,
        *,
        mode: Mode,
        languages: Languages,
        drills: Drills,
        notify: Notify,
        coins: Coins | None = None,
        registry: Registry = REGISTRY,
        selector: ActionSelector | None = None,
    ) -> None:
        self._services = Services(
            desk=desk,
            clock=clock,
            coins=coins or Coins(desk.market_infos),
            languages=languages,
            confirmations=Confirmations(clock),
            registry=registry,
            mode=mode,
            people=people,
            drills=drills,
            notify=notify,
        )
        self._people = people
        self._strangers = strangers.Strangers()
        self._hearing = Hearing(registry, self._services.coins, clock, selector=selector)
        self._audit = Audit(desk, clock)

    async def close(self) -> None:
        """Nothing comes any more: write down what the audit trail has collected."""
        await self._audit.close()

    async def line(self, person: Person, text: str, *, conversation: str = "", private: bool = False) -> Reply | None:
        """A typed command; `private`: nobody but this person reads it and its answer. None: say nothing (a stranger who
        has been told already, an empty line)."""
        role = self._people.access.role_of(person)
        line = text.strip()
        if role is Role.NOBODY and not self._knocks(person, line):
            return await self._stranger(person, conversation)
        confirmed = person.local and line.casefold().endswith(CONFIRM)
        if confirmed:
            line = line[: -len(CONFIRM)].rstrip()
        if not line:
            return None
        return await self._run(person, role, line, confirmed, private, conversation)

    def _knocks(self, person: Person, line: str) -> bool:
        """Whether a stranger uses what everybody may use: a code to come in, while there is any to try."""
        command, _ = self._command(line) if 0 < len(line) <= LONGEST_LINE else (None, [])
        return command is not None and command.role is Role.NOBODY and not self._people.pairing.locked(person.key)

    async def press(
        self, person: Person, action: str, *, conversation: str = "", private: bool = False
    ) -> Reply | None:
        """A button's action; checked like a command. None: say nothing."""
        role = self._people.access.role_of(person)
        if role is Role.NOBODY:
            return await self._stranger(person, conversation)
        line = buttons.typed(action)
        if line is not None:
            return await self._run(person, role, line, False, private, conversation)
        words = self._services.languages.words(person.key)
        verb, _, token = action.partition(":")
        try:
            if verb not in (buttons.DO, buttons.DROP):
                raise UserInputError("button-unknown")
            line, last = self._services.confirmations.take(token, person.key)
        except UserInputError as err:
            await self._audit.command(person, verb, err.key, confirmed=False, looked=False)
            return failure(err, words)
        if verb == buttons.DROP:
            await self._audit.command(person, line, "dropped", confirmed=False, looked=True)
            return Reply(title=words("dropped", line=line), tone=Tone.INFO, data={"outcome": "dropped"})
        return await self._run(person, role, line, last, private, conversation)

    def menu(self, role: Role, language: str) -> list[tuple[str, str]]:
        """(command name without slash, one-line help) of all this role may run, for platform menus."""
        words = self._services.languages.speaking(language)
        return [(command.name, words(f"help-{command.name}")) for command in self._services.registry.all(role)]

    def weigh(self, line: str) -> tuple[str, Weight]:
        """The command line it stands for, as far as rules alone can tell (empty: not clear), and what it would mean to
        run it late. Runs nothing and asks nobody."""
        text = line.strip()
        if not text or len(text) > LONGEST_LINE:
            return "", Weight.CHANGES
        command, arguments = self._command(text)
        if not text.startswith("/") and (command is None or arguments):
            meant = self._hearing.plainly(text)
            if isinstance(meant, Run | Propose):
                text = meant.line
                command, arguments = self._command(text)
        if command is None:
            return "", Weight.CHANGES
        if command.name in SAFER:
            return text, Weight.SAFER
        looks = command.role is Role.VIEWER and (command.change is None or not arguments)
        return text, Weight.LOOKS if looks else Weight.CHANGES

    async def came_late(self, person: Person, line: str) -> None:
        """It was not run, and the trail says so."""
        await self._audit.command(person, self._kept(line), "late", confirmed=False, looked=True)

    # ---- one command

    async def _run(
        self, person: Person, role: Role, line: str, confirmed: bool, private: bool, conversation: str
    ) -> Reply:
        words = self._services.languages.words(person.key)
        if role is not Role.NOBODY:
            self._services.languages.met(person.key, person.name)
        if len(line) > LONGEST_LINE:
            await self._audit.command(person, line, "line-too-long", confirmed=False, looked=True)
            return failure(UserInputError("line-too-long", most=LONGEST_LINE), words)
        said = line
        meant = await self._meant(person, role, line, words) if role is not Role.NOBODY else None
        role = min(role, self._people.access.role_of(person))  # a model may have thought about it for a while
        if isinstance(meant, Reply):
            outcome = str(meant.data.get("outcome") or meant.data["error"])
            await self._audit.command(person, self._kept(line), outcome, confirmed=False, looked=True)
            return meant
        if meant is not None:
            line = meant.line
        command, arguments = self._command(line)
        if command is None:
            await self._audit.command(person, self._kept(line), "command-unknown", confirmed=False, looked=True)
            return self._unknown(line, role, words)
        audited, private = _always_changes(command), private or person.local
        spoken = meant is not None
        ctx = Context(
            self._services, command, person, role, words, line, confirmed, private, audited, spoken, conversation
        )
        kept = self._kept(line, command)  # before it is run: a code is void afterwards, and no longer known for one
        reply, outcome = await self._answer(ctx, arguments)
        looked = not ctx.audited and outcome != Forbidden.__name__
        trail = f"{self._kept(said)} → {kept}" if spoken else kept
        await self._audit.command(person, trail, outcome, confirmed=confirmed, looked=looked)
        return replies.understood(reply, meant, words) if meant is not None else reply

    async def _meant(self, person: Person, role: Role, line: str, words: Words) -> Run | Reply | None:
        """What a sentence comes to: a command to run, or what is said instead. None: the line is as it stands."""
        command, arguments = self._command(line)
        try:
            heard = Line(line, command, arguments, lambda: self._binds(person, role, line, words))
            meant = await self._hearing.hear(heard, self._kept(outgoing(line)))
        except TraderError as err:
            return failure(err, words)
        except Exception as err:
            reference = new_id()[:6]
            log.error("sentence_failed", reference=reference, exc_info=err)
            return internal(reference, words)
        match meant:
            case Ask():
                waiting = self._services.confirmations.newest(person.key)
                if meant.key in ("say-yes", "say-no") and waiting:
                    return replies.still_asked(*waiting, words)
                return replies.asked_back(meant, self._services.registry, role, words)
            case Propose():
                changing, _ = self._command(meant.line)
                assert changing is not None
                token = self._services.confirmations.ask(person.key, meant.line, last=False)
                return replies.proposed(meant.line, changing, token, words, local=person.local)
        return meant

    def _binds(self, person: Person, role: Role, line: str, words: Words) -> bool:
        """Whether the words behind a command are arguments of it. What the venue cannot tell now counts as one: the
        command itself says so."""
        command, arguments = self._command(line)
        assert command is not None
        try:
            command.bind(arguments, Context(self._services, command, person, role, words, line))
        except UserInputError:
            return False
        except TraderError:
            return True
        return True

    def _kept(self, line: str, command: Command | None = None) -> str:
        """As it may stand in the audit trail: without the codes that let people in."""
        if command is not None and command.secret:
            return f"/{command.name} ***"
        return self._people.pairing.mask(line)

    def _command(self, line: str) -> tuple[Command | None, list[str]]:
        """The first word names the command."""
        first, *rest = line.split()
        return self._services.registry.find(first), rest

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
            with patience.within(VENUE_SECONDS):
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
        sentence = " " in line and not line.startswith("/")
        return Reply(
            title=words("say-unclear") if sentence else words("command-unknown", value=word),
            lines=lines or (words("command-unknown-hint"),),
            buttons=buttons.runs(*((f"/{command.name}", f"/help {command.name}") for command in near)),
            tone=Tone.ERROR,
            data={"error": "command-unknown", "near": [command.name for command in near]},
        )

    async def _stranger(self, person: Person, conversation: str) -> Reply | None:
        now = self._services.clock.now()
        if not self._strangers.first_within_hour(person, now):
            return None
        await self._audit.stranger(person, conversation, push=self._strangers.owners_told(now))
        return strangers.told(person, self._services.languages.words())


def _always_changes(command: Command) -> bool:
    """Those a viewer may run look as long as nothing is given to them; their handlers say when they change."""
    return command.change is not None and command.change == command.role and command.role is not Role.VIEWER
