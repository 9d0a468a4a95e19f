"""Child processes of a test: started with nothing of this environment, their words kept in files, always ended."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


# Waiting costs nothing where the machine is quick; where other work stalls it, a right answer may come late.
STALLED = 3.0


async def until(true: Callable[[], object], seconds: float = 10.0, seen: Callable[[], object] = str) -> None:
    """Look again and again until `true()` holds. AssertionError with what was `seen` after `seconds` of a free
    machine, `STALLED` times as long on a busy one."""
    deadline = time.monotonic() + seconds * STALLED
    while not true():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {seen()}")
        await asyncio.sleep(0.02)


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended."""

    code: int
    out: str
    err: str
    seconds: float


class Child:
    """A running process. `out` and `err` read what it has said so far."""

    def __init__(self, process: asyncio.subprocess.Process, out: Path, err: Path) -> None:
        self._process = process
        self._out, self._err = out, err
        self._began = time.monotonic()

    @classmethod
    async def start(cls, folder: Path, name: str, arguments: Sequence[str], settings: Mapping[str, str]) -> Child:
        """`python -m …` with these settings only; `folder` is its working directory, so no .env is read."""
        out, err = folder / f"{name}.out", folder / f"{name}.err"
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "LANGUAGE": "en"}
        with out.open("wb") as to_out, err.open("wb") as to_err:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                *arguments,
                cwd=folder,
                env=environment | dict(settings),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=to_out,
                stderr=to_err,
            )
        return cls(process, out, err)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def out(self) -> str:
        return self._out.read_text(encoding="utf-8", errors="replace")

    @property
    def err(self) -> str:
        return self._err.read_text(encoding="utf-8", errors="replace")

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    async def said(self, words: str, seconds: float = 15.0) -> None:
        """Until the words stand in its output or its log. AssertionError when it ends before."""
        await until(
            lambda: words in self.out + self.err or not self.alive, seconds, lambda: f"{words!r}: {self.err[-2000:]}"
        )
        assert words in self.out + self.err, f"ended with {self._process.returncode}: {self.err[-2000:]}"

    async def done(self, seconds: float = 30.0) -> Done:
        try:
            code = await asyncio.wait_for(self._process.wait(), seconds)
        except TimeoutError:
            raise AssertionError(f"still running after {seconds:g} s: {self.err[-2000:]}") from None
        return Done(code, self.out, self.err, time.monotonic() - self._began)

    async def terminate(self, seconds: float = 10.0) -> Done:
        """As systemd does it."""
        self._began = time.monotonic()
        self.signal(signal.SIGTERM)
        return await self.done(seconds)

    async def kill(self) -> None:
        """At once; does nothing when it has ended."""
        if self.alive:
            self._process.kill()
            await self._process.wait()


async def run(folder: Path, *arguments: str, settings: Mapping[str, str] | None = None, seconds: float = 40.0) -> Done:
    """`python -m chatbot …` to its end."""
    child = await Child.start(folder, f"verb{next(_numbers)}", ("chatbot", *arguments), settings or {})
    try:
        return await child.done(seconds)
    finally:
        await child.kill()
