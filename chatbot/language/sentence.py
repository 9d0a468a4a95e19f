"""A message, read once: its tokens, and what speaks against taking it as a command.  Pure, given coins and time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from chatbot.language.cleaning import clean
from chatbot.language.lexer import Lexer
from chatbot.language.tokens import Action, Kind, Token
from chatbot.language.words import CONDITIONS, HOW, HOW_BEHIND, NEGATIONS, REPEATS
from trader.model.market import Market

AMOUNTS = (Kind.MONEY, Kind.BARE, Kind.NUMBER, Kind.QUANTITY, Kind.SHARE)
EXITS = (Kind.LOSS, Kind.GAIN, Kind.TRAIL)
_SILENT = (Kind.FILLER, Kind.POLITE)


@dataclass(frozen=True, slots=True)
class Sentence:
    """`text` is the cleaned message the tokens are of."""

    text: str
    tokens: tuple[Token, ...]
    quoted: bool
    question: bool
    negated: bool
    conditional: bool
    repeated: bool

    def of(self, *kinds: Kind) -> list[Token]:
        return [token for token in self.tokens if token.kind in kinds]

    def has(self, *kinds: Kind) -> bool:
        return any(token.kind in kinds for token in self.tokens)

    @property
    def unknown(self) -> list[str]:
        return [token.text for token in self.of(Kind.UNKNOWN)]

    @property
    def coins(self) -> list[tuple[Market, ...]]:
        """What each name may stand for, without repetitions."""
        names = [token.value for token in self.of(Kind.COIN)]
        return list(dict.fromkeys(value for value in names if isinstance(value, tuple)))

    @property
    def actions(self) -> set[Action]:
        """What is asked for. A noun of an action (`매수`) asks when it ends the sentence, when `해줘` follows, or when
        there is nothing else but coin and sum."""
        named = [t for t in self.of(Kind.ACTION) if not t.aside]
        found = {t.value for t in named if t.verb or self._ends(t)}
        if any(self._closes(t) for t in self.of(Kind.LOSS, Kind.GAIN)):
            found.add(Action.SELL)
        if not found and not self.has(Kind.SHOW, Kind.NOUN, *EXITS):
            found = {t.value for t in named}
        actions = {action for action in found if isinstance(action, Action)}
        if Action.PUT in actions:
            actions = actions - {Action.PUT} | {self._put()}
        if Action.OFF in actions:
            actions = actions - {Action.OFF} | {self._off()}
        return actions

    @property
    def mentions(self) -> set[Action]:
        """Also such that are not asked for."""
        return {token.value for token in self.of(Kind.ACTION) if isinstance(token.value, Action)}

    def _closes(self, token: Token) -> bool:
        """`손절해`, `이더 손절`: a sale; with a figure it is the distance of a stop."""
        named = bool(self.coins) and self._ends(token) and not self.has(*AMOUNTS)
        return token.text[0] in "손익" and (token.verb or named)

    @property
    def asked_about(self) -> Action | None:
        """The verb right beside `how do i`, `what does` or `어떻게`: nobody wants it done."""
        for word, verb in pairwise(self.tokens):
            if word.kind is Kind.SHOW and HOW.fullmatch(word.text) and isinstance(verb.value, Action):
                return verb.value
        for verb, word in pairwise(self.tokens):
            if word.kind is Kind.SHOW and HOW_BEHIND.fullmatch(word.text) and not verb.verb:
                return verb.value if isinstance(verb.value, Action) else None
        return None

    @property
    def asked_whether(self) -> Action | None:
        """The verb right behind `did you`."""
        for word, verb in pairwise(self.tokens):
            if word.kind is Kind.PAST and word.text.isascii() and isinstance(verb.value, Action):
                return verb.value
        return None

    @property
    def says_to(self) -> bool:
        """`5%로`, `to 5%`: the new value, not by how much it changes."""
        return any({"로", "으로"} & token.particles for token in self.of(*AMOUNTS)) or " to " in self.text

    @property
    def linked(self) -> bool:
        return any(token.linked for token in self.tokens)

    def only(self, *kinds: Kind, nouns: Collection[str] = ()) -> bool:
        """Whether there is nothing but these, fillers, and nouns of these commands."""
        allowed = (*_SILENT, *kinds)
        return all(t.kind in allowed or (t.kind is Kind.NOUN and t.value in nouns) for t in self.tokens)

    def _ends(self, token: Token) -> bool:
        behind = self.tokens[self.tokens.index(token) + 1 :]
        return not token.tail and not token.aside and all(t.kind in _SILENT for t in behind)

    def _off(self) -> Action:
        """`꺼`: a stop, or the bot where nothing else is named."""
        if self.has(*EXITS):
            return Action.REMOVE
        bot = self.has(Kind.QUIET) or self.only(Kind.ACTION, Kind.SHARE, Kind.SPAN, Kind.MOMENT, Kind.DAY, Kind.UNTIL)
        return Action.PAUSE if bot else Action.OFF

    def _put(self) -> Action:
        """`넣어`: an order of the side that is named, money into a coin, or a coin onto the list."""
        named = {token.text[:2] for token in self.of(Kind.SIDE_ORDERS)}
        if Action.SELL in self.mentions or "매도" in named:
            return Action.SELL
        return Action.BUY if named or Action.BUY in self.mentions or self.has(*AMOUNTS) else Action.ADD


def read(message: str, lexer: Lexer, now: datetime) -> Sentence:
    cleaned = clean(message)
    text = cleaned.text
    tokens = tuple(lexer.tokens(text, now))
    return Sentence(
        text=text,
        tokens=tokens,
        quoted=cleaned.quoted,
        question=cleaned.question,
        negated=cleaned.refused or bool(NEGATIONS.search(text)),
        conditional=bool(CONDITIONS.search(text)),
        repeated=bool(REPEATS.search(_without_names(text, tokens))),
    )


def _without_names(text: str, tokens: Iterable[Token]) -> str:
    """`daily loss limit` is the name of a limit, and nothing that is done daily."""
    for token in tokens:
        if token.kind is Kind.LIMIT:
            text = text[: token.start] + " " * (token.end - token.start) + text[token.end :]
    return text
