"""The premium is read for the rule alone where no model is asked, and what cannot be read is not known (R6)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from tests.advice.parts import BTC, NOON
from trader.advice.context.finding import Finding
from trader.advice.premium_check import PremiumCheck
from trader.clock import ManualClock
from trader.errors import VenueUnreachable
from trader.model.advice import ContextItem, ItemStatus
from trader.model.market import Market
from trader.settings import Settings

D = Decimal


class Premium:
    """What the source knows; or it fails, or hangs."""

    def __init__(self, value: float | None = 0.08, *, fails: bool = False, hangs: bool = False, outside: bool = True):
        self.value, self.fails, self.hangs, self.asks_outside = value, fails, hangs, outside
        self.asked: list[Market] = []

    async def of(self, market: Market, now: datetime) -> Finding:
        self.asked.append(market)
        if self.fails:
            raise VenueUnreachable("no route")
        if self.hangs:
            await asyncio.Event().wait()
        status = ItemStatus.ABSENT if self.value is None else ItemStatus.OK
        return Finding([ContextItem("kimchi_premium", status, self.value)])


class Outside:
    def __init__(self, premium: Premium) -> None:
        self.premium = premium


def check(premium: Premium, **changes: Any) -> PremiumCheck:
    given = Settings(_env_file=None, **{"mode": "paper", "context_deadline_seconds": 0.5, **changes})
    return PremiumCheck(Outside(premium), ManualClock(NOON), lambda: given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("premium", "left"),
    [
        (Premium(0.08), (D("0.5"), "premium")),
        (Premium(0.02), (D(1), "")),
        (Premium(None), (D("0.5"), "premium_unknown")),
        (Premium(fails=True), (D("0.5"), "premium_unknown")),
        (Premium(hangs=True), (D("0.5"), "premium_unknown")),
    ],
    ids=["high", "low", "absent", "fails", "hangs"],
)
async def test_what_is_left_of_a_buy(premium: Premium, left: tuple[Decimal, str]):
    assert await check(premium).left(BTC) == left
    assert premium.asked == [BTC]


async def test_nothing_is_read_without_a_rule_or_in_a_made_up_market():
    for premium, changes in (
        (Premium(), {"premium_limit_fraction": "0"}),
        (Premium(outside=False), {"mode": "sandbox"}),
    ):
        assert await check(premium, **changes).left(BTC) == (D(1), "")
        assert premium.asked == []


async def test_in_the_sandbox_who_names_an_address_gets_the_rule():
    assert await check(Premium(hangs=True), mode="sandbox").left(BTC) == (D("0.5"), "premium_unknown")
