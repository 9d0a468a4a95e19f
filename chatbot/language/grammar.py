"""A sentence → one command, a question back, or None: nothing here knows what it means.  Pure.

In this order: somebody else's words are no command; `why` and what only looks; a negation before any verb; two things
at once; then the one thing. What stops buying needs the least certainty, what buys or sells the most."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal

from chatbot.language.alerts import alert
from chatbot.language.limits import limit
from chatbot.language.meaning import Ask, Meaning, Propose, Run
from chatbot.language.sentence import AMOUNTS, EXITS, Sentence
from chatbot.language.talk import small_talk
from chatbot.language.tokens import Action, Kind
from chatbot.language.trades import side_of, trade
from chatbot.language.words import EXCEPTIONS, LATER, LEFT_OVER, RELATIVE
from chatbot.wording.figures import SEOUL
from trader.model.market import Market

_TRADES = (Action.BUY, Action.SELL)
_TRADE_KINDS = (*AMOUNTS, Kind.ACTION, Kind.DAY, Kind.COIN, Kind.AT, Kind.FOREIGN, Kind.ALL_IN)
_EXPLAINED = (*_TRADES, Action.PAUSE, Action.RESUME, Action.START, Action.CANCEL, Action.PANIC)
_EXIT_SETTINGS = {Kind.LOSS: "stop_fraction", Kind.GAIN: "take_fraction", Kind.TRAIL: "trail_fraction"}
_CHANGED_THERE = ("strategy", "settings", "markets")
"""Commands that show what can be chosen."""
_PERIODS = {1: "day", 7: "week", 30: "month", 365: "year"}
_LONGEST_SHOWN = 60
_TODAY = frozenset({"오늘", "금일", "today"})
_REQUEST = re.compile(r"(?:can|could|will|would) you|줄래|주실|주시|줄\s?수")
"""A question that asks for something to be done."""


def meaning(sentence: Sentence) -> Meaning | None:
    if sentence.quoted:
        return Ask("say-quoted") if sentence.mentions else None
    if sentence.has(Kind.WHY):
        return _why(sentence)
    asked = small_talk(sentence.text) or _asked(sentence) or alert(sentence)
    if asked is not None:
        return asked
    spoiled = spoils(sentence)
    if spoiled is not None:
        return spoiled
    if sentence.has(Kind.ALL_IN):
        return Ask("say-all-in")
    if sentence.has(Kind.LIMIT) and not sentence.mentions & {Action.PAUSE, Action.PANIC, Action.CANCEL}:
        return Ask("say-negated") if sentence.negated else limit(sentence)
    actions = sentence.actions
    if len(actions) > 1:
        return _two_actions(sentence, actions)
    if not actions:
        return _look(sentence)
    if sentence.linked:
        return Ask("say-unfinished", sure=False)
    return _act(sentence, actions.pop())


def spoils(sentence: Sentence, *, verbless: bool = False) -> Ask | None:
    """Why the sentence cannot be an instruction. Holds for every reader of it; `verbless`: also when its verb is none
    of those known here."""
    if sentence.quoted:
        return Ask("say-quoted")
    if sentence.has(Kind.NO_SALES):
        return Ask("say-negated-sell", choices=("/stop",))
    if sentence.has(Kind.MUSING):
        return Ask("say-musing")
    if not (verbless or sentence.mentions or sentence.actions):
        return None
    sized = sentence.mentions & {*_TRADES, Action.CANCEL}
    if EXCEPTIONS.search(sentence.text) or (sized and LEFT_OVER.search(sentence.text)):
        return Ask("say-exception")
    if sentence.negated:
        return _negated(sentence)
    if sentence.conditional:
        return Ask("say-condition", choices=_safe(sentence))
    if sentence.repeated:
        return Ask("say-repeated", choices=_safe(sentence))
    return None


def _negated(sentence: Sentence) -> Ask:
    mentioned = sentence.mentions
    if mentioned & {Action.BUY, Action.PUT} and not mentioned & {Action.SELL}:
        return Ask("say-negated-buy", choices=("/pause",))
    if Action.SELL in mentioned and not mentioned & {Action.BUY}:
        return Ask("say-negated-sell", choices=("/stop",))
    return Ask("say-negated")


def _safe(sentence: Sentence) -> tuple[str, ...]:
    return ("/pause",) if Action.PAUSE in sentence.mentions else ()


def _two_actions(sentence: Sentence, actions: set[Action]) -> Ask:
    """The safe ones among them can be pressed at once."""
    offers = {
        Action.PANIC: "/panic",
        Action.CANCEL: "/cancel all",
        Action.PAUSE: "/pause",
    }
    choices = [line for action, line in offers.items() if action in actions]
    if {Action.SELL, Action.PAUSE} <= actions and _all(sentence):
        choices = ["/panic", "/sell all", "/pause"]
    return Ask("say-two-actions", choices=tuple(choices))


def _all(sentence: Sentence) -> bool:
    return any(token.value == 1 for token in sentence.of(Kind.SHARE))


# ---------------------------------------------------------------- doing


def _act(sentence: Sentence, action: Action) -> Meaning | None:
    if action is Action.PAUSE:
        return _pause(sentence)
    if action is Action.PANIC:
        return Run("/panic") if not sentence.coins else _panic_of(sentence)
    if action is Action.CANCEL:
        return _cancel(sentence)
    if action in _TRADES:
        return _trade(sentence, action)
    if action in (Action.RESUME, Action.START):
        if sentence.has(Kind.QUIET):
            return Ask("say-notices", choices=("/notify",))
        nouns = ("trades", "status", "orders")
        fits = sentence.only(Kind.ACTION, Kind.SHARE, nouns=nouns) and not sentence.question
        return (
            Run(f"/{action.value}") if fits else Ask("say-not-sure", _unknown(sentence), (f"/{action.value}",), False)
        )
    return _change(sentence, action)


def _trade(sentence: Sentence, action: Action) -> Meaning:
    if sentence.mentions - {action, Action.PUT}:
        return _two_actions(sentence, sentence.mentions)
    days = [token for token in sentence.of(Kind.DAY) if token.text not in _TODAY]
    if days or sentence.has(Kind.MOMENT, Kind.SPAN) or LATER.search(sentence.text):
        return Ask("say-scheduled")
    found = trade(side_of(action), sentence)
    put = (Kind.SIDE_ORDERS,) if Action.PUT in sentence.mentions else ()
    sold = EXITS if action is Action.SELL else ()
    fits = sentence.only(*_TRADE_KINDS, *put, *sold, nouns=("positions", "orders"))
    if fits or (isinstance(found, Ask) and not sentence.unknown):
        return found
    if isinstance(found, Run):
        return Ask("say-not-sure", _unknown(sentence), (found.line,), sure=False)
    return Ask(found.key, found.params, found.choices, sure=False) if isinstance(found, Ask) else found


def _unknown(sentence: Sentence) -> dict[str, str]:
    """What was not understood, or what else stands there."""
    words = sentence.unknown or [t.text for t in sentence.tokens if t.kind in (Kind.NOUN, Kind.SHOW, Kind.PERIOD)]
    return {"words": " ".join(words or [sentence.text])[:_LONGEST_SHOWN]}


def _pause(sentence: Sentence) -> Meaning:
    """Stops buying at once, also when some words stay unclear: a needless pause costs little and is one tap back."""
    if sentence.has(Kind.QUIET):
        return Ask("say-notices", choices=("/notify",))
    elsewhere = (Kind.COIN, *EXITS, Kind.PAST)
    if sentence.has(*elsewhere) or (sentence.question and not sentence.only(Kind.ACTION)):
        return Ask("say-pause-what", choices=("/pause",))
    until = until_of(sentence)
    if until is not None:
        return Run(f"/pause {until}")
    if sentence.has(Kind.MOMENT, Kind.DAY) and not _names_an_end(sentence):
        return Ask("say-pause-later", choices=("/pause",))
    if _names_an_end(sentence):
        return Run("/pause", note="say-pause-until-unclear")
    stems = {token.text for token in sentence.of(Kind.ACTION)}
    hard = sentence.has(Kind.SHARE) or stems & {"중지", "정지", "stop", "halt"}
    return Run("/pause", note="say-pause-not-stop" if hard else "")


def _names_an_end(sentence: Sentence) -> bool:
    ends = any("까지" in token.particles for token in sentence.tokens)
    return ends or sentence.has(Kind.UNTIL) or any(word.endswith(("까지", "동안")) for word in sentence.unknown)


def until_of(sentence: Sentence, *, pointed: bool = False) -> str | None:
    """The end of a pause as `/pause` takes it: one span (`30m`), or one moment or day with `까지` or `until`. With
    words that are not understood there is none, unless somebody has `pointed` at it."""
    spans = [token.value for token in sentence.of(Kind.SPAN)]
    ends = sentence.of(Kind.MOMENT, Kind.DAY)
    if len(spans) == 1 and not ends and not _names_an_end(sentence) and isinstance(spans[0], timedelta):
        return f"{int(spans[0].total_seconds()) // 60}m"
    if spans or len(ends) != 1 or sentence.has(Kind.NUMBER):
        return None
    index = sentence.tokens.index(ends[0])
    after_until = index > 0 and sentence.tokens[index - 1].kind is Kind.UNTIL
    followed = sentence.tokens[index + 1 : index + 2]
    before_until = bool(followed) and followed[0].kind is Kind.UNTIL
    if not ("까지" in ends[0].particles or after_until or before_until) or (sentence.unknown and not pointed):
        return None
    end = ends[0].value
    return f"{end.astimezone(SEOUL):%Y-%m-%d %H:%M}" if isinstance(end, datetime) else None


def _panic_of(sentence: Sentence) -> Meaning:
    markets = [found[0] for found in sentence.coins if len(found) == 1]
    if len(markets) != len(sentence.coins):
        return Ask("say-which-coin", choices=("/panic",))
    return Run(" ".join(["/panic", *(market.code for market in markets)]))


def _cancel(sentence: Sentence) -> Meaning:
    """Orders of one coin, or all of them; `취소` alone may mean a proposal."""
    orders = any(token.value == "orders" for token in sentence.of(Kind.NOUN))
    if sentence.has(Kind.SIDE_ORDERS) or sentence.mentions & set(_TRADES):
        return Ask("say-cancel-side", choices=("/cancel all", "/orders"))
    odd = sentence.unknown or sentence.has(Kind.PAST, Kind.QUIET, *EXITS) or len(sentence.coins) > 1
    if odd or (sentence.question and not _REQUEST.search(sentence.text)):
        return Ask("say-cancel-what", choices=("/cancel all", "/orders"))
    if sentence.coins:
        market = _one(sentence)
        return Run(f"/cancel {market.code}") if market else Ask("say-which-coin", choices=("/cancel all",))
    if orders or _all(sentence):
        return Run("/cancel all")
    return Ask("say-cancel-what", choices=("/reject", "/cancel all", "/orders"))


def _one(sentence: Sentence) -> Market | None:
    """The market, if just one is named and its name is nobody else's."""
    return sentence.coins[0][0] if len(sentence.coins) == 1 and len(sentence.coins[0]) == 1 else None


def _change(sentence: Sentence, action: Action) -> Meaning | None:
    """Stop and take profit by percent; markets added and removed. Shown first, whatever it is. Limits are changed by
    name (`limits`)."""
    if sentence.has(*EXITS):
        return _exits(sentence, action)
    nouns = {str(token.value) for token in sentence.of(Kind.NOUN)}
    if action is Action.SET and "limits" in nouns:
        return Ask("say-limits", choices=("/limits",))
    if action is Action.SET and len(nouns) == 1 and sentence.only(Kind.ACTION, nouns=_CHANGED_THERE):
        return Run(f"/{nouns.pop()}")
    market = _one(sentence)
    if action in (Action.ADD, Action.REMOVE):
        if market is None or not sentence.only(Kind.ACTION, Kind.COIN, nouns=("markets", "positions")):
            return None
        return Propose(f"/markets {action.value} {market.code}")
    return None


def _exits(sentence: Sentence, action: Action) -> Meaning | None:
    kinds = {token.kind for token in sentence.of(*EXITS)}
    shares = [token.value for token in sentence.of(Kind.SHARE)]
    if sentence.coins:
        return Ask("say-exits-everywhere")
    if len(kinds) != 1 or sentence.unknown:
        return Ask("say-exits")
    key = _EXIT_SETTINGS[kinds.pop()]
    if action is Action.REMOVE and not sentence.has(*AMOUNTS):
        return Propose(f"/set {key} 0")
    clear = not {t.text for t in sentence.of(Kind.ACTION)} & RELATIVE or sentence.says_to
    if clear and action in (Action.SET, Action.ADD) and len(shares) == 1 and isinstance(shares[0], Decimal):
        return Propose(f"/set {key} {(shares[0] * 100).normalize():f}%")
    return Ask("say-exits")


# ---------------------------------------------------------------- looking


def _asked(sentence: Sentence) -> Meaning | None:
    """`how do I cancel orders?` and `did you sell?` want to know, and nothing done."""
    if sentence.negated:
        return None
    about = sentence.asked_about
    if about in _EXPLAINED:
        return Run(f"/help {about.value}")
    whether = sentence.asked_whether
    if whether in (*_TRADES, Action.CANCEL):
        return Run("/orders")
    return Run("/status") if whether is not None else None


def _why(sentence: Sentence) -> Meaning | None:
    if len(sentence.coins) > 1 or (sentence.coins and _one(sentence) is None):
        return Ask("say-which-coin")
    market = _one(sentence)
    return Run(f"/why {market.code}" if market else "/why")


def _look(sentence: Sentence) -> Meaning | None:
    names = list(dict.fromkeys(str(token.value) for token in sentence.of(Kind.NOUN)))
    if sentence.has(*EXITS) and sentence.has(Kind.SHARE) and not sentence.has(Kind.SHOW) and not sentence.unknown:
        return _exits(sentence, Action.SET)
    asked = sentence.has(Kind.SHOW) or sentence.question
    if sentence.unknown and not (asked and names):
        return None
    if sentence.negated or (not asked and sentence.has(*AMOUNTS)):
        return None
    if len(names) > 1:
        return Ask("say-two-views", choices=tuple(f"/{name}" for name in names))
    if names:
        return _view(sentence, names[0])
    if sentence.has(Kind.PAST):
        return Run("/orders")
    if _one(sentence) and asked and sentence.only(Kind.COIN, Kind.SHOW):
        return _view(sentence, "chart")
    if asked and sentence.only(Kind.SHOW) and sentence.text.startswith(("어때", "어떠")):
        return Run("/status")
    return None


def _view(sentence: Sentence, name: str) -> Meaning | None:
    market = _one(sentence)
    if sentence.coins and market is None:
        return Ask("say-which-coin")
    if name == "pnl":
        return _result(sentence)
    if name == "chart" and market is not None:
        frames = [getattr(token.value, "value", "") for token in sentence.of(Kind.FRAME)]
        return Run(" ".join(["/chart", market.code, *frames[:1]]))
    if name == "trades" and market is not None:
        return Run(f"/trades 10 {market.code}")
    return Run(f"/{name}")


def _result(sentence: Sentence) -> Meaning:
    """Of a period that `/pnl` has: it counts back from today."""
    spans = [token.value.days for token in sentence.of(Kind.SPAN) if isinstance(token.value, timedelta)]
    periods = [str(token.value) for token in sentence.of(Kind.PERIOD)]
    if periods and not periods[0]:
        return Ask("say-which-period", choices=("/pnl day", "/pnl week", "/pnl month"))
    days = spans[0] if spans and spans[0] else 0
    period = periods[0] if periods else _PERIODS.get(days, str(days)) if days else "day"
    return Run(f"/pnl {period}")
