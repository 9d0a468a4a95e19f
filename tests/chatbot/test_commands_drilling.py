"""/drill from the phone: owners start and end it, everybody may look; nothing of the trading is touched (S9 C2 C4)."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from chatbot.reply import Tone
from tests.chatbot.chat_bench import TRADER, VIEWER, Bench

FOUND = {"steps": "start outage", "start_ready": "1.29", "start_bought": "yes"}
WAITS = (sys.executable, "-c", f"import time\nprint({json.dumps(FOUND)!r}, flush=True)\ntime.sleep(60)")


@pytest_asyncio.fixture
async def waiting(tmp_path: Path) -> AsyncIterator[Bench]:
    """Its drill says how it begins, and then takes a minute."""
    bench = Bench(drill=WAITS, drill_dir=tmp_path)
    yield bench
    await bench.drills.close()


async def begun(bench: Bench) -> None:
    async with asyncio.timeout(10):
        while bench.drills.running and not bench.drills.running.findings:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


async def test_started_running_and_stopped(waiting: Bench) -> None:
    started = await waiting.say("/drill")
    assert started.text().splitlines()[0] == "Drill started; it takes about 25s."
    assert "Your trading is not touched" in started.text()
    assert [b.action for b in started.buttons[0]] == ["run:/drill stop"]
    await begun(waiting)
    again = await waiting.say("/drill")
    assert again.title.startswith("Drill under way for ")
    assert again.title.endswith(" Now: Exchange away")
    assert again.lines == ("✅ Start: ready 1.29s · bought, orders resting ✓",)
    assert again.data["outcome"] == "running"
    stopped = await waiting.say("/drill stop")
    assert stopped.title == "Drill stopped. Nothing of it is left."
    last = await waiting.say("/drill last", VIEWER)
    assert last.title.startswith("12:00:00 Drill stopped by Owner (after ")
    assert last.lines == again.lines
    assert waiting.called == [], "the desk was not asked for anything"
    assert [e.data["outcome"] for e in waiting.desk.recorded] == ["started", "stopped"]


async def test_who_may(waiting: Bench) -> None:
    """Others look at how far it is, but neither start nor end it."""
    for person in (VIEWER, TRADER):
        assert (await waiting.say("/drill", person)).data["error"] == "forbidden"
    await waiting.say("/drill")
    seen = await waiting.say("/drill", VIEWER)
    assert (seen.data["outcome"], seen.buttons) == ("running", ())
    assert (await waiting.say("/drill stop", VIEWER)).data["error"] == "forbidden"
    assert waiting.drills.running is not None


async def test_in_korean(tmp_path: Path) -> None:
    korean = Bench(language="ko", drill=WAITS, drill_dir=tmp_path)
    assert (await korean.say("/훈련 결과")).title == "아직 훈련한 적이 없습니다."
    assert (await korean.say("/훈련")).title == "장애 훈련을 시작했습니다. 약 25초 걸립니다."
    await begun(korean)
    assert (await korean.say("/drill")).title.endswith("지금: 거래소 두절")
    assert (await korean.say("/훈련 중지")).title == "훈련을 멈췄습니다. 남은 것은 없습니다."


async def test_what_cannot_be(bench: Bench) -> None:
    assert (await bench.say("/drill stop")).data["error"] == "drill-none"
    unclear = await bench.say("/drill frobnicate")
    assert (unclear.data["error"], unclear.data["usage"]) == ("drill-part-unclear", "/drill [last|stop]")


async def test_no_room() -> None:
    reply = await Bench(free_megabytes=180).say("/drill")
    assert (reply.data["error"], reply.tone) == ("drill-no-room", Tone.ERROR)
    assert "180 MB free, 240 MB needed" in reply.title
    assert "Trading goes on as before" in reply.title
