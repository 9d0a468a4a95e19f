"""Somebody who waits is answered soon: one read is given up, the others are not begun (C2, P7)."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from trader import patience
from trader.errors import VenueBusy, VenueError, VenueUnreachable
from trader.exchange.upbit.client import UpbitExchange
from trader.model.market import Market

BTC = Market("KRW", "BTC")
ACCOUNTS: list[Any] = []


@pytest.mark.parametrize("way", ["drop", "html 503", "hang"])
async def test_after_one_read_was_given_up_the_others_are_not_begun(upbit: UpbitExchange, stub: Any, way: str) -> None:
    {"drop": stub.drop, "html 503": lambda: stub.text("<html>", 503), "hang": stub.hang}[way]()
    with patience.within(0.2) as waiting:
        with pytest.raises(VenueUnreachable):
            await upbit.balances()
        assert waiting.spent
        asked = len(stub.requests)
        for read in (upbit.open_orders(BTC), upbit.quotes([BTC]), upbit.cancel(client_order_id="a")):
            with pytest.raises(VenueUnreachable, match="not tried"):
                await read
    assert len(stub.requests) == asked


async def test_while_nothing_is_answered_less_is_waited_until_something_is(
    upbit: UpbitExchange, stub: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A job's read that failed shortens the patience of a person from 60 s to none; its answer restores it."""
    monkeypatch.setattr("trader.exchange.upbit.rest.AWAY_SECONDS", 0.01)
    stub.drop()
    with pytest.raises(VenueUnreachable):
        await upbit.balances()
    asked = len(stub.requests)
    with patience.within(60), pytest.raises(VenueUnreachable):
        await upbit.balances()
    assert len(stub.requests) - asked <= 2
    stub.answers.clear()
    stub.json(ACCOUNTS)
    assert await upbit.balances() == {}
    stub.answers.clear()
    stub.drop().json(ACCOUNTS)
    with patience.within(60):
        assert await upbit.balances() == {}


async def test_reads_side_by_side_share_it(upbit: UpbitExchange, stub: Any) -> None:
    stub.hang()
    with patience.within(0.2):
        outcomes = await asyncio.gather(upbit.balances(), upbit.open_orders(), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [VenueUnreachable, VenueUnreachable]
        with pytest.raises(VenueUnreachable, match="not tried"):
            await upbit.markets()


async def test_what_goes_on_afterwards_is_bound_no_longer(upbit: UpbitExchange, stub: Any) -> None:
    """A task begun for an impatient person lives on as patient as any."""
    stub.drop().drop().json(ACCOUNTS)
    go_on = asyncio.Event()

    async def follow() -> object:
        await go_on.wait()
        return await upbit.balances()

    with patience.within(0.01) as waiting:
        with pytest.raises(VenueUnreachable):
            await upbit.balances()
        assert waiting.spent
        following = asyncio.create_task(follow())
        await asyncio.sleep(0)
    go_on.set()
    assert await following == {}


async def test_a_refusal_does_not_spend_it(upbit: UpbitExchange, stub: Any) -> None:
    """The venue is there; what it says to the next question is worth hearing."""
    stub.error("invalid_parameter", 400).json(ACCOUNTS)
    with patience.within(0.5) as waiting:
        with pytest.raises(VenueError):
            await upbit.open_orders()
        assert not waiting.spent
        assert await upbit.balances() == {}


async def test_the_inner_one_holds(upbit: UpbitExchange, stub: Any) -> None:
    with patience.within(5), patience.within(1) as inner:
        assert patience.current() is inner
    assert patience.current() is None


async def test_a_turn_is_not_waited_for_longer_than_a_read() -> None:
    lock = asyncio.Lock()
    async with lock:
        with patience.within(0.01), pytest.raises(VenueBusy):
            async with patience.turn(lock):
                pass
        asking = asyncio.create_task(_turn(lock))
        await asyncio.sleep(0.03)
        assert not asking.done(), "who is not in a hurry waits"
    await asking
    with patience.within(0.01):
        await _turn(lock)
    assert not lock.locked()


async def _turn(lock: asyncio.Lock) -> None:
    async with patience.turn(lock):
        assert lock.locked()
