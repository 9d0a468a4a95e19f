"""The running service's side of a drill: start it beside, hear how far it is, tell how it went, leave nothing behind.

The process gets no key, token or address of this service, only the directory it may use. It is in a group of its own
and holds the reading end of a pipe: it ends when it is told to, when it takes too long, and when this service ends,
in whatever way."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from chatbot.drill.folder import clear
from chatbot.drill.judging import Outcome, Step
from chatbot.drill.memory import available_megabytes, check_room
from trader.chronicle import Chronicle
from trader.errors import UserInputError
from trader.model.events import Event, EventKind, Severity

log = structlog.get_logger(__name__)

ROOT = Path(__file__).resolve().parents[2]
COMMAND = (sys.executable, "-m", "chatbot.drill")
USUAL_SECONDS = 25
LONGEST_SECONDS = 180.0
"""Every wait of every step at its end, and some."""
END_SECONDS = 3.0
"""So long a drill that was told to end may tidy up."""
LONGEST_LINE = 2**20


@dataclass(slots=True)
class Running:
    """`findings` so far; `ending` is why it was told to end, and by whom."""

    by: str
    began: float = field(default_factory=time.monotonic)
    findings: dict[str, str] = field(default_factory=dict)
    ending: tuple[Outcome, str] | None = None
    task: asyncio.Task[None] | None = None
    child: asyncio.subprocess.Process | None = None

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.began

    @property
    def step(self) -> Step:
        """The one it is at."""
        named = self.findings.get("steps", "").split()
        return Step(named[-1]) if named else Step.START


class Drills:
    def __init__(
        self,
        data_dir: Path,
        chronicle: Chronicle,
        *,
        command: Sequence[str] = COMMAND,
        free: Callable[[], float | None] = available_megabytes,
        longest_seconds: float = LONGEST_SECONDS,
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._chronicle = chronicle
        self._command = (*command, str(self._data_dir))
        self._free = free
        self._longest = longest_seconds
        self.running: Running | None = None

    def start(self, by: str) -> Running:
        """UserInputError: drill-running, drill-no-room."""
        if self.running is not None:
            raise UserInputError("drill-running")
        check_room(self._free())
        self.running = running = Running(by)
        running.task = asyncio.create_task(self._run(running), name="drill")
        return running

    async def stop(self, by: str) -> None:
        """Returns when nothing of it is left. UserInputError: drill-none."""
        if self.running is None:
            raise UserInputError("drill-none")
        await self._end(self.running, Outcome.STOPPED, by)

    async def close(self) -> None:
        """The service ends."""
        if self.running is not None:
            await self._end(self.running, Outcome.CUT, self.running.by)

    async def last(self) -> Event | None:
        found = await self._chronicle.storage.read(
            lambda records: records.events.latest(1, kinds=[EventKind.DRILL_FINISHED])
        )
        return found[0] if found else None

    async def _end(self, running: Running, outcome: Outcome, by: str) -> None:
        running.ending = running.ending or (outcome, by)
        self._tell(running.child, signal.SIGTERM)
        assert running.task is not None
        done, _ = await asyncio.wait([running.task], timeout=END_SECONDS)
        if not done:
            self._tell(running.child, signal.SIGKILL)
            await asyncio.wait([running.task])

    @staticmethod
    def _tell(child: asyncio.subprocess.Process | None, number: signal.Signals) -> None:
        """SIGTERM to the drill, which tidies up; SIGKILL to it and all it has started."""
        if child is not None and child.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(number) if number is signal.SIGTERM else os.killpg(child.pid, number)

    # ---- one drill

    async def _run(self, running: Running) -> None:
        try:
            try:
                outcome, detail = await self._outcome(running)
            except (OSError, ValueError) as err:  # it cannot be started; it says what makes no sense
                outcome, detail = Outcome.BROKEN, f"{type(err).__name__}: {err}"
            by = running.by
            if running.ending is not None:
                (outcome, by), detail = running.ending, ""
            await self._remember(running, outcome, by, detail)
        finally:
            self.running = None

    async def _remember(self, running: Running, outcome: Outcome, by: str, detail: str) -> None:
        data = {**running.findings, "outcome": outcome.value, "by": by, "seconds": f"{running.seconds:.0f}"}
        if detail:
            data["detail"] = detail
        severity = Severity.INFO if outcome in (Outcome.PASSED, Outcome.STOPPED) else Severity.WARNING
        log.info("drill_finished", outcome=outcome.value, seconds=data["seconds"])
        await self._chronicle.tell_or_log(EventKind.DRILL_FINISHED, severity=severity, data=data)

    async def _outcome(self, running: Running) -> tuple[Outcome, str]:
        """Follow the process to its end. OSError: it cannot be started."""
        pipe = asyncio.subprocess.PIPE
        child = running.child = await asyncio.create_subprocess_exec(
            *self._command,
            cwd=self._data_dir,
            env=self._environment(),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            start_new_session=True,
            limit=LONGEST_LINE,
        )
        assert child.stderr is not None
        complaint = asyncio.create_task(child.stderr.read())
        try:
            if running.ending is not None:
                self._tell(child, signal.SIGTERM)
            async with asyncio.timeout(self._longest):
                await self._listen(child, running)
                await child.wait()
        except TimeoutError:
            return Outcome.BROKEN, f"no end within {self._longest:g} s"
        finally:
            self._tell(child, signal.SIGKILL)
            await child.wait()
            await asyncio.to_thread(clear, self._data_dir)
        if child.returncode == 0 and running.findings.get("outcome") in (Outcome.PASSED, Outcome.FAILED):
            return Outcome(running.findings["outcome"]), running.findings.get("detail", "")
        said = (await complaint).decode(errors="replace").strip().splitlines() or ["no word"]
        return Outcome.BROKEN, f"{said[-1][:300]} ({child.returncode})"

    @staticmethod
    async def _listen(child: asyncio.subprocess.Process, running: Running) -> None:
        """Each line holds all findings so far."""
        assert child.stdout is not None
        while line := await child.stdout.readline():
            running.findings = json.loads(line)

    @staticmethod
    def _environment() -> dict[str, str]:
        kept = ("PATH", "LANG", "TMPDIR")
        return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONPATH": str(ROOT)}
