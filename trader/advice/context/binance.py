"""Last prices in USDT from Binance's market data host (R3).

Answers by the address of this machine: 451 where Binance may not serve, 403 from its firewall, 429 and then 418 for who
asks too often; one such answer stops all coins. A coin it does not list (−1121) is a fact, not a failure."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from trader.advice.context.failed import SourceFailed
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.advice.context.web import Page, Web
from trader.background import Background

LIFE: Final = Life(poll=5, ok=30, kept=600)
NOT_LISTED: Final = timedelta(days=1)
PATH: Final = "/api/v3/ticker/price"
_NO_SUCH_SYMBOL: Final = -1121


class Binance:
    def __init__(self, web: Web, address: str, flights: Background, deadline: float, speed: float = 1.0) -> None:
        self._web = web
        self._address = address.rstrip("/") + PATH
        self._flights = flights
        self._deadline = deadline
        self._breaker = Breaker("binance", speed)
        self._kept: dict[str, Kept[Decimal]] = {}

    async def price(self, coin: str, now: datetime) -> Known[Decimal]:
        """USDT per coin."""
        symbol = f"{coin}USDT"
        if symbol not in self._kept:
            self._kept[symbol] = Kept(
                lambda at, last: self._read(symbol, at), LIFE, self._breaker, self._flights, self._deadline
            )
        return await self._kept[symbol].get(now)

    async def _read(self, symbol: str, now: datetime) -> Reading[Decimal]:
        return parse(await self._web.get(self._address, {"symbol": symbol}, also=frozenset({400})), symbol, now)


def parse(page: Page, symbol: str, now: datetime) -> Reading[Decimal]:
    """SourceFailed: not the price of `symbol`."""
    try:
        answer = json.loads(page.body)
        if page.status != 200:
            if answer["code"] == _NO_SUCH_SYMBOL:
                return Reading(None, now, until=now + NOT_LISTED, reason="not listed")
            raise SourceFailed(f"http {page.status}")
        price = Decimal(answer["price"])
        if answer["symbol"] != symbol or not isinstance(answer["price"], str):
            raise SourceFailed("another symbol")
    except (ValueError, TypeError, KeyError, InvalidOperation) as err:
        raise SourceFailed("not in the expected shape") from err
    if not price.is_finite() or price <= 0:
        raise SourceFailed("out of range")
    return Reading(price, now)
