"""Clients are loaded by the first call, once, beside the loop, and one after the other (promise 8)."""

from __future__ import annotations

import asyncio
import gc
import threading

import pytest

from tests.advice.parts import Scripted, ok, spec
from tests.trading_floor import settings
from trader.advice.answers import DECISION
from trader.advice.members.loading import Loader, OnDemand
from trader.advice.members.member import MemberSpec
from trader.advice.members.roster import roster
from trader.model.advice import MemberStatus, Prompt

PROMPT = Prompt("1", "system", "{}", frozenset(), {}, "ab", DECISION)


class Slow:
    """Makes a member when it is let go; says in which thread, and whether garbage was collected meanwhile."""

    def __init__(self) -> None:
        self.go, self.made = threading.Event(), Scripted([ok()])
        self.threads: list[str] = []
        self.collecting: list[bool] = []

    def __call__(self, wanted: MemberSpec) -> Scripted:
        self.go.wait(5)
        self.threads.append(threading.current_thread().name)
        self.collecting.append(gc.isenabled())
        return self.made


async def test_the_loop_goes_on_while_a_client_loads():
    slow = Slow()
    member = OnDemand(spec(), Loader(slow))
    call = asyncio.create_task(member.call(PROMPT, 5))
    await asyncio.sleep(0)  # the loop turns although nothing is loaded
    slow.go.set()
    assert (await call).status is MemberStatus.OK
    assert slow.threads != [threading.current_thread().name]
    assert slow.collecting == [False]
    assert gc.isenabled()


async def test_a_deadline_that_passes_meanwhile_costs_no_second_loading():
    slow = Slow()
    member = OnDemand(spec(), Loader(slow))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(member.call(PROMPT, 5), 0.01)
    slow.go.set()
    assert (await member.call(PROMPT, 5)).status is MemberStatus.OK
    assert len(slow.threads) == 1
    await member.close()
    assert slow.made.closed


async def test_one_after_the_other():
    slow, loader = Slow(), Loader(held := Slow())
    held.go.set()
    first, second = OnDemand(spec("luna"), loader), OnDemand(spec("haiku"), loader)
    await asyncio.gather(first.call(PROMPT, 5), second.call(PROMPT, 5))
    assert len(held.threads) == 2
    await OnDemand(spec(), Loader(slow)).close()  # never asked: nothing is loaded to be closed
    assert slow.threads == []


async def test_what_cannot_be_loaded_is_said_to_who_asks_and_stops_no_stop():
    def broken(wanted: MemberSpec) -> Scripted:
        raise ImportError("no such library")

    member = OnDemand(spec(), Loader(broken))
    with pytest.raises(ImportError):
        await member.call(PROMPT, 5)
    await member.close()


async def test_a_roster_loads_nothing_by_itself():
    given = settings(ai_members="openai anthropic", openai_api_key="a", anthropic_api_key="b")
    members = roster(given)
    assert [made.name for made, _ in members] == ["openai", "anthropic"]
    assert all(isinstance(adapter, OnDemand) for _, adapter in members)
