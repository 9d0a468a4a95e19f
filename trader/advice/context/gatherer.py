"""All that a decision is told, gathered at once (R1–R4).  In: a Question. Out: a Dossier. Never raises.

Every source is asked side by side and gives what it knows at the deadline at the latest: an older value with its age,
or the reason why there is none. While what is kept is young enough nothing is asked at all."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

import structlog

from trader.advice.context.finding import Finding, Source, absent
from trader.advice.context.rates import UsdKrw
from trader.advice.context.web import Web
from trader.background import Background
from trader.clock import Clock
from trader.errors import TraderError, cause_of
from trader.model.advice import Dossier, Question
from trader.model.seoul import SEOUL

log = structlog.get_logger(__name__)

SLACK_SECONDS: Final = 0.5
"""Beyond the sources' own deadline; a source that is not back by then is broken, not slow."""


class Gatherer:
    def __init__(
        self,
        sources: Sequence[Source],
        clock: Clock,
        flights: Background,
        *,
        deadline_seconds: float,
        rates: UsdKrw | None = None,
        web: Web | None = None,
    ) -> None:
        self._sources = tuple(sources)
        self._clock = clock
        self._flights = flights
        self._deadline = deadline_seconds
        self._rates = rates
        self._web = web

    async def gather(self, question: Question) -> Dossier:
        now = self._clock.now()
        looks = [asyncio.create_task(self._look(source, question, now)) for source in self._sources]
        try:
            await asyncio.wait(looks, timeout=self._deadline + SLACK_SECONDS)
        finally:
            late = [look for look in looks if not look.done() and look.cancel()]
        if late:
            log.error("context_source_stuck", market=str(question.market), sources=len(late))
        findings = [
            look.result() if look.done() and not look.cancelled() else _nothing(source, question, "no answer in time")
            for source, look in zip(self._sources, looks, strict=True)
        ]
        features = {name: value for finding in findings for name, value in finding.features.items()}
        features["hour_seoul"] = float(now.astimezone(SEOUL).hour)
        return Dossier(tuple(item for finding in findings for item in finding.items), features)

    def usd_krw(self) -> Decimal | None:
        """The last rate read, good or stale; None: not known (yet)."""
        known = self._rates.peek(self._clock.now()) if self._rates is not None else None
        return known.value.krw if known is not None and known.value is not None else None

    async def close(self) -> None:
        await self._flights.close()
        if self._web is not None:
            await self._web.close()

    async def _look(self, source: Source, question: Question, now: datetime) -> Finding:
        try:
            return await source.look(question, now)
        except TraderError as err:
            return _nothing(source, question, cause_of(err))
        except Exception as err:
            log.exception("context_source_broke", source=type(source).__name__, market=str(question.market))
            return _nothing(source, question, type(err).__name__)  # what is known besides is worth deciding on


def _nothing(source: Source, question: Question, reason: str) -> Finding:
    return Finding([absent(name, reason) for name in source.names(question)])
