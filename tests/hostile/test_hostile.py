"""C4, C1: a thousand hostile or malformed updates on each platform: none accepted, nothing broken, and the next command
of a person who may is answered. `python tests/hostile/run.py` prints what was sent."""

from __future__ import annotations

import pytest

from tests.hostile import on_slack, on_telegram
from tests.hostile.tally import Tally

COUNT, SEED = 1000, 1


def held(tally: Tally) -> None:
    assert tally.accepted == []
    assert tally.crashes == []
    assert tally.injected == []
    assert tally.still_answers
    assert tally.total == COUNT
    assert min(tally.sent.values()) >= 55  # every kind of attack had its share


async def test_a_thousand_hostile_updates_on_telegram() -> None:
    held(await on_telegram.Attack(SEED).run(COUNT))


async def test_a_thousand_hostile_envelopes_on_slack() -> None:
    held(await on_slack.Attack(SEED).run(COUNT))


@pytest.mark.parametrize("platform", [on_telegram, on_slack])
async def test_the_proof_would_see_what_is_accepted(platform: object) -> None:
    """With somebody among the attackers who may do what they ask for, it says so."""
    from chatbot.people.access import Access, Role

    attack = platform.Attack(SEED)  # type: ignore[attr-defined]
    everybody = Access({})
    everybody.role_of = lambda person: Role.OWNER  # type: ignore[method-assign]
    attack.bench.people.access = everybody
    tally = await attack.run(60)
    assert tally.accepted
