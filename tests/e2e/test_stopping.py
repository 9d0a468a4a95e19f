"""SIGTERM ends the service within ten seconds at any moment, as a success, so that systemd sees a stop and no failure;
what was under way goes on from its rows at the next start (D2, promise 1)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from storage.migrate import HEAD
from storage.sql import open_storage
from tests.e2e.house import House
from tests.e2e.processes import Child, Done, until
from tests.e2e.venue_controls import fault

LONGEST = 10.0


def ended(done: Done, *, installed: bool = True) -> None:
    """Exit code 0; before the first line of ours has run, the signal's own."""
    assert done.code in ((0,) if installed else (0, -signal.SIGTERM)), (done.code, done.err)
    assert done.seconds < LONGEST
    assert "Traceback" not in done.err, done.err


@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.6, 0.9, 1.2, 1.5, 2.0])
async def test_while_it_starts(house: House, seconds: float) -> None:
    await house.open_sandbox()
    service = await house.open_service(ready=False)
    await asyncio.sleep(seconds)
    ended(await service.terminate(LONGEST), installed=False)
    await house.open_service()


async def test_while_the_exchange_is_away(house: House) -> None:
    await house.open_sandbox()
    assert house.sandbox is not None
    await house.sandbox.kill()
    service = await house.open_service(ready=False)
    await house.told("exchange connection")
    ended(await service.terminate(LONGEST))


async def test_while_an_order_is_being_sent(house: House) -> None:
    """Its answer takes 3 s: waited for. With 30 s it is left behind; the next start finds it and buys nothing twice."""
    await house.open()
    for seconds in (3.0, 30.0):
        before = len((await house.state())["orders"])
        await fault(house, "timeout", match={"method": "POST", "path": "/v1/orders"}, times=1, seconds=seconds)
        buying = asyncio.create_task(house.shell("say", "/buy BTC 100000 confirm"))
        await until(lambda before=before: len(house.rows("SELECT * FROM orders")) > before, 15)
        assert house.service is not None
        ended(await house.service.terminate(LONGEST))
        await buying
        await house.open_service()
        await until(lambda: not house.rows("SELECT * FROM orders WHERE state NOT IN ('done', 'cancelled')"), 30)
        assert len((await house.state())["orders"]) == before + 1
    [(booked,)] = house.rows("SELECT quantity FROM positions")
    assert Decimal(booked) == Decimal(await house.holding("BTC"))


async def test_while_a_picture_is_drawn(house: House) -> None:
    await house.open()
    drawing = asyncio.create_task(house.shell("say", "/chart BTC 1m 500"))
    assert house.service is not None
    await until(lambda: children_of(house.service.pid if house.service else 0), 10)
    ended(await house.service.terminate(LONGEST))
    await drawing


async def test_while_panic_waits_for_an_exchange_that_hangs(house: House) -> None:
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    assert house.sandbox is not None
    assert house.service is not None
    house.sandbox.signal(signal.SIGSTOP)
    pressing = asyncio.create_task(house.shell("panic", "--yes", seconds=100))
    await until(lambda: "halted" in str(house.rows("SELECT value FROM notes WHERE key = 'trading_state'")))
    ended(await house.service.terminate(LONGEST))
    house.sandbox.signal(signal.SIGCONT)
    await pressing


async def test_while_it_waits_for_a_database_that_somebody_holds(house: House) -> None:
    house.data_dir.mkdir()
    storage = await open_storage(f"sqlite:///{house.data_dir / 'trader.sqlite3'}")
    await storage.close()
    await house.open_sandbox()
    with contextlib.closing(sqlite3.connect(house.data_dir / "trader.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        service = await house.open_service(ready=False)
        await until(lambda: (house.data_dir / "trader.sqlite3.lock").exists())
        ended(await service.terminate(LONGEST))


SLOW_UPGRADE = """
import sys
from storage import migrate
newest = {"HEAD": "9999", "REVISIONS": (*migrate.REVISIONS, "9999")}
for name, value in newest.items():
    setattr(migrate, name, value)
migrate.command = lambda: [sys.executable, "-c", "import time; open('FILE', 'w').close(); time.sleep(60)"]
sys.argv = ["chatbot", "run"]
from chatbot.running.shell import main
main()
"""


async def test_while_the_books_are_upgraded(house: House) -> None:
    """The upgrade runs in a child, here one that takes a minute: it ends too, and the books are as they were."""
    house.data_dir.mkdir()
    books, upgrading = house.data_dir / "trader.sqlite3", house.folder / "upgrading"
    storage = await open_storage(f"sqlite:///{books}")
    await storage.close()
    (house.folder / "slow_upgrade.py").write_text(SLOW_UPGRADE.replace("FILE", str(upgrading)))
    await house.open_sandbox()
    house.service = service = await Child.start(house.folder, "run", ("slow_upgrade",), house.settings)
    await until(upgrading.exists, 15, lambda: service.err)
    children = children_of(service.pid)
    assert children
    ended(await service.terminate(LONGEST))
    assert not set(children) & {int(entry) for entry in os.listdir("/proc") if entry.isdecimal()}
    with contextlib.closing(sqlite3.connect(books)) as rows:
        assert rows.execute("SELECT version_num FROM alembic_version").fetchall() == [(HEAD,)]


def children_of(pid: int) -> list[int]:
    """Processes it has started and that still run."""
    if sys.platform != "linux":
        pytest.skip("reads /proc")
    found = []
    for entry in os.listdir("/proc"):
        with contextlib.suppress(OSError, ValueError):
            state, parent = Path(f"/proc/{int(entry)}/stat").read_text().rpartition(")")[2].split()[:2]
            if int(parent) == pid and state != "Z":
                found.append(int(entry))
    return found
