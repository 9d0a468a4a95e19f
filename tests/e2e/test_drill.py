"""A drill for real: by hand to its end, and beside a service that is told to stop it, or is killed (S9 P5 P7)."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path

import pytest

from chatbot.drill import judging
from tests.e2e.house import House
from tests.e2e.processes import run, until


async def test_by_hand_to_its_end(folder: Path) -> None:
    """Two seconds without an exchange. Every check is met, every step's times are stated, nothing is left behind."""
    settings = {"DATA_DIR": str(folder / "data")}
    done = await run(folder, "drill", "--json", "--outage", "2", settings=settings, seconds=90)
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 0, done.out + done.err
    assert [line["steps"].split()[-1] for line in lines[:-1]] == [step.value for step in judging.Step]
    found = lines[-1]
    assert found["outcome"] == "passed"
    assert judging.failed(found) == ()
    assert (found["sold"], found["cancelled"], found["differs"]) == ("4", "2", "")
    assert float(found["outage_noticed"]) < 2 < float(found["seconds"])
    assert int(found["orders"]) >= int(found["fills"]) >= 10
    assert sorted(path.name for path in (folder / "data").iterdir()) == ["drill.lock"]


async def test_beside_a_running_service(house: House) -> None:
    """Started and stopped by chat, told on both phones; the service trades on. When it is killed, nobody is left."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    await house.open()
    assert (await house.say("/drill"))["data"]["outcome"] == "started"
    assert (await house.say("/drill"))["data"]["outcome"] == "running"
    by_hand = await house.shell("drill", "--json")
    assert (by_hand.code, by_hand.out) == (1, "")
    assert "another drill (process" in by_hand.err
    await until(lambda: len(rehearsing(house)) == 2, 15)
    assert all(os.getpriority(os.PRIO_PROCESS, pid) == 10 for pid in rehearsing(house))
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"

    assert (await house.say("/drill stop"))["data"]["outcome"] == "stopped"
    phone, _ = await house.told("Drill stopped by shell")
    assert phone.text
    assert rehearsing(house) == []
    assert not (house.data_dir / "drill").exists()
    assert [order["market"] for order in (await house.state())["orders"]] == ["KRW-BTC"]

    await house.say("/drill")
    await until(lambda: len(rehearsing(house)) == 2, 15)
    assert house.service is not None
    await house.service.kill()
    await until(lambda: not rehearsing(house), 5, lambda: rehearsing(house))
    assert not (house.data_dir / "drill").exists()


def rehearsing(house: House) -> list[int]:
    """The drill of this house and what it has started, by what they are called and where they work."""
    found = []
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            name = Path(f"/proc/{int(entry)}/cmdline").read_text()
            where = os.readlink(f"/proc/{entry}/cwd")
            if "chatbot.drill" in name and where.startswith(str(house.data_dir)):
                found.append(int(entry))
    return found
