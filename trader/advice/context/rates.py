"""KRW per USD from public daily rates, the first address that answers well.  SourceFailed when none does.

An answer is read by its shape, whoever sent it: Frankfurter (v2 and v1), open.er-api, the bank notice of Upbit's CDN.
A rate outside 900 to 2,000 is none. One more than 5 % from the last good one needs a second source that says the same:
a slip is refused, a crisis is not. There is no built-in rate to fall back to."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from trader.advice.context.failed import SourceFailed
from trader.advice.context.kept import Breaker, Kept, Known, Life, Reading
from trader.advice.context.web import Web
from trader.background import Background

LIFE: Final = Life(poll=3600, ok=4 * 86_400, kept=10 * 86_400, lazy=True)
LOW, HIGH = Decimal(900), Decimal(2000)
MOST_MOVE = Decimal("0.05")
AGREEMENT = Decimal("0.01")
FIXING: Final = timedelta(hours=15)
"""A reference rate of a day is made at 16:00 in Frankfurt: 14:00 or 15:00 UTC."""
AHEAD: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Rated:
    """KRW per USD, and who says so."""

    krw: Decimal
    source: str


class UsdKrw:
    def __init__(
        self, web: Web, addresses: Sequence[str], flights: Background, deadline: float, speed: float = 1.0
    ) -> None:
        self._web = web
        self._addresses = tuple(addresses)
        self._each = deadline / max(len(self._addresses), 1)
        """Seconds for each address, so that a first one that hangs leaves time for the next."""
        self._kept = Kept(self._read, LIFE.at_speed(speed), Breaker("usd_krw", speed), flights, deadline)

    async def get(self, now: datetime) -> Known[Rated]:
        return await self._kept.get(now)

    def peek(self, now: datetime) -> Known[Rated]:
        return self._kept.peek(now)

    async def _read(self, now: datetime, last: Reading[Rated] | None) -> Reading[Rated]:
        failures, doubted = list[str](), list[Decimal]()
        for address in self._addresses:
            try:
                async with asyncio.timeout(self._each):
                    reading = parse((await self._web.get(address)).body, now)
            except (SourceFailed, TimeoutError) as err:
                failures.append(err.reason if isinstance(err, SourceFailed) else "no answer in time")
                continue
            if reading.value is None:
                continue
            rate = reading.value.krw
            if believable(rate, last, doubted):
                return reading
            doubted.append(rate)
            failures.append(f"{_move(rate, last):.1%} from the last good rate")
        raise SourceFailed("; ".join(failures))


def believable(rate: Decimal, last: Reading[Rated] | None, others: Sequence[Decimal]) -> bool:
    """Near the last good rate, or said by another source as well."""
    return _move(rate, last) <= MOST_MOVE or any(abs(rate / other - 1) <= AGREEMENT for other in others)


def _move(rate: Decimal, last: Reading[Rated] | None) -> Decimal:
    """From the last good rate, a fraction; 0 where there is none."""
    return abs(rate / last.value.krw - 1) if last is not None and last.value is not None else Decimal(0)


def parse(body: bytes, now: datetime) -> Reading[Rated]:
    """SourceFailed: no rate in it, out of range, or dated ahead."""
    try:
        rated, as_of = _rate(json.loads(body, parse_float=Decimal))
    except (ValueError, TypeError, KeyError, IndexError, InvalidOperation, OverflowError, OSError) as err:
        raise SourceFailed("not in the expected shape") from err
    if not (rated.krw.is_finite() and LOW <= rated.krw <= HIGH):
        raise SourceFailed("out of range")
    if as_of > now + AHEAD:
        raise SourceFailed("dated ahead")
    return Reading(rated, min(as_of, now))


def _rate(answer: Any) -> tuple[Rated, datetime]:
    """KeyError, ValueError, TypeError …: none of the shapes."""
    if isinstance(answer, list):
        row = answer[0]
        rated = Rated(Decimal(row["basePrice"]), "dunamu")
        return rated, datetime.fromtimestamp(int(row["timestamp"]) / 1000, UTC)
    if "result" in answer:
        if answer["result"] != "success":
            raise SourceFailed("the source reports an error")
        _require(answer["base_code"] == "USD")
        rated = Rated(Decimal(answer["rates"]["KRW"]), "exchangerate-api.com")
        return rated, datetime.fromtimestamp(int(answer["time_last_update_unix"]), UTC)
    _require(answer["base"] == "USD" and answer.get("quote", "KRW") == "KRW")
    rate = answer["rate"] if "rate" in answer else answer["rates"]["KRW"]
    day = date.fromisoformat(answer["date"])
    return Rated(Decimal(rate), "frankfurter.dev"), datetime(day.year, day.month, day.day, tzinfo=UTC) + FIXING


def _require(right: bool) -> None:
    if not right:
        raise ValueError("another currency")
