"""Which lines are sentences, and what they mean: the grammar first, then a language model if there is one.

In: a line, and the command its first word names. Out: what it means, or None – the line is a command as it stands,
or nobody understands it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from chatbot.coins import Coins
from chatbot.language.grammar import meaning
from chatbot.language.lexer import Lexer
from chatbot.language.meaning import Ask, Meaning, Run
from chatbot.language.selection import ActionSelector, InvalidSelection, meaning_of, parse
from chatbot.language.sentence import Sentence, read
from chatbot.language.words import entries, is_filler
from chatbot.registry import Command, Registry
from trader.clock import Clock
from trader.errors import TraderError, UserInputError

log = structlog.get_logger(__name__)

DEADLINE_SECONDS = 8.0
"""For the model; after it the grammar's own answer stands."""
_BY_SENTENCE = ("buy", "sell")
"""Without a slash these are read with a sentence's care: a sum needs its unit, a sale its size."""
_WITH_SENTENCE = (*_BY_SENTENCE, "pause")
"""Behind the slash of these a sentence may follow."""


@dataclass(frozen=True, slots=True)
class Line:
    """`command` is the one the first word names; `binds` tells whether the other words are arguments of it."""

    text: str
    command: Command | None
    arguments: Sequence[str]
    binds: Callable[[], bool]


class Hearing:
    def __init__(
        self, registry: Registry, coins: Coins, clock: Clock, *, selector: ActionSelector | None = None
    ) -> None:
        self._lexer = Lexer(entries(registry), coins)
        self._coins = coins
        self._clock = clock
        self._selector = selector

    async def hear(self, line: Line, masked: str) -> Meaning | None:
        """`masked` is the text without secrets, which alone may leave the house. VenueUnreachable: it holds a name,
        and the list of markets has not been read yet."""
        if line.text.startswith("/"):
            return await self._slashed(line, masked)
        command = line.command
        commands_itself = command is not None and command.name not in _BY_SENTENCE
        if commands_itself and not any(map(is_filler, line.arguments)) and line.binds():
            return None
        found = await self._meaning(line.text, masked)
        return found if commands_itself or command is None else found or Ask("say-unclear")

    def plainly(self, text: str) -> Meaning | None:
        """By the grammar alone."""
        return meaning(read(text, self._lexer, self._clock.now()))

    async def _slashed(self, line: Line, masked: str) -> Meaning | None:
        """`/비트코인 5만원 사줘` and `/sell half my eth`: behind a slash only where all is clear."""
        words = line.text.removeprefix("/")
        if line.command is None:
            return await self._meaning(words, masked.removeprefix("/")) if " " in words else None
        if line.command.name not in _WITH_SENTENCE or line.binds():
            return None
        sentence = read(words, self._lexer, self._clock.now())
        found = meaning(sentence)
        if not isinstance(found, Run) or found.note or sentence.unknown:
            return None
        return found if found.line.split()[0] == f"/{line.command.name}" else None

    async def _meaning(self, text: str, masked: str) -> Meaning | None:
        sentence = read(text, self._lexer, self._clock.now())
        found = meaning(sentence)
        unsure = found is None or (isinstance(found, Ask) and not found.sure)
        if unsure and self._selector is not None and masked and not sentence.quoted:
            found = await self._picked(self._selector, masked) or found
        return self._nearest(sentence) or found if found == Ask("say-which-coin", sure=False) else found

    async def _picked(self, selector: ActionSelector, masked: str) -> Meaning | None:
        """The model's pick, checked; None: late, away, or not to be used."""
        try:
            answer = await asyncio.wait_for(selector.select(masked), DEADLINE_SECONDS)
            return meaning_of(parse(answer), read(masked, self._lexer, self._clock.now()))
        except (InvalidSelection, TimeoutError, TraderError) as err:
            log.info("selection_not_used", cause=type(err).__name__, detail=str(err))
            return None

    def _nearest(self, sentence: Sentence) -> Ask | None:
        """A coin's name with a slip in it. Named, never completed."""
        for word in sentence.unknown:
            try:
                self._coins.parse(word)
            except UserInputError as err:
                if err.key == "market-unknown-near":
                    return Ask("say-coin-near", {"word": word[:40], "choices": str(err.params["choices"])})
        return None
