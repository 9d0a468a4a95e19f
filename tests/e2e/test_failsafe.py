"""`failsafe` after the service has failed for good: each policy, without the service, told on both phones (S9)."""

from __future__ import annotations

import fcntl
from decimal import Decimal

import pytest

from tests.e2e.house import House
from tests.e2e.processes import until
from tests.e2e.venue_controls import freeze, open_orders, rest_a_buy


async def crashed(house: House, policy: str) -> None:
    """A position of 100,000 KRW of BTC, a resting buy of ETH far below the market, then kill -9."""
    house.more = {"FAILSAFE_POLICY": policy}
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    await rest_a_buy(house)
    await until(lambda: len(house.rows("SELECT * FROM orders WHERE state = 'accepted'")) == 1)
    assert house.service is not None
    await house.service.kill()


CASES = {
    "hold": (True, 1, "active", "Nothing was touched"),
    "stop-entries": (True, 1, "reducing", "Buying is locked"),
    "cancel": (True, 0, "halted", "Orders were to be cancelled; buying"),
    "close": (False, 0, "halted", "positions sold"),
}


@pytest.mark.parametrize("policy", CASES)
async def test_each_policy(house: House, policy: str) -> None:
    """What is still held and ordered at the exchange afterwards, the receipt, both phones, and the state that sticks
    when the service is back."""
    held, orders, state, words = CASES[policy]
    await crashed(house, policy)
    done = await house.shell("failsafe")
    assert (done.code, done.out.splitlines()[0]) == (0, f"FAIL-SAFE {policy}: done"), done.out + done.err
    assert "Everybody was told." in done.out
    assert ("FLAT after" in done.out) is (policy in ("cancel", "close"))
    assert (Decimal(await house.holding("BTC")) > 0) is held
    assert await open_orders(house) == orders
    for message in await house.told("The service has failed and is not running"):
        shown = getattr(message, "shown", "") + message.text
        assert words in shown
        assert ("Open positions, not guarded: 1" in shown) is held
    await house.open_service()
    assert (await house.say("/status"))["data"]["state"] == state


async def test_a_service_that_answers_is_left_alone(house: House) -> None:
    house.more = {"FAILSAFE_POLICY": "close"}
    await house.open()
    done = await house.shell("failsafe")
    assert (done.code, done.out) == (1, "The service is running and answers: nothing was done.\n")
    assert not house.rows("SELECT * FROM events WHERE kind = 'failsafe'")
    assert (await house.say("/status"))["data"]["state"] == "active"


async def test_a_service_that_is_starting_is_left_alone(house: House) -> None:
    """It holds the data directory and does not answer on its socket yet."""
    house.more = {"FAILSAFE_POLICY": "close"}
    house.data_dir.mkdir()
    with (house.data_dir / "service.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = await house.shell("failsafe")
    assert done.code == 1
    assert "another service" in done.err


async def test_a_service_that_hangs_is_worked_past(house: House) -> None:
    house.more = {"FAILSAFE_POLICY": "close"}
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    assert house.service is not None
    await freeze(house)
    try:
        done = await house.shell("failsafe")
    finally:
        await house.service.kill()
    assert done.code == 0, done.out + done.err
    assert f"process {house.service.pid}" in done.out
    assert await house.holding("BTC") == "0"


async def test_what_cannot_be_done_is_an_exit_code(house: House) -> None:
    """The exchange is away, then a phone: the receipt says what is not flat, and what was not delivered."""
    await crashed(house, "close")
    assert house.sandbox is not None
    await house.sandbox.kill()
    await house.telegram.go_down()
    done = await house.shell("failsafe", seconds=100)
    assert done.code == 1
    assert done.out.startswith("FAIL-SAFE close: NOT done\nNOT FLAT")
    assert "messages could not be delivered yet" in done.out
    assert house.slacks("could not be carried out")


async def test_the_local_exchange_is_gone_with_the_service(house: House) -> None:
    """Inside the service: nothing to sell, but entries are locked for the next start, and it is said."""
    house.more = {"FAILSAFE_POLICY": "close", "UPBIT_REST_URL": "", "UPBIT_WS_URL": ""}
    done = await house.shell("failsafe")
    assert done.code == 1
    assert "NOT done" in done.out
    assert "there is nothing to sell" in done.out
    assert house.telegrams("could not be carried out")
    await house.open_service()
    assert (await house.say("/status"))["data"]["state"] == "reducing"
