"""The language models as one part of the trader: put together by the settings, restored from the books, closed.

With no member configured there is none, and nothing of theirs is loaded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from trader.advice.budget import Budget
from trader.advice.context.build import Outside, build_gatherer
from trader.advice.context.gatherer import Gatherer
from trader.advice.context.pattern import Assess
from trader.advice.counsel import Counsel, Recall
from trader.advice.members.panel import Panel, Rate
from trader.advice.members.roster import roster
from trader.advice.rules import premium_limit
from trader.advice.writing import Writer
from trader.bill import models_cost
from trader.chronicle import Chronicle
from trader.clock import Clock
from trader.market.collector import Collector
from trader.model.advice import NewsShown
from trader.model.market import Market, MarketInfo
from trader.model.seoul import day_start, month_start
from trader.ports import Exchange
from trader.settings import Settings


@dataclass(frozen=True, slots=True)
class Ensemble:
    counsel: Counsel
    panel: Panel
    budget: Budget
    gatherer: Gatherer
    _chronicle: Chronicle
    _clock: Clock

    @classmethod
    def build(
        cls,
        exchange: Exchange,
        chronicle: Chronicle,
        clock: Clock,
        given: Settings,
        settings: Callable[[], Settings],
        collector: Collector,
        infos: Callable[[], Mapping[Market, MarketInfo]],
        assess: Assess,
        recall: Recall,
        outside: Outside,
    ) -> Self | None:
        """None: nobody is asked. `given` by the environment, `settings` those in force. SettingsError: a member
        without a key, or a model without a price."""
        if not given.ai_members:
            return None
        budget = Budget()

        def rate() -> Rate:
            known = gatherer.usd_krw()
            return Rate(known, True) if known is not None else Rate(given.ai_usd_krw, False)

        panel = Panel(roster(given), clock, budget, rate)
        sort = (
            Writer(panel, chronicle.storage, clock, settings).headlines,
            lambda: settings().ai_news is NewsShown.SORTED,
        )
        gatherer = build_gatherer(
            given, exchange, collector.latest, chronicle.storage, clock, infos, assess, outside, sort
        )
        counsel = Counsel(panel, gatherer.gather, recall, premium_limit, chronicle, clock, settings)
        return cls(counsel, panel, budget, gatherer, chronicle, clock)

    async def start(self) -> None:
        """What was spent before a restart counts. StorageFailed."""
        now = self._clock.now()
        day, month = await self._chronicle.storage.read(
            lambda records: (models_cost(records, day_start(now)), models_cost(records, month_start(now)))
        )
        self.budget.restore(now, day, month)

    async def close(self) -> None:
        await self.counsel.close()
        await self.gatherer.close()
