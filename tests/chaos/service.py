"""The real service as a process of the chaos machine: `chatbot.running.verbs.serve`, with a crash staged inside it.

Two ways to live. Warm: this program imports everything once and forks a service for every line it reads, which saves a
second of imports for each of hundreds of lives; every service is a process of its own all the same. Cold
(`--cold JOB`): the service is started from nothing, as systemd would.

A job is one line of JSON: `{"environment": {…}, "log": FILE, "point": NAME or "", "passing": n}`. The answers are two
lines: `{"pid": …}` at once, `{"status": …}` (as `os.waitstatus_to_exitcode`: −9 = killed) when it has ended."""

from __future__ import annotations

import asyncio
import ctypes
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

STAGED = "chaos: killed at "
"""Begins the last line of a log whose service killed itself at a named point."""

RATE_FACTOR = 20
"""The sandbox of the chaos machine allows more than Upbit; without this most of a life would be waiting."""

PR_SET_PDEATHSIG = 1
"""From linux/prctl.h."""


def die_with_parent() -> None:
    """Nobody is left behind when the machine itself is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def stage(point: str, passing: int) -> None:
    """SIGKILL this process when it passes `point` for the `passing`-th time."""
    from trader.execution import points

    left = passing

    def at(name: str) -> None:
        nonlocal left
        left -= name == point
        if left == 0:
            os.write(2, f"{STAGED}{name}\n".encode())
            os.kill(os.getpid(), signal.SIGKILL)

    points.at = at


def load() -> None:
    """Everything a service needs, as `python -m chatbot run` loads it."""
    from chatbot.running import process

    process.tune()
    import_module("chatbot.running.verbs")
    from trader.exchange.upbit import limits

    limits.PER_SECOND.update({group: calls * RATE_FACTOR for group, calls in limits.PER_SECOND.items()})


def serve(job: dict[str, Any]) -> None:
    """Be the service until the end."""
    os.environ.update(job["environment"])
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for here, there in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(here, there)
    from chatbot.running.verbs import serve
    from trader.settings import Settings

    if job["point"]:
        stage(job["point"], job["passing"])
    asyncio.run(serve(Settings()))


def main() -> None:
    die_with_parent()
    if sys.argv[1:2] == ["--cold"]:
        load()
        serve(json.loads(sys.argv[2]))
        return
    load()
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            die_with_parent()
            serve(json.loads(line))
            return
        print(json.dumps({"pid": pid}), flush=True)
        status = os.waitpid(pid, 0)[1]
        print(json.dumps({"status": os.waitstatus_to_exitcode(status)}), flush=True)


if __name__ == "__main__":
    main()
