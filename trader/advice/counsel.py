"""A wish is put to the models: gather, ask, count, keep (E2–E5, R1–R8).

In: a `Question`. Out: an `Advice`, which can only shrink what code allows. Whatever came of it is stored with all that
was shown and said, and told where a person would want to know. What is known already, cools down, or would cost more
than it is worth, is not asked."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import replace
from decimal import Decimal

import structlog

from trader.advice.answers import SCHEMA_VERSION
from trader.advice.budget import Caps
from trader.advice.cooldown import cooling, known
from trader.advice.members.panel import Panel
from trader.advice.prompt import build_prompt
from trader.advice.ruling import UNANSWERED, Premium, Ruling, advice_of, poll, rule
from trader.advice.votes import Vote
from trader.background import Background
from trader.chronicle import Chronicle, Tell
from trader.clock import Clock
from trader.ids import new_id
from trader.model.advice import (
    DEMOTED,
    Advice,
    AiRole,
    Consultation,
    Dossier,
    MemberResult,
    MemoryLine,
    Prompt,
    Question,
    Verdict,
)
from trader.model.events import EventKind, Severity
from trader.model.order import Side
from trader.model.plain import plain
from trader.ports import Records
from trader.settings import Settings

log = structlog.get_logger(__name__)

ZERO = Decimal(0)
LOOKED_BACK = 200
SHADOWED_PERCENT = 15

Gather = Callable[[Question], Awaitable[Dossier]]
Recall = Callable[[Question, Dossier], Awaitable[Sequence[MemoryLine]]]


class Counsel:
    """`settings` gives those in force."""

    def __init__(
        self,
        panel: Panel,
        gather: Gather,
        recall: Recall,
        premium: Premium,
        chronicle: Chronicle,
        clock: Clock,
        settings: Callable[[], Settings],
    ) -> None:
        self.panel = panel
        self._gather = gather
        self._recall = recall
        self._premium = premium
        self._chronicle = chronicle
        self._clock = clock
        self._settings = settings
        self._flights: dict[tuple[object, ...], asyncio.Task[Advice]] = {}
        self._background = Background()

    async def advise(self, question: Question, thread: str = "") -> Advice:
        """Wait for the models. The same question asked twice at once is asked once."""
        key = (question.market, question.strategy, question.timeframe, question.candle, question.side)
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = asyncio.create_task(self._advise(question, self._settings().ai_role, thread))
            flight.add_done_callback(lambda _: self._flights.pop(key, None))
        return await asyncio.shield(flight)

    def comment(self, question: Question, thread: str) -> None:
        self._background.start(self._advise(question, AiRole.ADVISER, thread), name="comment")

    async def _shadow(self, said: Consultation, dossier: Dossier, now_text: str, settings: Settings) -> None:
        """The same question to the cheapest member, without what was learned; kept beside the first."""
        prompt = build_prompt(said.question, dossier, (), language=settings.language, now_text=now_text)
        demoted = await self._demoted()
        results, vote = await self._ask(said.question, prompt, settings, demoted, only=self.panel.cheapest)
        ruling = Ruling(vote.verdict, vote)
        kept = self._kept(said.question, said.role, dossier, prompt, results, ruling, demoted, settings)
        shadow = replace(kept, shadow=True, shadow_of=said.consultation_id)
        await self._chronicle.storage.write(lambda records: records.consultations.add(shadow))

    async def close(self) -> None:
        flights = list(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)
        await self._background.close()
        await self.panel.close()

    # ---- one question

    async def _advise(self, question: Question, role: AiRole, thread: str) -> Advice:
        settings = self._settings()
        newest = await self._chronicle.storage.read(
            lambda records: records.consultations.latest(LOOKED_BACK, question.market.code)
        )
        if (said := known(newest, question)) is not None:
            return advice_of(said, settings)
        if role is not AiRole.ADVISER and cooling(newest, question, settings.ai_cooldown_candles):
            return Advice(False, Verdict.COOLDOWN, question.side)
        dossier = await self._gather(question)
        memory = await self._recall(question, dossier)
        now_text = self._clock.now().isoformat()
        prompt = build_prompt(question, dossier, memory, language=settings.language, now_text=now_text)
        demoted = await self._demoted()
        results, vote = await self._ask(question, prompt, settings, demoted)
        ruling = rule(vote, question, dossier, settings, self._premium)
        consultation = self._kept(question, role, dossier, prompt, results, ruling, demoted, settings)
        await self._chronicle.write(lambda records, tell: _store(records, tell, consultation, thread))
        if memory and results and shadowed(consultation.consultation_id):
            self._background.start(self._shadow(consultation, dossier, now_text, settings), name="shadow")
        return advice_of(consultation, settings)

    async def _demoted(self) -> list[str]:
        return await self._chronicle.storage.read(lambda records: records.notes.get(DEMOTED)) or []

    async def _ask(
        self, question: Question, prompt: Prompt, settings: Settings, demoted: Collection[str], only: str = ""
    ) -> tuple[tuple[MemberResult, ...], Vote]:
        if self.panel.likely_cost(prompt) > settings.ai_cost_share * _worth(question):
            return (), Vote(Verdict.TOO_DEAR, question.side)
        caps = Caps(settings.ai_daily_krw, settings.ai_monthly_krw)
        seconds = settings.ai_deadline_seconds
        results = await self.panel.ask(prompt, price=question.price, seconds=seconds, caps=caps, only=only)
        return results, poll(results, demoted, question, settings)

    def _kept(
        self,
        question: Question,
        role: AiRole,
        dossier: Dossier,
        prompt: Prompt,
        results: tuple[MemberResult, ...],
        ruling: Ruling,
        demoted: Collection[str],
        settings: Settings,
    ) -> Consultation:
        vote, side = ruling.vote, ruling.vote.side or question.side
        return Consultation(
            consultation_id=new_id(),
            at=self._clock.now(),
            question=question,
            role=role,
            rule=settings.sell_votes if side is Side.SELL else settings.buy_votes,
            prompt_version=prompt.version,
            schema_version=SCHEMA_VERSION,
            prompt=prompt.user,
            prompt_hash=prompt.digest,
            features=dossier.features,
            statuses={item.name: item.status.value for item in dossier.items},
            results=results,
            verdict=ruling.verdict,
            side=vote.side,
            percentage=vote.percentage,
            size_factor=vote.factor * ruling.allowed,
            plan=vote.plan,
            confidence=vote.confidence,
            cost=sum((result.cost for result in results), ZERO),
            allowed=ruling.allowed,
            reason=ruling.reason,
            without_vote=tuple(result.member for result in results if result.member in demoted),
        )


def _worth(question: Question) -> Decimal:
    """KRW the question is about; what is larger where the side is open."""
    held = question.quantity * question.price
    if question.side is None:
        return max(question.notional, held)
    return held if question.side is Side.SELL else question.notional


def shadowed(consultation_id: str) -> bool:
    """Fifteen of a hundred, always the same ones."""
    return hashlib.sha256(consultation_id.encode()).digest()[0] * 100 < SHADOWED_PERCENT * 256


def _store(records: Records, tell: Tell, said: Consultation, thread: str) -> None:
    records.consultations.add(said)
    votes = " · ".join(" ".join(result.said) for result in said.results)
    data = {
        "consultation_id": said.consultation_id,
        "ai_role": said.role.value,
        "verdict": said.verdict.value,
        "side": said.side.value if said.side else said.question.side.value if said.question.side else "",
        "strategy": said.question.strategy,
        "votes": votes,
        "size_factor": plain(said.size_factor),
        "confidence": plain(said.confidence),
        "cost": plain(said.cost),
        "reason": said.reason,
    }
    broke = said.verdict is Verdict.BUDGET
    remark = said.role is AiRole.ADVISER
    worth_a_word = broke or remark or not (said.verdict is Verdict.APPROVED or said.verdict.leaves_rules)
    tell(
        EventKind.ADVICE,
        market=said.question.market,
        thread=thread,
        severity=Severity.WARNING if broke or said.verdict in UNANSWERED else Severity.INFO,
        push=worth_a_word and not (said.role is AiRole.DECIDER and said.side is None),
        data=data,
    )
