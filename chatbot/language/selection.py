"""When no rule understands a sentence, a language model may pick an action and point at words; nothing more.

Out goes the message; back comes text that is held for hostile: one action of a closed list, spans that must stand in
the message word for word, no figures of its own. Coin, sum and time are read from the message by the same code as
always, and what spoils a command (a negation, a condition, somebody else's words, another verb) spoils the model's
pick as well. A pick becomes a view, or a change that is shown and waits for a tap; what the grammar knows for a pause,
a cancellation or a panic never comes this way."""

from __future__ import annotations

import re
from typing import Final, Literal, Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from chatbot.language.cleaning import clean
from chatbot.language.grammar import spoils, until_of
from chatbot.language.meaning import Ask, Meaning, Propose, Run
from chatbot.language.sentence import AMOUNTS, Sentence
from chatbot.language.tokens import Action, Kind, Token
from chatbot.language.trades import side_of, trade
from trader.advice.reading import InvalidAnswer

LONGEST_ANSWER: Final = 4_000
LONGEST_SPAN: Final = 100
LONGEST_QUESTION: Final = 200

View = Literal["status", "balance", "positions", "orders", "trades", "pnl", "chart", "limits", "health", "history"]


Act = Literal["buy", "sell", "cancel", "pause", "resume", "set_stop", "set_take", "show", "explain", "unknown"]


class ActionSelector(Protocol):
    async def select(self, message: str) -> str:
        """The model's answer as raw JSON text in the form of `Selection`. TraderError: there is none."""
        ...


class InvalidSelection(InvalidAnswer):
    """The answer cannot be used; the message says why, without the answer itself."""


class Selection(BaseModel):
    """What the model may say: every field present, null where it does not apply."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    action: Act
    market_span: str | None
    amount_span: str | None
    until_span: str | None
    what: View | None
    question: str | None


_SPANS: Final = ("market_span", "amount_span", "until_span")
_ALLOWED: Final[dict[str, frozenset[str]]] = {
    "buy": frozenset({"market_span", "amount_span"}),
    "sell": frozenset({"market_span", "amount_span"}),
    "cancel": frozenset({"market_span"}),
    "pause": frozenset({"until_span"}),
    "resume": frozenset(),
    "set_stop": frozenset({"amount_span"}),
    "set_take": frozenset({"amount_span"}),
    "show": frozenset({"market_span", "what"}),
    "explain": frozenset({"market_span"}),
    "unknown": frozenset({"question"}),
}
_ACTIONS: Final = {
    "buy": {Action.BUY, Action.PUT},
    "sell": {Action.SELL, Action.PUT},
    "cancel": {Action.CANCEL},
    "pause": {Action.PAUSE, Action.OFF},
    "resume": {Action.RESUME, Action.START},
    "set_stop": {Action.SET, Action.ADD, Action.REMOVE, Action.PUT, Action.OFF},
    "set_take": {Action.SET, Action.ADD, Action.REMOVE, Action.PUT, Action.OFF},
}


def parse(answer: str) -> Selection:
    """InvalidSelection: too long, no JSON, not the form, or a field that the action does not have."""
    if len(answer) > LONGEST_ANSWER:
        raise InvalidSelection("too long")
    try:
        picked = Selection.model_validate_json(answer)
    except ValidationError as err:
        raise InvalidSelection(f"{err.error_count()} fields are wrong") from err
    given = {name for name, value in picked.model_dump().items() if name != "action" and value is not None}
    if given - _ALLOWED[picked.action]:
        raise InvalidSelection(f"{picked.action} has no {', '.join(sorted(given - _ALLOWED[picked.action]))}")
    return picked


def meaning_of(picked: Selection, sentence: Sentence) -> Meaning:
    """InvalidSelection: a span that is not in the message or is only a part of a figure, a side against the verb."""
    tokens = {name: _pointed(getattr(picked, name), sentence) for name in _SPANS}
    if picked.action == "unknown":
        question = clean(picked.question or "").text[:LONGEST_QUESTION]
        return Ask("say-model-asks" if question else "say-unclear", {"question": question})
    spoiled = spoils(sentence, verbless=True)
    if spoiled is not None and picked.action not in ("show", "explain"):
        return spoiled
    if picked.action in _ACTIONS and sentence.mentions - _ACTIONS[picked.action]:
        raise InvalidSelection(f"{picked.action} against the verb of the message")
    if picked.action in ("buy", "sell"):
        return _trade(picked.action, sentence, tokens)
    if picked.action in ("set_stop", "set_take"):
        return _exit(picked.action, tokens["amount_span"])
    return _rest(picked, sentence, tokens)


def _pointed(span: str | None, sentence: Sentence) -> list[Token]:
    """The tokens a span covers, whole ones only: `5만원` of `15만원` is not in the message."""
    if span is None:
        return []
    if len(span) > LONGEST_SPAN or not (wanted := clean(span).text):
        raise InvalidSelection("a span of no use")
    for match in re.finditer(re.escape(wanted), sentence.text):
        covered = [t for t in sentence.tokens if t.start < match.end() and match.start() < t.end]
        if covered and covered[0].start == match.start() and match.end() >= covered[-1].end:
            return covered
    raise InvalidSelection("a span is not in the message")


def _trade(action: str, sentence: Sentence, tokens: dict[str, list[Token]]) -> Meaning:
    """The model points; which coins and sums the message holds is counted here, all of them."""
    if tokens["market_span"] and not any(t.kind is Kind.COIN for t in tokens["market_span"]):
        return Ask("say-which-coin")
    if tokens["amount_span"] and not any(t.kind in AMOUNTS for t in tokens["amount_span"]):
        return Ask("say-amount-unclear", {"amount": tokens["amount_span"][0].text})
    if sentence.has(Kind.MOMENT, Kind.SPAN):
        return Ask("say-scheduled")
    if sentence.has(Kind.ALL_IN):
        return Ask("say-all-in")
    found = trade(side_of(Action(action)), sentence)
    if isinstance(found, Run) and found.line == "/sell all" and not tokens["amount_span"]:
        raise InvalidSelection("everything is to be sold and the answer does not point at it")
    return found


def _exit(action: str, amount: list[Token]) -> Meaning:
    shares = [t for t in amount if t.kind is Kind.SHARE and t.text[0].isdecimal()]
    if len(shares) != 1:
        return Ask("say-exits")
    key = "stop_fraction" if action == "set_stop" else "take_fraction"
    return Propose(f"/set {key} {re.sub(r'[^0-9.]', '', shares[0].text)}%")


def _rest(picked: Selection, sentence: Sentence, tokens: dict[str, list[Token]]) -> Meaning:
    named = [t.value for t in tokens["market_span"] if t.kind is Kind.COIN]
    markets = [m for value in named if isinstance(value, tuple) for m in value]
    if len(markets) > 1 or (tokens["market_span"] and not markets):
        return Ask("say-which-coin")
    market = f" {markets[0].code}" if markets else ""
    match picked.action:
        case "cancel":
            return Propose(f"/cancel{market or ' all'}")
        case "pause":
            until = until_of(sentence, pointed=True) if tokens["until_span"] else None
            return Propose(f"/pause {until}" if until else "/pause")
        case "resume":
            return Propose("/resume")
        case "explain":
            return Run(f"/why{market}")
    if picked.what is None:
        raise InvalidSelection("nothing to show")
    return Run(f"/chart{market}" if picked.what == "chart" else f"/{picked.what}")
