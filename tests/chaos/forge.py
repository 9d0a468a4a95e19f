"""Makes services of the chaos machine and holds on to each until it has ended (see `service.py`)."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

from tests.chaos.service import ROOT


class Service:
    """One life's process."""

    def __init__(self, pid: int, ended: asyncio.Future[int], log: Path) -> None:
        self.pid, self.ended, self.log = pid, ended, log

    @property
    def alive(self) -> bool:
        return not self.ended.done()

    @property
    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""

    def signal(self, number: signal.Signals) -> None:
        if self.alive:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, number)

    async def end(self, seconds: float) -> int | None:
        """The exit code (−9 = killed); None when it still runs after `seconds`."""
        done, _ = await asyncio.wait([self.ended], timeout=seconds)
        return self.ended.result() if done else None


class Forge:
    """Warm ones by one program that forks, cold ones from nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = str(Path(__file__).with_name("service.py"))
        self._server: asyncio.subprocess.Process | None = None
        self._cold: list[asyncio.subprocess.Process] = []
        self._waiting: set[asyncio.Future[Any]] = set()

    async def start(self, job: dict[str, Any], *, cold: bool) -> Service:
        log = Path(job["log"])
        if cold:
            process = await self._run("--cold", json.dumps(job))
            self._cold.append(process)
            return Service(process.pid, self._keep(process.wait()), log)
        server = self._server = self._server or await self._run()
        assert server.stdin is not None
        server.stdin.write(json.dumps(job).encode() + b"\n")
        pid = (await self._line(server))["pid"]

        async def ended() -> int:
            return int((await self._line(server))["status"])

        return Service(pid, self._keep(ended()), log)

    def _keep(self, waiting: Coroutine[Any, Any, int]) -> asyncio.Future[int]:
        task = asyncio.ensure_future(waiting)
        self._waiting.add(task)
        task.add_done_callback(self._waiting.discard)
        return task

    async def _run(self, *arguments: str) -> asyncio.subprocess.Process:
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            sys.executable, self._file, *arguments, cwd=self._folder, env=environment, stdin=pipe, stdout=pipe
        )

    @staticmethod
    async def _line(server: asyncio.subprocess.Process) -> Any:
        assert server.stdout is not None
        line = await server.stdout.readline()
        if not line:
            raise RuntimeError("the program that makes services has ended")
        return json.loads(line)

    async def close(self) -> None:
        for process in (*self._cold, *([self._server] if self._server else [])):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        for task in list(self._waiting):
            task.cancel()
        await asyncio.gather(*self._waiting, return_exceptions=True)
