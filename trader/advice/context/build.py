"""The sources by the settings.  In: Settings as they were at start, and the ports. Out: a Gatherer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trader.advice.context.binance import Binance
from trader.advice.context.candles import Candles, Load
from trader.advice.context.cryptopanic import CryptoPanic
from trader.advice.context.fear_greed import NAME as FEAR_GREED
from trader.advice.context.fear_greed import FearGreed
from trader.advice.context.feeds import Feed
from trader.advice.context.finding import Source, SwitchedOff
from trader.advice.context.funding import Funding
from trader.advice.context.gatherer import Gatherer
from trader.advice.context.gists import Ask, Gists
from trader.advice.context.nasdaq import NAME as NASDAQ
from trader.advice.context.nasdaq import Nasdaq
from trader.advice.context.news import NAME as NEWS
from trader.advice.context.news import Infos, News, Sorting
from trader.advice.context.order_book import Book
from trader.advice.context.pattern import Assess, Pattern
from trader.advice.context.premium import Premium
from trader.advice.context.rates import UsdKrw
from trader.advice.context.web import Web
from trader.background import Background
from trader.clock import Clock
from trader.ports import Exchange, Storage
from trader.settings import Settings

Sort = tuple[Ask, Callable[[], bool]]


@dataclass(frozen=True, slots=True)
class Outside:
    """What reads the world outside, and the premium, which rules need even where no model is asked."""

    web: Web
    flights: Background
    rates: UsdKrw | None
    premium: Premium

    async def close(self) -> None:
        """Once more does no harm."""
        await self.flights.close()
        await self.web.close()


def build_outside(settings: Settings, exchange: Exchange, clock: Clock) -> Outside:
    web, flights = Web(), Background()
    deadline, speed = settings.context_deadline_seconds, clock.speed
    rates = UsdKrw(web, found, flights, deadline, speed) if (found := _asked(settings, "fx_url")) else None
    binance = Binance(web, found[0], flights, deadline, speed) if (found := _asked(settings, "binance_url")) else None
    return Outside(web, flights, rates, Premium(exchange, binance, rates, flights, deadline))


def build_gatherer(
    settings: Settings,
    exchange: Exchange,
    candles: Load,
    storage: Storage,
    clock: Clock,
    infos: Infos,
    assess: Assess | None = None,
    outside: Outside | None = None,
    sort: Sort | None = None,
) -> Gatherer:
    """Everything a decision is told.

    Args:
        settings: those of the environment, whose `model_fields_set` still tells what was set by hand.
        candles: the newest closed ones of a market (`Collector.latest`).
        infos: every listed market, for the names of coins.
        assess: what the pattern model says of a market; None: there is none.
        outside: what the rules use as well; None: one of its own. It is closed with the gatherer.
        sort: who puts headlines into our words, and whether that is wanted now; None: models read them (cleaned)."""
    outside = outside or build_outside(settings, exchange, clock)
    web, flights = outside.web, outside.flights
    deadline, speed = settings.context_deadline_seconds, clock.speed
    feeds = [Feed(web, address, flights, deadline, speed) for address in _asked(settings, "news_feeds")]
    token = settings.cryptopanic_token.get_secret_value()
    panic = CryptoPanic(web, settings.cryptopanic_url, token, flights, deadline, speed) if token else None
    mood, nasdaq = _asked(settings, "fear_greed_url"), _asked(settings, "nasdaq_url")
    sources: list[Source] = [
        Book(exchange, flights, deadline),
        Candles(candles, flights, deadline),
        Funding(storage),
        outside.premium,
        FearGreed(web, mood[0], flights, deadline, speed) if mood else SwitchedOff(FEAR_GREED),
        Nasdaq(web, nasdaq[0], flights, deadline, speed) if nasdaq else SwitchedOff(NASDAQ),
        *([Pattern(assess)] if assess is not None else []),
        News(feeds, panic, infos, Sorting(Gists(sort[0], flights), deadline, sort[1]) if sort else None)
        if feeds or panic
        else SwitchedOff(NEWS),
    ]
    return Gatherer(sources, clock, flights, deadline_seconds=deadline, rates=outside.rates, web=web)


def _asked(settings: Settings, name: str) -> tuple[str, ...]:
    """The addresses of a source; none when it is switched off. At a local exchange with made-up or recorded prices the
    world outside is another one: only what was set by hand is asked there."""
    if not settings.real_prices and name not in settings.model_fields_set:
        return ()
    value = getattr(settings, name)
    return (value,) if isinstance(value, str) and value else tuple(value)
