"""`리플 3천원 되면 알려줘`, `tell me when btc drops below 90m` → the alert that is asked for, or None.  Pure.

One coin, one figure, a word for telling and a condition; a word that is none of these makes it something else. Prices
are read as everywhere; a price without a direction is to be reached from where it stands."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from chatbot.language.meaning import Ask, Meaning, Propose
from chatbot.language.sentence import Sentence
from chatbot.language.tokens import Action, Kind

_TELL = re.compile(
    r"알려|알림|말해|얘기해|연락|깨워|불러|(?<![a-z])(?:tell|notify|alert|ping|warn|let me know|message)(?![a-z])"
)
_UP = re.compile(r"[오올]르|올라|넘|이상|돌파|상승|급등|(?<![a-z])(?:above|over|rises?|climbs?|exceeds?|up)(?![a-z])")
_DOWN = re.compile(
    r"떨어|내려|내리|밑|아래|이하|하락|급락|깨지|빠지|(?<![a-z])(?:below|under|drops?|falls?|dips?|down)(?![a-z])"
)
_KNOWN = re.compile(
    r"[오올]르[가-힣]*|올라[가-힣]*|넘[가-힣]*|이상[가-힣]*|돌파[가-힣]*|상승[가-힣]*|급등[가-힣]*|떨어[가-힣]*|내려[가-힣]*|내리[가-힣]*"
    r"|밑[가-힣]*|아래[가-힣]*|이하[가-힣]*|하락[가-힣]*|급락[가-힣]*|깨지[가-힣]*|빠지[가-힣]*|되[가-힣]*|도달[가-힣]*|가[가-힣]{0,2}|오면|찍[가-힣]*"
    r"|닿[가-힣]*|때[가-힣]*|안에|이내[가-힣]*|연락[가-힣]*|깨워[가-힣]*|불러[가-힣]*|얘기해[가-힣]*"
    r"|when|if|once|goes|gets|hits?|reaches|touches|trades|above|over|rises?|climbs?|exceeds?|up|below|under|drops?|falls?"
    r"|dips?|down|notify|ping|warn|let|know|moves?|by|within|an"
)
_PARTS = (Kind.COIN, Kind.MONEY, Kind.BARE, Kind.NUMBER, Kind.SHARE, Kind.SPAN, Kind.SHOW, Kind.QUIET, Kind.AT)


def alert(sentence: Sentence) -> Meaning | None:
    """A proposal, or a question where a part is missing or means two things."""
    if not sentence.conditional or sentence.negated or not _TELL.search(sentence.text):
        return None
    if sentence.mentions - {Action.SET} or not _nothing_else(sentence):
        return None
    prices, shares, spans = (
        sentence.of(Kind.MONEY, Kind.BARE, Kind.NUMBER),
        sentence.of(Kind.SHARE),
        sentence.of(Kind.SPAN),
    )
    if len(prices) + len(shares) != 1 or not sentence.coins:
        return None
    if len(sentence.coins) > 1 or len(sentence.coins[0]) > 1:
        return Ask("say-which-coin")
    code = sentence.coins[0][0].code
    up, down = bool(_UP.search(sentence.text)), bool(_DOWN.search(sentence.text))
    if up and down:
        return None
    if prices:
        value = prices[0].value
        assert isinstance(value, Decimal)
        sign = "> " if up else "< " if down else ""
        return Propose(f"/alerts {code} {sign}{value:f}") if not spans else None
    sign = "+" if up else "-" if down else ""
    points = f"{sign}{_points(shares[0].value)}%"
    if len(spans) != 1 or not isinstance(spans[0].value, timedelta):
        return Ask("say-alert-window", choices=tuple(f"/alerts {code} {points} {span}" for span in ("1h", "24h")))
    return Propose(f"/alerts {code} {points} {int(spans[0].value.total_seconds()) // 60}m")


def _nothing_else(sentence: Sentence) -> bool:
    rest = [t for t in sentence.tokens if t.kind not in (*_PARTS, Kind.FILLER, Kind.POLITE, Kind.ACTION)]
    return all(t.kind is Kind.UNKNOWN and _KNOWN.fullmatch(t.text) for t in rest)


def _points(share: object) -> str:
    assert isinstance(share, Decimal)
    return f"{(share * 100).normalize():f}"
