"""How much dearer a coin is in Seoul than in the world (R3, R6).

    kp = P_upbit(KRW-X) ÷ (P_binance(X/USDT) × USD/KRW) − 1        kimchi premium, by a real exchange rate
    tp = P_upbit(KRW-USDT) ÷ USD/KRW − 1                           tether premium
    kx = P_upbit(KRW-X) ÷ (P_binance(X/USDT) × P_upbit(KRW-USDT)) − 1   what is special to the coin

so that 1 + kp = (1 + kx)(1 + tp), with a USDT taken for a dollar. KRW-USDT is no exchange rate: with it kp would be kx,
near zero whatever the premium. What is missing, or read more than 10 seconds apart, leaves the figure unknown."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from trader.advice.context.binance import Binance
from trader.advice.context.finding import SWITCHED_OFF, Finding, absent, figure, item_of
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.advice.context.rates import Rated, UsdKrw
from trader.background import Background
from trader.model.advice import ContextItem, ItemStatus, Question
from trader.model.market import Market
from trader.ports import Exchange

KIMCHI, TETHER, COIN, RATE = "kimchi_premium", "tether_premium", "coin_premium", "usd_krw"
NAMES: Final = (KIMCHI, TETHER, COIN, RATE)
KRW_USDT: Final = Market("KRW", "USDT")
APART: Final = timedelta(seconds=10)
PLAUSIBLE: Final = (Decimal("-0.5"), Decimal(1))
"""Beyond this two coins bear the same name, or a price is wrong."""
QUOTES_LIFE: Final = Life(poll=5, ok=30, kept=600)
KEPT: Final = timedelta(minutes=10)
"""So long the last premium is shown, as stale, while a new one cannot be had."""
SOURCE: Final = "upbit, binance, bank rate"


@dataclass(frozen=True, slots=True)
class Premiums:
    """Fractions; None = unknown."""

    kp: Decimal | None
    tp: Decimal | None
    kx: Decimal | None


@dataclass(frozen=True, slots=True)
class Priced:
    """A price and when it was read."""

    price: Decimal
    at: datetime


def premiums(upbit: Priced | None, usdt: Priced | None, world: Priced | None, usd_krw: Decimal | None) -> Premiums:
    """What can be known of the three. Pure.

    Args:
        upbit: KRW for one coin at Upbit.
        usdt: KRW for one USDT at Upbit.
        world: USDT for one coin at Binance.
        usd_krw: KRW for one dollar at the bank."""
    pair = upbit is not None and world is not None and abs(upbit.at - world.at) <= APART
    ratio = upbit.price / world.price if pair and upbit and world else None
    return Premiums(
        kp=_premium(ratio, usd_krw),
        tp=_premium(usdt.price if usdt else None, usd_krw),
        kx=_premium(ratio, usdt.price if usdt else None),
    )


def _premium(here: Decimal | None, there: Decimal | None) -> Decimal | None:
    if here is None or there is None:
        return None
    premium = here / there - 1
    return premium if PLAUSIBLE[0] <= premium <= PLAUSIBLE[1] else None


Prices = dict[Market, Decimal]


class Premium:
    def __init__(
        self, exchange: Exchange, binance: Binance | None, rates: UsdKrw | None, flights: Background, deadline: float
    ) -> None:
        self._exchange = exchange
        self._binance = binance
        self._rates = rates
        self._flights = flights
        self._deadline = deadline
        self.asks_outside = binance is not None
        self._quotes: dict[Market, Kept[Prices]] = {}
        self._last: dict[tuple[Market, str], Priced] = {}

    def names(self, question: Question) -> tuple[str, ...]:
        return NAMES

    async def look(self, question: Question, now: datetime) -> Finding:
        return await self.of(question.market, now)

    async def of(self, market: Market, now: datetime) -> Finding:
        if market.quote != "KRW":
            return Finding([absent(name, "not a KRW market", SOURCE) for name in NAMES])
        here, world, rate = await asyncio.gather(
            self._here(market).get(now), self._world(market.base, now), self._rate(now)
        )
        found = premiums(_priced(here, market), _priced(here, KRW_USDT), _world_price(world), _krw(rate))
        stale = f"usd_krw: {rate.reason}" if rate.status is ItemStatus.STALE else ""
        no_pair = _why_no_pair(here, world)
        no_tether = "no KRW-USDT price" if _priced(here, KRW_USDT) is None else ""
        no_rate = f"usd_krw: {rate.reason}" if rate.value is None else ""
        items = [
            self._item(market, KIMCHI, found.kp, now, stale, (no_pair, no_rate)),
            self._item(market, TETHER, found.tp, now, stale, (no_tether, no_rate)),
            self._item(market, COIN, found.kx, now, "", (no_pair, no_tether)),
            _rate_item(rate),
        ]
        known = {item.name: item.value for item in items[:3] if item.status is ItemStatus.OK}
        return Finding(items, {name: float(value) for name, value in known.items() if isinstance(value, int | float)})

    def _here(self, market: Market) -> Kept[Prices]:
        if market not in self._quotes:
            breaker = Breaker(f"upbit quotes {market}")
            self._quotes[market] = Kept(
                lambda at, last: self._read(market, at), QUOTES_LIFE, breaker, self._flights, self._deadline
            )
        return self._quotes[market]

    async def _read(self, market: Market, now: datetime) -> Reading[Prices]:
        quotes = await self._exchange.quotes(list(dict.fromkeys((market, KRW_USDT))))
        return Reading({quote.market: quote.mid for quote in quotes}, now)

    async def _world(self, coin: str, now: datetime) -> Known[Decimal]:
        if self._binance is None:
            return Known(ItemStatus.ABSENT, reason=SWITCHED_OFF)
        if coin == KRW_USDT.base:
            return Known(ItemStatus.OK, Decimal(1), now, 0.0)
        return await self._binance.price(coin, now)

    async def _rate(self, now: datetime) -> Known[Rated]:
        if self._rates is None:
            return Known(ItemStatus.ABSENT, reason=SWITCHED_OFF)
        return await self._rates.get(now)

    def _item(
        self, market: Market, name: str, value: Decimal | None, now: datetime, stale: str, missing: tuple[str, ...]
    ) -> ContextItem:
        """The figure, or the last one for a while, or the reason why there is none."""
        key = (market, name)
        if value is not None:
            self._last[key] = Priced(value, now)
            status = ItemStatus.STALE if stale else ItemStatus.OK
            return ContextItem(name, status, _shown(value), "fraction", now, 0.0, SOURCE, stale)
        why = "; ".join(part for part in missing if part) or "implausible"
        last = self._last.get(key)
        if last is None or now - last.at > KEPT:
            return absent(name, why, SOURCE)
        age = (now - last.at).total_seconds()
        return ContextItem(name, ItemStatus.STALE, _shown(last.price), "fraction", last.at, age, SOURCE, why)


def _shown(value: Decimal) -> float:
    return float(round(value, 5))


def _priced(here: Known[Prices], market: Market) -> Priced | None:
    """Only what is good now: a premium is a comparison of this moment."""
    if here.status is not ItemStatus.OK or here.value is None or here.as_of is None or market not in here.value:
        return None
    return Priced(here.value[market], here.as_of)


def _world_price(world: Known[Decimal]) -> Priced | None:
    if world.status is not ItemStatus.OK or world.value is None or world.as_of is None:
        return None
    return Priced(world.value, world.as_of)


def _krw(rate: Known[Rated]) -> Decimal | None:
    return rate.value.krw if rate.value is not None else None


def _why_no_pair(here: Known[Prices], world: Known[Decimal]) -> str:
    parts = [
        f"{name}: {known.reason or 'old'}"
        for name, known in (("upbit", here), ("binance", world))
        if known.status is not ItemStatus.OK
    ]
    if not parts and here.as_of and world.as_of and abs(here.as_of - world.as_of) > APART:
        parts.append("prices read too far apart")
    return "; ".join(parts)


def _rate_item(rate: Known[Rated]) -> ContextItem:
    shown = figure(float(rate.value.krw)) if rate.value is not None else None
    source = rate.value.source if rate.value is not None else "bank rate"
    return item_of(RATE, rate, shown, unit="KRW per USD", source=source)
