"""Every ending of a call is a result with its cost; nobody holds up the others (E2, R7). 1,000 KRW per USD."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from tests.advice.parts import NOON, Scripted, ok, said, spec
from trader.advice.answers import DECISION
from trader.advice.budget import Budget, Caps
from trader.advice.members.member import Fault, Raw
from trader.advice.members.panel import REST_SECONDS, Panel, Rate
from trader.clock import ManualClock
from trader.model.advice import MemberResult, MemberStatus, Prompt, Usage

D = Decimal
WIDE = Caps(D(10**9), D(10**9))
FILLING = "x" * (1494 - len(DECISION.text))
PROMPT = Prompt("1", "system", FILLING, frozenset({"c:rsi"}), {"system": 400, "items": 600}, "ab", DECISION)
"""2,000 tokens at the worst: 500, and as many bytes as the texts have. A try sets 2,000 × 1.25 × 100 + 1,000 × 200 =
450,000 ÷ 1,000,000 USD aside: 450 KRW."""
AGAIN = Raw(MemberStatus.ERROR, detail="http 529 overloaded", fault=Fault.AGAIN, billed=False)


def panel(*adapters: Scripted, budget: Budget | None = None, known: bool = True) -> Panel:
    names = ("luna", "haiku", "flash")
    members = [(spec(name), adapter) for name, adapter in zip(names, adapters, strict=False)]
    return Panel(members, ManualClock(NOON), budget or Budget(), lambda: Rate(D(1000), known))


async def ask(made: Panel, seconds: float = 30, caps: Caps = WIDE) -> tuple[MemberResult, ...]:
    return await made.ask(PROMPT, price=D(95_000_000), seconds=seconds, caps=caps)


async def test_all_get_the_same_bytes_and_a_slow_one_holds_nobody_up():
    quick, slow = Scripted([ok()]), Scripted([ok()], delay=60)
    first, second = await ask(panel(quick, slow), seconds=0.2)
    assert (first.status, second.status) == (MemberStatus.OK, MemberStatus.LATE)
    assert quick.prompts == slow.prompts == [PROMPT]


async def test_what_a_call_cost():
    (result,) = await ask(panel(Scripted([ok(tokens=(1000, 100))])))
    # (1,000 × 100 + 100 × 200) ÷ 1,000,000 = 0.12 USD
    assert (result.cost, result.estimated) == (D(120), False)
    (result,) = await ask(panel(Scripted([ok()]), known=False))
    assert result.estimated


async def test_a_call_that_was_cut_off_is_counted_in_full():
    budget = Budget()
    (result,) = await ask(panel(Scripted([ok()], delay=60), budget=budget), seconds=0.05)
    assert (result.cost, result.estimated) == (D(450), True)
    assert budget.spent_day == 450


async def test_a_client_that_breaks_takes_nobody_with_it_and_counts_in_full():
    budget = Budget()
    broken, well = Scripted([RecursionError("deep")]), Scripted([ok()])
    first, second = await ask(panel(broken, well, budget=budget), seconds=1)
    assert (first.status, first.detail) == (MemberStatus.ERROR, "unreadable: RecursionError")
    assert second.status is MemberStatus.OK
    assert (first.cost, first.estimated, budget.spent_day) == (D(450), True, D(450 + 120))


async def test_a_bill_is_never_more_than_was_set_aside_nor_less_than_nothing():
    budget = Budget()
    (result,) = await ask(panel(Scripted([ok(tokens=(10**12, 10**12))]), budget=budget))
    # at most 2,000 tokens in and 1,000 out: (2,000 × 100 + 1,000 × 200) ÷ 1,000,000 = 0.4 USD
    assert (result.status, result.cost, result.estimated) == (MemberStatus.OK, D(400), True)
    assert budget.spent_day == 400


async def test_what_is_kept_of_a_text_is_bounded():
    (result,) = await ask(panel(Scripted([ok("x" * 3_000_000)])), seconds=1)
    assert (result.status, len(result.raw)) == (MemberStatus.INVALID, 20_000)


async def test_a_passing_fault_is_tried_once_more():
    adapter = Scripted([AGAIN, ok()])
    (result,) = await ask(panel(adapter))
    assert (result.status, len(adapter.prompts), result.cost) == (MemberStatus.OK, 2, D(120))
    twice = Scripted([AGAIN, AGAIN, ok()])
    (result,) = await ask(panel(twice))
    assert (result.status, result.detail, len(twice.prompts)) == (MemberStatus.ERROR, "http 529 overloaded", 2)


async def test_text_that_is_no_answer_is_asked_for_once_more_and_both_are_paid():
    adapter = Scripted([ok("prose"), ok("more prose")])
    (result,) = await ask(panel(adapter))
    assert (result.status, result.detail, result.raw) == (MemberStatus.INVALID, "not JSON", "more prose")
    assert (len(adapter.prompts), result.cost) == (2, D(240))


async def test_no_second_try_without_time_for_it():
    adapter = Scripted([AGAIN])
    await ask(panel(adapter), seconds=1)
    assert len(adapter.prompts) == 1


async def test_three_failures_and_a_member_rests_then_one_call_shows_how_it_is(monkeypatch):
    now = [0.0]
    loop = asyncio.get_running_loop()
    started = loop.time()
    broken = Raw(MemberStatus.ERROR, detail="http 400", fault=Fault.LATER, billed=False)
    adapter = Scripted([broken, broken, broken, ok()])
    made = panel(adapter)
    for _ in range(3):
        await ask(made)
    monkeypatch.setattr(loop, "time", lambda: started + now[0])
    assert [r.status for r in await ask(made)] == [MemberStatus.RESTING]
    now[0] = REST_SECONDS + 5
    assert [r.status for r in await ask(made)] == [MemberStatus.OK]
    assert len(adapter.prompts) == 4


async def test_a_bill_or_key_is_nothing_that_another_try_mends():
    adapter = Scripted([Raw(MemberStatus.ERROR, detail="http 429 insufficient_quota", fault=Fault.NEVER, billed=False)])
    made = panel(adapter)
    await ask(made)
    (result,) = await ask(made)
    assert (result.status, len(adapter.prompts)) == (MemberStatus.RESTING, 1)
    assert made.troubles == {"luna": "http 429 insufficient_quota"}


async def test_an_hour_that_the_server_asks_for_is_not_slept_through():
    adapter = Scripted([Raw(MemberStatus.ERROR, detail="http 429", fault=Fault.LATER, retry_after=3600, billed=False)])
    made = panel(adapter)
    await ask(made)
    (result,) = await ask(made)
    assert (result.status, result.detail, len(adapter.prompts)) == (MemberStatus.RESTING, "rests after failures", 1)


async def test_where_the_cap_leaves_room_for_a_part_nobody_is_asked():
    """Each sets 450 aside; the third would find 100 left, and two votes of three decide nothing."""
    members = [Scripted([ok()], delay=0.01) for _ in range(3)]
    budget = Budget()
    made = panel(*members, budget=budget)
    results = await ask(made, caps=Caps(D(1000), D(10_000)))
    assert [(r.status, r.detail) for r in results] == [(MemberStatus.BUDGET, "day")] * 3
    assert ([m.prompts for m in members], budget.spent_day) == ([[], [], []], 0)
    results = await ask(made, caps=Caps(D(1350), D(10_000)))  # nothing of it stayed set aside
    assert ([r.status for r in results], budget.spent_day) == ([MemberStatus.OK] * 3, D(360))


async def test_nothing_beyond_the_cap_however_many_ask_at_once():
    budget = Budget()
    made = panel(Scripted([ok()], delay=0.01), budget=budget)
    rounds = await asyncio.gather(*(ask(made, caps=Caps(D(1000), D(10_000))) for _ in range(3)))
    # each sets 450 aside; the third finds 100 left
    assert [found[0].status for found in rounds] == [MemberStatus.OK, MemberStatus.OK, MemberStatus.BUDGET]
    assert budget.spent_day == D(240)


async def test_a_second_try_needs_money_of_its_own():
    """The first one cost 120 of 500 KRW; another might cost 450."""
    adapter, budget = Scripted([ok("prose"), ok()]), Budget()
    (result,) = await ask(panel(adapter, budget=budget), caps=Caps(D(500), D(10_000)))
    assert (result.status, result.detail, len(adapter.prompts)) == (MemberStatus.INVALID, "not JSON", 1)
    assert (result.cost, budget.spent_day) == (D(120), D(120))
    (result,) = await ask(panel(adapter, budget=budget), caps=Caps(D(570), D(10_000)))
    assert (result.status, budget.spent_day) == (MemberStatus.OK, D(240))


async def test_however_dear_a_bill_it_is_not_above_what_was_set_aside():
    """Every byte a token, all of it written to the cache, all of the allowance used, both tries."""
    dear = Raw(MemberStatus.OK, "prose", Usage(2000, 1000, cache_read=0, cache_write=2000))
    budget = Budget()
    (result,) = await ask(panel(Scripted([dear]), budget=budget), caps=Caps(D(900), D(10_000)))
    assert (result.cost, budget.spent_day) == (D(900), D(900))
    (result,) = await ask(panel(Scripted([dear]), budget=budget), caps=Caps(D(900), D(10_000)))
    assert (result.status, result.cost) == (MemberStatus.BUDGET, D(0))


async def test_a_refusal_costs_but_votes_nothing():
    refused = Raw(MemberStatus.REFUSED, usage=Usage(1000, 10), detail="refusal")
    (result,) = await ask(panel(Scripted([refused])))
    assert (result.status, result.answer, result.cost) == (MemberStatus.REFUSED, None, D(102))


async def test_an_invented_source_is_no_vote():
    (result,) = await ask(panel(Scripted([ok(said(evidence_ids=["n:77"]))])))
    assert (result.status, result.detail) == (MemberStatus.INVALID, "evidence_ids: 1 unknown")
