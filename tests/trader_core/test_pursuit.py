"""A panic goes on by itself: over an outage, over a restart, until an owner resumes (C2, promise 3).

Prices: 100,000 / 100,100; rounds follow one another in milliseconds."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.examples import BTC, ETH, D
from tests.trading_floor import Floor, until, wish
from trader.chronicle import Route
from trader.execution import follower
from trader.model.events import Event, EventKind
from trader.model.order import OrderType, Origin, Reason
from trader.model.portfolio import TradingState
from trader.panic import button as panic
from trader.panic import pursuit
from trader.panic.run import Scope, stored_runs

PHONE, OTHER = Route("telegram", "1"), Route("slack", "C9")


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follower, "LOOK_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "RESOLVE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(follower, "CANCEL_WAIT_SECONDS", 0.1)
    monkeypatch.setattr(panic, "PAUSE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(pursuit, "PAUSE_SECONDS", (0.0, 0.002))
    monkeypatch.setattr(pursuit, "LONG_PAUSE_SECONDS", 0.005)


@pytest.fixture
async def floor() -> AsyncIterator[Floor]:
    made = Floor()
    made.chronicle.routes = (PHONE, OTHER)
    yield made
    await made.close()


async def messages(floor: Floor, event: Event) -> list[str]:
    return [row.channel for row in await floor.read(lambda records: records.outbox.of_event(event.event_id))]


async def held(floor: Floor) -> int:
    return len(await floor.read(lambda records: records.positions.open()))


async def test_without_trouble_the_answer_is_the_receipt_and_only_others_are_told(floor: Floor) -> None:
    """Whoever pressed reads it in the answer (once), the channel in a message."""
    await floor.bought()
    receipt = await floor.pursuit.press("telegram:1", answered=[PHONE])
    assert (receipt.flat, receipt.going_on) == (True, False)
    (event,) = floor.told(EventKind.PANIC)
    assert await messages(floor, event) == ["slack"]
    assert await floor.read(stored_runs) == []


async def test_in_an_outage_it_answers_soon_and_ends_by_itself(floor: Floor) -> None:
    """Two positions and a resting buy. Locked at once; when the venue is back all is sold and everybody is told."""
    await floor.bought()
    await floor.bought("50050", market=ETH)
    await floor.send(wish(origin=Origin.PERSON, owner="console", order_type=OrderType.LIMIT, price=D(90_000)))
    floor.venue.away = True
    receipt = await floor.pursuit.press("telegram:1", answered=[PHONE])
    assert (receipt.flat, receipt.going_on, receipt.cause) == (False, True, "VenueUnreachable")
    assert [(left.market, left.reason) for left in receipt.remaining] == [
        (market, Reason("not_sold", {"why": "VenueUnreachable"})) for market in (BTC, ETH)
    ]
    assert floor.state.current is TradingState.HALTED
    assert floor.told(EventKind.PANIC) == []
    (standing,) = await floor.pursuit.standing()
    assert standing.going_on
    floor.venue.away = False
    floor.pursuit.poke()
    await until(lambda: floor.told(EventKind.PANIC))
    (event,) = floor.told(EventKind.PANIC)
    assert (event.data["flat"], event.data["going_on"], event.data["sold"]) == ("yes", "", "2")
    assert sorted(await messages(floor, event)) == ["slack", "telegram"]
    assert await held(floor) == 0
    await until(lambda: not floor.executor.working())
    assert await floor.pursuit.standing() == []


async def test_a_restart_in_between_does_not_end_it(floor: Floor) -> None:
    await floor.bought()
    floor.venue.away = True
    assert (await floor.pursuit.press("telegram:1", markets=[BTC])).going_on
    await floor.close()
    floor.restart()
    assert await floor.executor.resume() >= 0
    assert await floor.pursuit.resume() == 1
    (standing,) = await floor.pursuit.standing()
    assert standing.started_at == (await floor.read(stored_runs))[0].started
    floor.venue.away = False
    floor.pursuit.poke()
    await until(lambda: floor.told(EventKind.PANIC))
    (event,) = floor.told(EventKind.PANIC)
    assert (event.data["by"], event.data["flat"]) == ("telegram:1", "yes")
    assert await held(floor) == 0
    assert await floor.read(stored_runs) == []


async def test_what_the_shell_began_the_service_ends(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pressed without a service while the venue is away: not flat, and not forgotten."""
    monkeypatch.setattr(panic, "PATIENCE_SECONDS", 0.0)
    await floor.bought()
    floor.venue.away = True
    assert not (await floor.panic.press("shell")).flat
    floor.venue.away = False
    assert await floor.pursuit.resume() == 1
    await until(lambda: len(floor.told(EventKind.PANIC)) == 2)
    assert await held(floor) == 0


async def test_an_owner_who_resumes_ends_it(floor: Floor) -> None:
    await floor.bought()
    floor.venue.away = True
    await floor.pursuit.press("telegram:1")
    await floor.state.set(TradingState.ACTIVE, "telegram:1")
    floor.pursuit.poke()
    async with asyncio.timeout(5):
        while await floor.read(stored_runs):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    floor.venue.away = False
    assert await held(floor) == 1
    assert await floor.pursuit.standing() == []


async def test_after_a_restart_one_that_an_owner_ended_stays_ended(floor: Floor) -> None:
    await floor.bought()
    floor.venue.away = True
    await floor.pursuit.press("telegram:1")
    await floor.close()
    await floor.state.set(TradingState.ACTIVE, "telegram:1")
    floor.restart()
    assert await floor.pursuit.resume() == 0
    assert await floor.read(stored_runs) == []


async def test_pressed_again_it_is_joined_not_doubled(floor: Floor) -> None:
    """The second press hears the end of the first one; each position was sold once."""
    await floor.bought()
    floor.venue.away = True
    assert (await floor.pursuit.press("telegram:1")).going_on
    floor.venue.away = False
    sent = len(floor.venue.requests)
    receipt = await floor.pursuit.press("slack:U2", answered=[OTHER])
    assert receipt.flat
    assert len(floor.venue.requests) - sent == 1
    (event,) = floor.told(EventKind.PANIC)
    assert event.data["by"] == "telegram:1"
    assert await messages(floor, event) == ["telegram"]


async def test_two_phones_at_the_same_moment_begin_one(floor: Floor) -> None:
    await floor.bought()
    first, second = await asyncio.gather(floor.pursuit.press("telegram:1"), floor.pursuit.press("slack:U1"))
    assert (first.flat, second.flat) == (True, True)
    assert len(floor.told(EventKind.PANIC)) == 1
    assert await floor.read(stored_runs) == []


async def test_a_wider_one_runs_beside_a_narrow_one(floor: Floor) -> None:
    await floor.bought()
    await floor.bought("50050", market=ETH)
    floor.venue.away = True
    await floor.pursuit.press("telegram:1", markets=[ETH])
    await floor.pursuit.press("telegram:1")
    assert {run.scope for run in await floor.read(stored_runs)} == {Scope(frozenset({ETH})), Scope()}
    floor.venue.away = False
    floor.pursuit.poke()
    await until(lambda: len(floor.told(EventKind.PANIC)) == 2)
    assert await held(floor) == 0
    assert await floor.read(stored_runs) == []


async def test_a_long_outage_costs_one_order_a_round(floor: Floor) -> None:
    """After three rounds one sale goes ahead of the others; a refusal that repeats is told once."""
    await floor.bought()
    await floor.bought("50050", market=ETH)
    floor.venue.away = True
    await floor.pursuit.press("telegram:1")
    before = floor.venue.asked["quotes"]
    await until(lambda: floor.venue.asked["quotes"] >= before + 10)
    tried = await floor.read(lambda records: [o for o in records.orders.recent(500) if o.origin is Origin.PANIC])
    rounds = floor.venue.asked["quotes"] - before + panic.BOLD_ROUNDS
    assert len(tried) <= rounds + 2 * panic.BOLD_ROUNDS
    assert len(floor.told(EventKind.ORDER_REJECTED)) <= 2


async def test_people_hear_of_it_seldom(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    """First word, then one for news, none for standing still: BTC and ETH left, then BTC alone, then the end."""
    monkeypatch.setattr(pursuit, "FIRST_WORD_SECONDS", 0.02)
    monkeypatch.setattr(pursuit, "NEWS_SECONDS", 0.02)
    await floor.bought()
    await floor.bought("50050", market=ETH)
    floor.venue.away = True
    await floor.pursuit.press("telegram:1")
    await until(lambda: floor.told(EventKind.PANIC))
    asked = floor.venue.asked["quotes"]
    await until(lambda: floor.venue.asked["quotes"] > asked + 20)
    (first,) = floor.told(EventKind.PANIC)
    assert (first.data["going_on"], first.data["cause"], first.data["remaining"]) == (
        "yes",
        "VenueUnreachable",
        "KRW-BTC:1.00000000 KRW-ETH:10.00000000",
    )
    floor.venue.away = False
    floor.pursuit.poke()
    await until(lambda: not floor.told(EventKind.PANIC)[-1].data["going_on"])
    assert [event.data["flat"] for event in floor.told(EventKind.PANIC)] == ["no", "yes"]


async def test_a_storage_that_cannot_be_written_does_not_stop_it(floor: Floor) -> None:
    """Locked in memory, tried again and again, flat once the disk has room."""
    await floor.bought()
    floor.storage.broken = True
    pressing = asyncio.create_task(floor.pursuit.press("console", seconds=0.02))
    receipt = await pressing
    assert receipt.going_on
    assert floor.state.current is TradingState.HALTED
    floor.storage.broken = False
    await until(lambda: floor.told(EventKind.PANIC))
    assert await held(floor) == 0


async def test_what_no_round_can_mend_ends_it(floor: Floor) -> None:
    """Dust: 0.00001 BTC is worth 1 KRW."""
    position = await floor.bought()
    small = replace(position, quantity=D("0.00001"))
    await floor.storage.write(lambda records: records.positions.save(small))
    receipt = await floor.pursuit.press("console")
    assert (receipt.flat, receipt.going_on) == (False, False)
    assert [left.reason.code for left in receipt.remaining] == ["dust"]
    assert await floor.read(stored_runs) == []


async def test_a_poke_in_the_moment_of_the_stop_does_not_hold_it_up(
    floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The venue is away and the next round is half a minute off: both reach the one that waits at the same time."""
    monkeypatch.setattr(pursuit, "PAUSE_SECONDS", (30.0,))
    await floor.bought()
    floor.venue.away = True
    assert (await floor.pursuit.press("console", seconds=0.05)).going_on
    floor.pursuit.poke()
    async with asyncio.timeout(5):
        await floor.pursuit.close()
    assert len(await floor.read(stored_runs)) == 1, "the next process goes on"
