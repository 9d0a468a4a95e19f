"""Recorded with the vendors' real clients, replayed when their servers are gone: the same votes and outcomes, at no
cost; what was never put that way is not recorded, and no call (R8)."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from chatbot.running.replaying import run
from storage.sql import open_storage
from tests.advice.parts import NOON, dossier, question
from tests.fakes.model_server import ModelServer, Scene, answer_text, serving
from tests.trading_floor import settings
from trader.advice import prompt as prompts
from trader.advice.budget import Budget
from trader.advice.counsel import Counsel
from trader.advice.members.loading import adapter_of
from trader.advice.members.member import MemberSpec, Wire
from trader.advice.members.panel import Panel, Rate
from trader.advice.prices import Price
from trader.advice.rules import premium_limit
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.model.advice import (
    DEMOTED,
    Consultation,
    ContextItem,
    Dossier,
    ItemStatus,
    MemberStatus,
    MemoryLine,
    Question,
    Verdict,
    VoteRule,
)
from trader.model.reflection import Move
from trader.replay import Came, replay
from trader.settings import Settings

D = Decimal
ROOT = Path(__file__).resolve().parents[2]
WIRES = {"openai": Wire.RESPONSES, "anthropic": Wire.MESSAGES, "gemini": Wire.CHAT}
BUY = answer_text(evidence_ids=["c:rsi"])
HOLD = answer_text(decision="HOLD", percentage=0)
G, R, T, P, H, N = Scene.GOOD, Scene.REFUSAL, Scene.TRUNCATED, Scene.PROSE, Scene.HANG, Scene.OVERLOADED

ASKED: list[tuple[tuple[Scene, Scene, Scene], tuple[str, str, str], Verdict]] = [
    ((G, G, G), (BUY, BUY, BUY), Verdict.APPROVED),
    ((G, G, R), (BUY, BUY, BUY), Verdict.APPROVED),
    ((G, T, P), (BUY, BUY, BUY), Verdict.NO_QUORUM),
    ((N, R, P), (BUY, BUY, BUY), Verdict.ALL_FAILED),
    ((G, G, H), (BUY, HOLD, BUY), Verdict.NO_QUORUM),
    ((G, G, G), (BUY, HOLD, BUY), Verdict.APPROVED),
    ((G, G, G), (HOLD, HOLD, BUY), Verdict.REJECTED),  # the last one: it cools the market down
]


class Recorded:
    """A folder with books in which three real clients decided on all of `ASKED`; their servers are gone."""

    def __init__(self, folder: Path) -> None:
        self.url = f"sqlite:///{folder / 'books.sqlite3'}"
        self.folder = folder
        self.settings: Settings = settings(
            ai_role="veto", buy_votes="majority", ai_daily_krw="1000", mode="paper", database_url=self.url
        )
        self.clock = ManualClock(NOON)
        self.asked = 0

    async def record(self) -> None:
        servers = [ModelServer() for _ in WIRES]
        storage = await open_storage(self.url)
        async with serving(servers[0]), serving(servers[1]), serving(servers[2]):
            seats = []
            for (name, wire), server in zip(WIRES.items(), servers, strict=True):
                base = server.url if name == "anthropic" else f"{server.url}/v1"
                spec = MemberSpec(name, f"{name}-1", wire, base, "sk-loopback", Price(D("0.1"), D("0.5"), D("0.01")))
                seats.append((spec, adapter_of(spec)))
            panel = Panel(seats, self.clock, Budget(), lambda: Rate(D(1000), True))
            self.chronicle = Chronicle(storage, self.clock)
            hasty = self.settings.model_copy(update={"ai_deadline_seconds": 2.5})
            counsel = Counsel(
                panel, self._gather, self._recall, premium_limit, self.chronicle, self.clock, lambda: hasty
            )
            for number, (scenes, answers, verdict) in enumerate(ASKED):
                for server, scene, answer in zip(servers, scenes, answers, strict=True):
                    server.scenes, server.answer = [scene], answer
                advice = await counsel.advise(question(minutes=15 * number))
                assert advice.verdict is verdict, number
                self.clock.advance(900)
            await counsel.close()
            self.asked = sum(len(server.requests) for server in servers)
        await storage.close()

    async def _gather(self, asked: Question) -> Dossier:
        kimchi = ContextItem("kimchi_premium", ItemStatus.OK, 0.02)
        return Dossier((*dossier().items, kimchi), {"rsi": 31.0})

    async def _recall(self, asked: Question, known: Dossier) -> Sequence[MemoryLine]:
        return [MemoryLine("m:score", "right 5 of 10")]

    async def rows(self) -> list[Consultation]:
        storage = await open_storage(self.url)
        ids = [one.consultation_id for one in await storage.read(lambda r: r.consultations.since(NOON))]
        found = await storage.read(lambda r: [r.consultations.get(i) for i in ids])
        await storage.close()
        return [one for one in found if one is not None and not one.shadow]

    async def replayed(self, **changes: Any) -> Any:
        return await asyncio.to_thread(run, self.settings, NOON - timedelta(days=1), "", changes)


@pytest.fixture
async def books(tmp_path: Path) -> Recorded:
    made = Recorded(tmp_path)
    await made.record()
    return made


async def test_the_same_votes_and_outcomes_for_nothing(books: Recorded) -> None:
    report = await books.replayed()
    assert [one.came for one in report.found] == [Came.SAME] * len(ASKED)
    for one, (_, _, verdict) in zip(report.found, ASKED, strict=True):
        assert one.now.verdict is one.then.verdict is verdict
        assert one.advice_now == one.advice_then
        assert [r.said for r in one.now.results] == [r.said for r in one.then.results]
        assert [r.answer for r in one.now.results] == [r.answer for r in one.then.results]
        assert [r.raw for r in one.now.results] == [r.raw for r in one.then.results]
        assert [(r.cost, r.replayed) for r in one.now.results] == [(D(0), True)] * 3
        assert not any(r.replayed for r in one.then.results)
    then, now = report.bill
    assert (then > 1, now, report.whole) == (True, 0, True)


async def test_from_the_shell_beside_nothing_at_all(books: Recorded) -> None:
    """Another process, with members that are not even configured."""
    command = [sys.executable, "-m", "chatbot", "replay-models", "--days", "3650", "--json"]
    given = {"PATH": os.environ["PATH"], "DATABASE_URL": books.url, "MODE": "paper", "DATA_DIR": str(books.folder)}
    rules = {"BUY_VOTES": "majority", "AI_DAILY_KRW": "1000"}
    done = await asyncio.to_thread(
        subprocess.run,
        command,
        cwd=books.folder,
        env={**given, **rules, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["decisions"], said["same"], said["cost_krw"]) == (len(ASKED), len(ASKED), "0")
    votes = [vote for row in said["rows"] for vote in row["now"]["votes"]]
    assert all(vote["replayed"] and vote["cost_krw"] == "0" for vote in votes)


async def test_other_rules_for_the_same_answers(books: Recorded) -> None:
    """Under unanimity a refusal leaves no quorum, and one HOLD is a no."""
    report = await books.replayed(buy_votes=VoteRule.UNANIMOUS)
    changed = [(n, one.then.verdict, one.now.verdict) for n, one in enumerate(report.found) if one.came is Came.CHANGED]
    assert changed == [
        (1, Verdict.APPROVED, Verdict.NO_QUORUM),
        (4, Verdict.NO_QUORUM, Verdict.REJECTED),
        (5, Verdict.APPROVED, Verdict.REJECTED),
    ]
    assert "→ rejected" in report.text()


async def test_a_lower_limit_for_the_premium_is_seen_as_well(books: Recorded) -> None:
    """It stood at 2 % in every one of them."""
    report = await books.replayed(premium_limit_fraction=D("0.01"))
    bought = [one for one in report.found if one.then.verdict is Verdict.APPROVED]
    assert [one.came for one in bought] == [Came.CHANGED] * 3
    assert all(one.advice_now.share == one.advice_then.share / 2 for one in bought)


async def test_a_request_that_would_be_put_otherwise_is_not_recorded(
    books: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prompts, "SYSTEM", prompts.SYSTEM + " Think twice.")
    report = await books.replayed()
    assert report.count(Came.NOT_RECORDED) == len(ASKED)
    assert not report.whole
    first = report.found[0].now
    assert [(r.status, r.detail, r.cost) for r in first.results] == [(MemberStatus.ERROR, "not recorded", 0)] * 3
    assert first.verdict is Verdict.ALL_FAILED
    assert "(not recorded)" in report.text()


async def test_a_changed_record_is_not_believed(books: Recorded) -> None:
    (one, *_) = await books.rows()
    forged = replace(one, prompt=one.prompt.replace("95000000", "1"))
    (found,) = await replay([forged], books.settings, books.settings)
    assert found.came is Came.NOT_RECORDED
    (found,) = await replay([replace(one, prompt="{}")], books.settings, books.settings)
    assert found.came is Came.NOT_RECORDED


async def test_members_without_a_vote_then_have_none_now(books: Recorded) -> None:
    (one, *_) = await books.rows()
    alone = replace(one, without_vote=("openai", "anthropic", "gemini"), verdict=Verdict.NO_VOTERS)
    (found,) = await replay([alone], books.settings, books.settings)
    assert (found.came, found.now.verdict) == (Came.SAME, Verdict.NO_VOTERS)
    assert DEMOTED  # the note decides only about questions of now


async def test_what_it_would_have_been_worth(books: Recorded) -> None:
    """The price rose by 1 % after the first and fell by 1 % after the sixth question; majority bought both, unanimity
    only the first: 40 % of 1,000,000 (50 % by a factor of 0.8), fees of 0.05 % a side."""
    rows = await books.rows()
    storage = await open_storage(books.url)
    ends = {0: D(101), 5: D(99)}
    for number, end in ends.items():
        move = Move(12, D(100), end, NOON + timedelta(hours=9))
        await storage.write(lambda r, i=rows[number].consultation_id, m=move: r.outcomes.add(i, m))
    await storage.close()
    report = await books.replayed(buy_votes=VoteRule.UNANIMOUS)
    value = report.value
    assert value.n == 2
    # both rules kept 60 % out of the rise; of the fall the majority kept out 60 % and unanimity all
    fall = 1_000_000 * (D(99) * D("0.9995") / (D(100) * D("1.0005")) - 1)
    assert round(value.now - value.then, 2) == round(-fall * D("0.4"), 2)
    assert "added against the rules alone, 12 candles later, n=2" in report.text()


def test_no_books_no_replay(tmp_path: Path) -> None:
    from trader.errors import StorageFailed

    given = settings(database_url=f"sqlite:///{tmp_path / 'none.sqlite3'}")
    with pytest.raises(StorageFailed):
        run(given, NOON, "", {})
