"""The real service under a stand-in for systemd: ready once it can trade, well while it is, silent when it hangs."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.house import House
from tests.e2e.processes import until
from tests.e2e.venue_controls import freeze


@pytest.fixture
def systemd(folder: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
        end.bind(str(folder / "notify"))
        end.setblocking(False)
        yield end


def heard(systemd: socket.socket, into: list[str]) -> list[str]:
    while True:
        try:
            into += systemd.recv(4096).decode("ascii").split("\n")
        except BlockingIOError:
            return into


async def test_from_the_start_to_the_end(house: House, systemd: socket.socket) -> None:
    """A watchdog of 4 s is fed each second, also while the exchange is away and nothing is held; not while it hangs."""
    house.more = {"NOTIFY_SOCKET": str(house.folder / "notify"), "WATCHDOG_USEC": "4000000"}
    await house.open_sandbox()
    assert house.sandbox is not None
    await house.sandbox.kill()
    lines: list[str] = []
    service = await house.open_service(ready=False)
    await until(lambda: "STATUS=waiting for the exchange" in heard(systemd, lines), 15)
    assert not {"READY=1", "WATCHDOG=1"} & set(lines)
    assert "EXTEND_TIMEOUT_USEC=30000000" in lines

    await house.open_sandbox()
    await until(lambda: "READY=1" in heard(systemd, lines), 30, lambda: service.err)
    await until(lambda: heard(systemd, lines).count("WATCHDOG=1") >= 2)
    await house.sandbox.kill()
    await until(lambda: "stream-public" in service.err or "Lost" in str(house.telegrams("Lost")), 15)
    fed = heard(systemd, lines).count("WATCHDOG=1")
    await until(lambda: heard(systemd, lines).count("WATCHDOG=1") >= fed + 2)

    await freeze(house)
    fed = heard(systemd, lines).count("WATCHDOG=1")
    silence = time.monotonic() + 2.5
    await until(lambda: time.monotonic() > silence)
    assert heard(systemd, lines).count("WATCHDOG=1") == fed
    service.signal(signal.SIGCONT)
    await until(lambda: heard(systemd, lines).count("WATCHDOG=1") > fed)
    assert lines.count("READY=1") == 1
    assert (await service.terminate()).code == 0
    assert "STOPPING=1" in heard(systemd, lines)
