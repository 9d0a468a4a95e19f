"""When not to ask again.  In: the newest consultations of a market, the question.  Out: bool, or what is known.  Pure.

A no cools the market down for some candles (E4): for that side and strategy, until the opposite side is wished for, or
the price has gone more than one and a half of its average true range. A question that was not answered cools nothing.
The same question on the same candle is never paid for twice."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from trader.model.advice import Consultation, Question, Verdict

REFUSALS = frozenset({Verdict.REJECTED, Verdict.TIE})
ENOUGH_MOVE = Decimal("1.5")


def known(newest: Sequence[Consultation], question: Question) -> Consultation | None:
    """What was said to the same question on the same candle, if it was answered; `newest` are the market's own."""
    return next((one for one in newest if not one.shadow and _same(one.question, question)), None)


def _same(one: Question, other: Question) -> bool:
    """Everything that names a question; the money may have changed a little."""
    return (one.market, one.strategy, one.timeframe, one.candle, one.side) == (
        other.market,
        other.strategy,
        other.timeframe,
        other.candle,
        other.side,
    )


def cooling(newest: Sequence[Consultation], question: Question, candles: int) -> bool:
    """Whether a refusal of the last `candles` candles still stands; `newest` newest first."""
    for one in newest:
        asked = one.question
        if one.shadow or (asked.strategy, asked.timeframe) != (question.strategy, question.timeframe):
            continue
        if asked.side is not question.side:
            return False  # the opposite was wished for since
        passed = (question.candle - asked.candle).total_seconds() / question.timeframe.seconds
        if passed > candles:
            return False
        if one.verdict in REFUSALS:
            return not _moved(one, question.price)
    return False


def _moved(refused: Consultation, price: Decimal) -> bool:
    atr = refused.features.get("atr")
    return atr is not None and abs(price - refused.question.price) > ENOUGH_MOVE * Decimal(repr(atr))
