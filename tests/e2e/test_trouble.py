"""What is wrong around the service: it refuses to start with the reason, or lives, says so, and goes on when mended."""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import OWNER, House
from tests.e2e.processes import Child, run, until

REFUSALS: list[tuple[dict[str, str], tuple[str, ...]]] = [
    ({"MODE": "live"}, ("MODE=live trades real money", "LIVE_TRADING_CONFIRMED=yes")),
    ({"ORDER_FRACTION": "2", "MODE": "sanbox"}, ("ORDER_FRACTION", "above 0 and at most 0.95", "not 'sanbox'")),
    ({"STRATEGY": "martingale"}, ("STRATEGY=martingale does not exist", "sma_cross")),
    ({"UPBIT_REST_URL": "http://127.0.0.1:1"}, ("set both UPBIT_REST_URL and UPBIT_WS_URL",)),
    ({"DATA_DIR": "file"}, ("DATA_DIR file cannot be written", "it is a file")),
    ({"DATA_DIR": "text"}, ("trader.sqlite3 is not a database of this program",)),
    ({"DATA_DIR": "strange"}, ("trader.sqlite3 holds tables of another program",)),
]


async def test_a_start_that_makes_no_sense_is_refused(folder: Path) -> None:
    """Exit code 1 and words that name the setting, what is expected and what was given; no traceback, no addresses."""
    (folder / "file").touch()
    for name in ("text", "strange"):
        (folder / name).mkdir()
    (folder / "text/trader.sqlite3").write_text("this is a shopping list, not a database " * 10)
    with contextlib.closing(sqlite3.connect(folder / "strange/trader.sqlite3")) as books:
        books.execute("CREATE TABLE recipes (name TEXT)")
    room = asyncio.Semaphore(3)

    async def check(number: int, settings: dict[str, str], words: tuple[str, ...]) -> None:
        async with room:
            done = await run(folder, "run", settings={"DATA_DIR": f"data{number}"} | settings, seconds=20)
        assert (done.code, done.out) == (1, ""), (settings, done.err)
        assert all(word in done.err for word in words), (settings, done.err)
        for noise in ("Traceback", "pydantic", "Value error", "Errno"):
            assert noise not in done.err, (settings, done.err)

    await asyncio.gather(*(check(n, *case) for n, case in enumerate(REFUSALS)))


async def test_nobody_is_admitted_by_an_empty_list(house: House) -> None:
    house.more = {"TELEGRAM_OWNERS": "", "SLACK_OWNERS": ""}
    await house.open_sandbox()
    service = await house.open_service()
    await service.said("Telegram: there is no owner yet.")
    house.telegram.say(OWNER, "/stop")
    await until(lambda: house.rows("SELECT count(*) FROM events WHERE kind = 'stranger'") == [(1,)])
    assert (await house.say("/status"))["data"]["state"] == "active"


async def test_wrong_tokens_and_keys(house: House) -> None:
    """A wrong bot token silences that chat alone; a wrong key keeps the service from trading; both are said."""
    house.more = {"TELEGRAM_BOT_TOKEN": "123456:wrong-token-wrong-token-wrong-token", "UPBIT_SECRET_KEY": "wrong" * 8}
    house.more["UPBIT_ACCESS_KEY"] = "wrong" * 8
    await house.open_sandbox()
    service = await house.open_service(ready=False)
    await service.said("Telegram rejects the token")
    await until(lambda: house.slacks("Error"), seen=lambda: service.err[-2000:])
    assert "wrong-token" not in service.err
    health = await house.say("/health")
    assert health["data"] is not None
    doctor = await house.shell("doctor")
    assert doctor.code == 1
    assert "Traceback" not in doctor.err
    assert "wrong" not in doctor.out
    assert (await service.terminate()).code == 0


async def test_the_exchange_is_away_at_the_start(house: House) -> None:
    """The service lives, tells it once, answers, and begins when the exchange is there; the clock follows then."""
    await house.open_sandbox("--speed", "10")
    assert house.sandbox is not None
    await house.sandbox.kill()
    service = await house.open_service(ready=False)
    await house.told("exchange connection")
    assert (await house.say("/health"))["data"]
    await house.open_sandbox("--speed", "10")
    await service.said("event='ready'", 30)
    await house.told("Started")
    assert len(house.telegrams("exchange connection")) == 1
    theirs = (await house.state())["clock"]["now"][:16]
    assert (await house.say("/status"))["data"]["now"][:15] == theirs[:15]


@contextlib.contextmanager
def held(books: Path) -> Iterator[None]:
    """Another program keeps the database to itself."""
    with contextlib.closing(sqlite3.connect(books, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


async def test_books_locked_by_another_program(house: House) -> None:
    """At the start: refused with the reason. While running: entries wait, both phones are told, and it passes."""
    await house.open()
    books = house.data_dir / "trader.sqlite3"
    with held(books):
        reply = await house.say("/buy BTC 100000 confirm")
        assert reply["tone"] == "error"
        assert "locked" in reply["text"]
        await house.told("Error: books")
        assert (await house.say("/status"))["data"]["state"] == "reducing"
    await until(lambda: house.telegrams("Job works again"), 20)
    assert (await house.say("/status"))["data"]["state"] == "active"
    assert (await house.state())["orders"] == []
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    assert house.service is not None
    with held(books):
        done = await house.service.terminate(15)
        assert "CancelledError" not in done.err
        refused = await house.shell("run")
    assert refused.code == 1
    assert "another program has held" in refused.err


@pytest.fixture
def small_disk(folder: Path) -> Iterator[Path | None]:
    """24 MB in memory under the data directory; None where mounting is not allowed."""
    place = folder / "data"
    place.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", place], capture_output=True, check=False)
    yield place if done.returncode == 0 else None
    if done.returncode == 0:
        subprocess.run(["umount", "-l", place], capture_output=True, check=False)


async def test_the_disk_runs_full(house: House, small_disk: Path | None) -> None:
    """Entries stop and the phone is told; the stop of a position still sells, into the room kept for it (promise 7)."""
    house.more = {"STOP_FRACTION": "0.05", "MARKETS": "KRW-BTC"}
    await house.open()
    assert (await house.say("/buy BTC 100000 confirm"))["tone"] == "ok"
    await house.told("In: Bitcoin")
    assert house.service is not None
    await until(lambda: (house.data_dir / "reserve").exists(), 15)
    with full(house.service, small_disk):
        reply = await house.say("/buy BTC 50000 confirm")
        assert reply["tone"] == "error", reply
        await house.told("Error: books")
        if small_disk:
            await house.jump("KRW-BTC", "0.9")
            await house.until_sold("BTC")
        assert (await house.say("/status"))["data"]["state"] == "reducing"
        assert house.service.alive
    await until(lambda: house.telegrams("Job works again"), 20)
    if not small_disk:
        await house.jump("KRW-BTC", "0.9")
        await house.until_sold("BTC")
    await house.told("Out: Bitcoin")
    assert (await house.say("/status"))["data"]["state"] == "active"


@contextlib.contextmanager
def full(service: Child, disk: Path | None) -> Iterator[None]:
    """The disk is filled to the last byte; where it cannot be, no file of the process may grow any more."""
    if disk is None:
        before = resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
        yield
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, before)
        return
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(b"x" * 4096):
            pass
    yield
    ballast.unlink()
