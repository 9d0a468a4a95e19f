"""The process that draws (`trader.report.draw`), kept for the next picture.  In: JSON.  Out: PNG bytes.

One question and one answer at a time, each as its length and its bytes, over the pipes of the process; when its input
ends it goes, hence also when this process is no more."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

from trader.report.pipe import DRAWN, LENGTH_BYTES

ROOT = Path(__file__).parents[2]
_GOES_SECONDS = 2.0


class ChildGone(Exception):
    """It ended before it answered; the text is its last word."""


class DrawingChild:
    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, environment: Mapping[str, str]) -> DrawingChild:
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "trader.report.draw"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                cwd=ROOT,
                env=environment,
            )
        )

    @property
    def alive(self) -> bool:
        return self._process.returncode is None

    @property
    def pid(self) -> int:
        return self._process.pid

    async def ask(self, spec: bytes) -> tuple[bool, bytes]:
        """Whether it drew, and the picture or what went wrong. ChildGone. Who breaks off must `kill` it: the answer
        would be taken for that of the next question."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(len(spec).to_bytes(LENGTH_BYTES, "big") + spec)
            await stdin.drain()
            length = int.from_bytes(await stdout.readexactly(LENGTH_BYTES), "big")
            answer = await stdout.readexactly(length)
        except (OSError, asyncio.IncompleteReadError) as err:
            raise ChildGone(await self._last_word()) from err
        return answer[:1] == DRAWN, answer[1:]

    async def _last_word(self) -> str:
        assert self._process.stderr is not None
        await self.kill()
        words = (await self._process.stderr.read()).decode(errors="replace").strip().splitlines()
        return f"it ended with {self._process.returncode}: {words[-1] if words else 'no word'}"

    def let_go(self) -> None:
        """It goes by itself, now that nothing more can come."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def end(self) -> None:
        self.let_go()
        try:
            async with asyncio.timeout(_GOES_SECONDS):
                await self._process.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        if self.alive:
            self._process.kill()
        await self._process.wait()
