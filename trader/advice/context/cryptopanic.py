"""Important headlines of one coin from CryptoPanic, for who pays for it (R2).

The plan is a part of the address (growth, growth_weekly, enterprise); the old free addresses answer 404 or 403. The
token stands in the address, so the address stands in no log line and no error."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import datetime
from typing import Any, Final

from trader.advice.context.failed import SourceFailed
from trader.advice.context.feeds import moment
from trader.advice.context.headlines import Headline, headline
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.advice.context.web import Web
from trader.background import Background

LIFE: Final = Life(poll=900, ok=2700, kept=4 * 3600, lazy=True)
DOMAIN: Final = "cryptopanic.com"
_HOST: Final = re.compile(r"[a-z0-9][a-z0-9.-]{2,59}")

Headlines = tuple[Headline, ...]


class CryptoPanic:
    domain = DOMAIN

    def __init__(
        self, web: Web, address: str, token: str, flights: Background, deadline: float, speed: float = 1.0
    ) -> None:
        self._web = web
        self._address = address
        self._token = token
        self._flights = flights
        self._deadline = deadline
        self._life = LIFE.at_speed(speed)
        self._breaker = Breaker("cryptopanic", speed)
        self._kept: dict[str, Kept[Headlines]] = {}

    async def get(self, coin: str, now: datetime) -> Known[Headlines]:
        if coin not in self._kept:
            self._kept[coin] = Kept(
                lambda at, last: self._read(coin, at), self._life, self._breaker, self._flights, self._deadline
            )
        return await self._kept[coin].get(now)

    async def _read(self, coin: str, now: datetime) -> Reading[Headlines]:
        asked = {
            "auth_token": self._token,
            "currencies": coin,
            "filter": "important",
            "kind": "news",
            "public": "true",
        }
        page = await self._web.get(self._address, asked)
        return Reading(await asyncio.to_thread(parse, page.body), now)


def parse(body: bytes) -> Headlines:
    """Every dated headline; none is no failure, a coin may have no important news. SourceFailed."""
    try:
        rows = json.loads(body)["results"]
        found = [_headline(row) for row in rows if isinstance(row, dict)]
    except (ValueError, TypeError, KeyError, AttributeError) as err:
        raise SourceFailed("not in the expected shape") from err
    return tuple(one for one in found if one is not None)


def _headline(row: dict[str, Any]) -> Headline | None:
    at = moment(str(row.get("published_at", "")), DOMAIN)
    title = row.get("title")
    if at is None or not isinstance(title, str):
        return None
    coins = row.get("instruments") or row.get("currencies") or []
    about = frozenset(str(coin["code"]) for coin in coins if isinstance(coin, dict) and "code" in coin)
    source = row.get("source") or {}
    host = str(source.get("domain", "")).lower() if isinstance(source, dict) else ""
    return headline(title, at, host if _HOST.fullmatch(host) else DOMAIN, about)
