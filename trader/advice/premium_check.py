"""The premium rule where no model is asked (R6).  In: a market. Out: what is left of a buy, and why.

Figures are read by the same source, and kept as long, as where models are told of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from decimal import Decimal

import structlog

from trader.advice.context.build import Outside
from trader.advice.context.finding import absent
from trader.advice.context.premium import KIMCHI
from trader.advice.rules import ONE, premium_limit
from trader.clock import Clock
from trader.errors import TraderError, cause_of
from trader.model.advice import ContextItem, Dossier
from trader.model.market import Market
from trader.settings import Settings

log = structlog.get_logger(__name__)


class PremiumCheck:
    """The rule for a buy that no model was asked about. `settings` gives those in force."""

    def __init__(self, outside: Outside, clock: Clock, settings: Callable[[], Settings]) -> None:
        self._outside = outside
        self._clock = clock
        self._settings = settings

    async def left(self, market: Market) -> tuple[Decimal, str]:
        """The share of a buy that is allowed now, and the reason code where it is below 1. Never raises: what cannot be
        read within the deadline of the context is not known."""
        settings, source = self._settings(), self._outside.premium
        if not settings.premium_rule.limit or not (settings.real_prices or source.asks_outside):
            return ONE, ""
        return premium_limit(Dossier(tuple(await self._items(market, settings))), settings)

    async def _items(self, market: Market, settings: Settings) -> list[ContextItem]:
        try:
            async with asyncio.timeout(settings.context_deadline_seconds):
                return list((await self._outside.premium.of(market, self._clock.now())).items)
        except (TraderError, TimeoutError) as err:
            why = cause_of(err) if isinstance(err, TraderError) else "no answer in time"
            log.warning("premium_not_read", market=str(market), cause=why)
            return [absent(KIMCHI, why)]

    async def close(self) -> None:
        await self._outside.close()
