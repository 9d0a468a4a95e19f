"""A decision by three members: what is added to the slowest of them, and what it costs.

    python benchmarks/decisions.py [--times 10] [--seconds 1.0]

The vendors' real clients ask servers on loopback that answer after `seconds`; the books are SQLite on disk. Added is
the time from the wish to the stored advice, less the slowest member's call."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
import types
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
tests = types.ModuleType("tests")  # another distribution installs a package of this name
tests.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = tests

from storage.sql import open_storage  # noqa: E402
from tests.advice.parts import NOON, dossier, question  # noqa: E402
from tests.fakes.model_server import ModelServer, answer_text, serving  # noqa: E402
from trader.advice.budget import Budget  # noqa: E402
from trader.advice.counsel import Counsel  # noqa: E402
from trader.advice.members.panel import Panel, Rate  # noqa: E402
from trader.advice.members.roster import roster  # noqa: E402
from trader.chronicle import Chronicle  # noqa: E402
from trader.clock import ManualClock  # noqa: E402
from trader.model.advice import Dossier, MemoryLine, Question, Verdict  # noqa: E402
from trader.settings import Settings  # noqa: E402


async def main(times: int, seconds: float) -> None:
    servers = [ModelServer(answer=answer_text(evidence_ids=[]), delay=seconds) for _ in range(3)]
    async with serving(servers[0]) as openai, serving(servers[1]) as anthropic, serving(servers[2]) as gemini:
        settings = Settings(
            _env_file=None,
            ai_members="openai anthropic gemini",
            openai_api_key="a",
            anthropic_api_key="b",
            gemini_api_key="c",
            openai_base_url=f"{openai.url}/v1",
            anthropic_base_url=anthropic.url,
            gemini_base_url=f"{gemini.url}/v1",
        )
        members = roster(settings)
        with tempfile.TemporaryDirectory() as folder:
            await measure(settings, members, Path(folder), times, seconds)


async def measure(settings: Settings, members: list, folder: Path, times: int, seconds: float) -> None:
    clock = ManualClock(NOON)
    storage = await open_storage(f"sqlite:///{folder / 'books.sqlite3'}")
    panel = Panel(members, clock, Budget(), lambda: Rate(Decimal(1450), True))

    async def gather(asked: Question) -> Dossier:
        return dossier(rsi=31.0)

    async def recall(asked: Question, known: Dossier) -> Sequence[MemoryLine]:
        return ()

    counsel = Counsel(
        panel, gather, recall, lambda known, now: (Decimal(1), ""), Chronicle(storage, clock), clock, lambda: settings
    )
    added: list[float] = []
    total: list[float] = []
    costs: list[float] = []
    for number in range(times + 1):
        began = time.perf_counter()
        advice = await counsel.advise(question(minutes=15 * number))
        took = time.perf_counter() - began
        assert advice.verdict is Verdict.APPROVED, advice
        said = await storage.read(lambda records, i=advice.consultation_id: records.consultations.get(i))
        assert said is not None
        if number:  # the first one loads the clients and opens the connections
            added.append((took - max(result.latency_seconds for result in said.results)) * 1000)
            costs.append(float(said.cost))
            total.append((took - seconds) * 1000)
        clock.advance(timedelta(minutes=15).total_seconds())
    await counsel.close()
    await storage.close()
    say("added over the slowest member's call", added)
    say(f"added over the servers' own {seconds:g} s", total)
    print(f"{'a decision of the cheap trio':<45} {statistics.mean(costs):10.2f} KRW at 1,450 KRW per USD")


def say(what: str, values: list[float]) -> None:
    print(f"{what:<45} {statistics.median(values):10.1f} ms median, {max(values):.1f} worst")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=1.0)
    given = parser.parse_args()
    asyncio.run(main(given.times, given.seconds))
