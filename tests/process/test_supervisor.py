"""What systemd hears, on a real datagram socket: ready once trading is possible, well only while it is (D2, S9)."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from chatbot.running import supervisor as module
from chatbot.running.supervisor import Supervisor, watchdog_seconds
from trader.model.portfolio import TradingState
from trader.vitals import Vitals

WELL = Vitals(False, price=0.1)
ILL = Vitals(True, price=0.1, guard=300)


@dataclass
class Systemd:
    """Its end of the socket."""

    socket: socket.socket

    def heard(self) -> list[str]:
        """Every line since the last call."""
        lines: list[str] = []
        while True:
            try:
                lines += self.socket.recv(4096).decode("ascii").split("\n")
            except BlockingIOError:
                return lines


@dataclass
class Stub:
    """A trader's outside, as far as the supervisor looks at it."""

    ready: asyncio.Event = field(default_factory=asyncio.Event)
    now: Vitals = WELL
    health: Any = field(default_factory=lambda: SimpleNamespace(data_age=lambda: 0.4))
    guard: Any = field(default_factory=lambda: SimpleNamespace(markets=frozenset({"KRW-BTC"})))
    executor: Any = field(default_factory=lambda: SimpleNamespace(working=list))
    state: Any = field(default_factory=lambda: SimpleNamespace(current=TradingState.ACTIVE))

    def vitals(self) -> Vitals:
        return self.now


@pytest.fixture
def systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(path))
        end.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(path))
        monkeypatch.setenv("WATCHDOG_USEC", "200000")
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()))
        monkeypatch.setattr(module, "START_PERIOD_SECONDS", 0.02)
        yield Systemd(end)


async def heard(systemd: Systemd, words: str) -> list[str]:
    """Everything up to a line that begins with these words."""
    lines: list[str] = []
    async with asyncio.timeout(5):
        while not any(line.startswith(words) for line in lines):
            await asyncio.sleep(0.01)
            lines += systemd.heard()
    return lines


async def test_from_the_start_to_the_end(systemd: Systemd) -> None:
    """Starting asks for time; READY comes with trading; WATCHDOG every 50 ms of a watchdog of 200 ms; STOPPING last."""
    supervisor, trader = Supervisor(), Stub()
    life = asyncio.create_task(supervisor.run())
    lines = await heard(systemd, "STATUS=starting")
    assert "EXTEND_TIMEOUT_USEC=30000000" in lines
    supervisor.trader = trader  # type: ignore[assignment]
    lines = await heard(systemd, "STATUS=waiting")
    assert not {"READY=1", "WATCHDOG=1"} & set(lines)
    trader.ready.set()
    lines = await heard(systemd, "WATCHDOG=1")
    assert lines.count("READY=1") == 1
    assert "STATUS=active, 1 positions guarded, 0 orders working, prices 0.4 s old" in lines
    assert "READY=1" not in await heard(systemd, "WATCHDOG=1")
    supervisor.stopping()
    life.cancel()
    assert "STOPPING=1" in await heard(systemd, "STOPPING")


async def test_prices_that_dried_up_are_not_well(systemd: Systemd) -> None:
    """The status goes on, the watchdog is starved; it is fed again when the guard looks again."""
    supervisor, trader = Supervisor(), Stub(now=ILL)
    trader.ready.set()
    supervisor.trader = trader  # type: ignore[assignment]
    life = asyncio.create_task(supervisor.run())
    lines = await heard(systemd, "READY")
    for _ in range(3):
        lines += await heard(systemd, "STATUS=active")
    assert "WATCHDOG=1" not in lines
    trader.now = WELL
    await heard(systemd, "WATCHDOG=1")
    life.cancel()


async def test_a_loop_that_hangs_is_not_well(systemd: Systemd) -> None:
    """Half a second in which nothing else runs: not one word, where ten were due."""
    supervisor, trader = Supervisor(), Stub()
    trader.ready.set()
    supervisor.trader = trader  # type: ignore[assignment]
    life = asyncio.create_task(supervisor.run())
    await heard(systemd, "WATCHDOG=1")
    time.sleep(0.5)  # noqa: ASYNC251 - the hang itself
    assert systemd.heard() == []
    await heard(systemd, "WATCHDOG=1")
    life.cancel()


async def test_without_a_socket_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    supervisor = Supervisor()
    async with asyncio.timeout(1):
        await supervisor.run()
    supervisor.stopping()


async def test_a_socket_that_is_full_or_gone_holds_nothing_up(systemd: Systemd) -> None:
    supervisor = Supervisor()
    began = time.monotonic()
    for _ in range(10_000):
        supervisor.stopping()
    systemd.socket.close()
    supervisor.stopping()
    assert time.monotonic() - began < 30


def test_the_watchdog_of_another_process_is_not_ours() -> None:
    assert watchdog_seconds({"WATCHDOG_USEC": "60000000"}) == 60
    assert watchdog_seconds({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": str(os.getpid())}) == 60
    assert watchdog_seconds({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}) == 0
    assert watchdog_seconds({}) == 0
