"""`하루 손실 한도 5만원으로`: a limit named by what it is, and its new value. Shown first, like every change.  Pure."""

from __future__ import annotations

from decimal import Decimal

from chatbot.language.meaning import Ask, Meaning, Propose, Run
from chatbot.language.sentence import AMOUNTS, Sentence
from chatbot.language.tokens import Action, Kind
from chatbot.language.words import RELATIVE

_VALUES = {
    "krw": (Kind.MONEY, Kind.BARE, Kind.NUMBER),
    "share": (Kind.SHARE,),
    "count": (Kind.NUMBER, Kind.QUANTITY),
}
"""What a limit's value may look like. A limit in KRW leaves no doubt of what `5만` is."""

_NOUNS = ("settings", "limits")
"""`설정` also asks for a change."""


def limit(sentence: Sentence) -> Meaning:
    """In: a sentence with one LIMIT or more. Out: the change proposed, the limits shown, or how it is said."""
    how = Ask("say-limits", choices=("/limits",))
    values = sentence.of(*AMOUNTS)
    if not values and not sentence.actions and not sentence.unknown:
        return Run("/limits")
    keys = {str(token.value) for token in sentence.of(Kind.LIMIT)}
    if len(keys) != 1 or len(values) != 1 or not sentence.only(Kind.LIMIT, Kind.ACTION, *AMOUNTS, nouns=_NOUNS):
        return how
    stems = {token.text for token in sentence.of(Kind.ACTION)}
    if sentence.mentions - {Action.SET, Action.PUT} or (stems & RELATIVE and not sentence.says_to):
        return how
    key, value = keys.pop(), values[0]
    unit = "krw" if key.endswith("_krw") else "share" if key == "max_exposure" else "count"
    if value.kind not in _VALUES[unit] or not isinstance(value.value, Decimal):
        return how
    shown = f"{(value.value * 100).normalize():f}%" if unit == "share" else f"{value.value:f}"
    return Propose(f"/set {key} {shown}")
