"""`replay-models` from the shell: the books' own decisions decided once more, with or without the running service."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from storage.sql import read_only
from trader.model.advice import Advice, Consultation
from trader.model.plain import plain
from trader.model.reflection import Move
from trader.model.seoul import SEOUL
from trader.ports import Records
from trader.replay import Came, Replayed, Worth, replay, worth
from trader.settings import Settings
from trader.tuning import Tuning

KRW_CENT = Decimal("0.01")
SHOWN = 50
"""Decisions that are listed one by one."""


@dataclass(frozen=True, slots=True)
class Report:
    found: Sequence[Replayed]
    value: Worth
    horizon: int

    @property
    def whole(self) -> bool:
        """Everything that was said could be said again."""
        return not self.count(Came.NOT_RECORDED)

    def count(self, came: Came) -> int:
        return sum(one.came is came for one in self.found)

    @property
    def bill(self) -> tuple[Decimal, Decimal]:
        """KRW: what they cost then, and now."""
        then = sum((one.then.cost for one in self.found), Decimal(0))
        return then, sum((result.cost for one in self.found for result in _again(one)), Decimal(0))

    def text(self) -> str:
        counts, (then, now) = Counter(one.came for one in self.found), self.bill
        lines = [
            f"{len(self.found)} decisions replayed from the books; nobody was asked: {now:.2f} KRW (then {then:.2f}).",
            f"same {counts[Came.SAME]} · changed {counts[Came.CHANGED]} · not recorded {counts[Came.NOT_RECORDED]} · "
            f"nobody was asked then {counts[Came.ALONE]}",
        ]
        if self.value.n:
            lines.append(
                f"added against the rules alone, {self.horizon} candles later, n={self.value.n}: "
                f"then {self.value.then:,.0f} KRW, replayed {self.value.now:,.0f} KRW"
            )
        told = [one for one in self.found if one.came in (Came.CHANGED, Came.NOT_RECORDED)]
        lines += [_line(one) for one in told[-SHOWN:]]
        return "\n".join(lines)

    def as_data(self) -> dict[str, Any]:
        then, now = self.bill
        return {
            "decisions": len(self.found),
            **{came.value: self.count(came) for came in Came},
            "cost_krw": plain(now),
            "cost_then_krw": plain(then),
            "value_added_krw": {
                "n": self.value.n,
                "horizon": self.horizon,
                "then": plain(self.value.then.quantize(KRW_CENT)),
                "replayed": plain(self.value.now.quantize(KRW_CENT)),
            },
            "rows": [_row(one) for one in self.found],
        }


def run(settings: Settings, since: datetime, market: str, changes: Mapping[str, Any]) -> Report:
    """`market` empty: all of them. `changes` to the settings in force, for the decisions of now. StorageFailed: no
    books, or not of this version."""
    said, moves, current = read_only(settings.storage_url, lambda records: _read(records, settings, since, market))
    found = asyncio.run(replay(said, current, current.model_copy(update=dict(changes))))
    return Report(found, worth(found, moves, current.ai_horizon), current.ai_horizon)


def _read(
    records: Records, settings: Settings, since: datetime, market: str
) -> tuple[list[Consultation], dict[str, list[Move]], Settings]:
    """With their prompts, which lists leave out."""
    listed = [one for one in records.consultations.since(since) if market in ("", one.question.market.code)]
    ids = [one.consultation_id for one in listed]
    whole = [found for found in map(records.consultations.get, ids) if found is not None]
    return whole, records.outcomes.of(ids), Tuning(settings, records.settings.current()).current


def _again(one: Replayed) -> Sequence[Any]:
    return () if one.came is Came.ALONE else one.now.results


def _line(one: Replayed) -> str:
    """`2026-03-02 12:15 KRW-BTC sma_cross 01J9Z3: approved BUY 0.4 → rejected · openai BUY 62 · gemini late`"""
    asked = one.then.question
    votes = " · ".join(" ".join(result.said) for result in one.now.results)
    why = " (not recorded)" if one.came is Came.NOT_RECORDED else ""
    return (
        f"{one.then.at.astimezone(SEOUL):%Y-%m-%d %H:%M} {asked.market.code} {asked.strategy} "
        f"{one.then.consultation_id[:6]}: {_short(one.advice_then)} → {_short(one.advice_now)}{why} · {votes}"
    )


def _short(advice: Advice) -> str:
    verdict = advice.verdict.value if advice.verdict is not None else ""
    if not advice.approves:
        return f"{verdict} ({advice.reason})" if advice.reason else verdict
    return " ".join([verdict, advice.side.name if advice.side else "", plain(advice.share.normalize())])


def _row(one: Replayed) -> dict[str, Any]:
    return {
        "id": one.then.consultation_id,
        "at": one.then.at.isoformat(),
        "market": one.then.question.market.code,
        "came": one.came.value,
        "then": _decided(one.then, one.advice_then),
        "now": _decided(one.now, one.advice_now),
    }


def _decided(said: Consultation, advice: Advice) -> dict[str, Any]:
    return {
        "verdict": said.verdict.value,
        "side": said.side.value if said.side else "",
        "approves": advice.approves,
        "share": plain(advice.share),
        "votes": [
            {"said": list(r.said), "cost_krw": plain(r.cost), "replayed": r.replayed, "detail": r.detail}
            for r in said.results
        ],
    }
