"""A whole drill in this process: house, steps, findings.  In: a data directory.  Out: the findings as flat text."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from chatbot.drill.folder import keep_logs, own_folder
from chatbot.drill.house import House, ServiceGone
from chatbot.drill.judging import Outcome, Step, outcome
from chatbot.drill.steps import Findings, all_steps
from chatbot.running import process
from chatbot.running.logs import configure

NICE = 10
OUTAGE_SECONDS = 8.0


def run_drill(data_dir: Path, outage_seconds: float, told: Callable[[Findings], None]) -> Findings:
    """A process's whole life: SIGTERM ends it, and leaves nothing behind. `told` hears the findings so far when a step
    begins. SettingsError, OSError."""
    process.tune()
    step_back()
    configure(level=logging.ERROR)

    async def run() -> Findings:
        this = asyncio.current_task()
        assert this is not None
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
        return await rehearse(data_dir, outage_seconds, told)

    try:
        return asyncio.run(run())
    except asyncio.CancelledError:
        sys.exit(128 + signal.SIGTERM)


def step_back() -> None:
    """The running service comes first: with the processor, and when memory runs out."""
    os.nice(NICE)
    with contextlib.suppress(OSError):  # another system, or one that does not allow it
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


async def rehearse(data_dir: Path, outage_seconds: float, told: Callable[[Findings], None]) -> Findings:
    """SettingsError, OSError."""
    found = Findings()
    began = time.monotonic()
    with own_folder(data_dir) as folder:
        try:
            await _steps(folder, outage_seconds, found, told)
        except Exception:
            keep_logs(folder, data_dir)
            raise
        found["seconds"] = f"{time.monotonic() - began:.0f}"
        found["outcome"] = outcome(found).value
        if found["outcome"] != Outcome.PASSED:
            keep_logs(folder, data_dir)
    return found


async def _steps(folder: Path, outage_seconds: float, found: Findings, told: Callable[[Findings], None]) -> None:
    """Until the last one, or until there is no service left to go on with."""
    house = House(folder)
    try:
        await house.open()
        for step, run in all_steps(outage_seconds).items():
            found["steps"] = f"{found.get('steps', '')} {step.value}".strip()
            told(found)
            try:
                await run(house, found)
                if step is not Step.BOOKS:
                    house.must_run()
            except (ServiceGone, ConnectionError):
                found["cut_short"], found["detail"] = step.value, await house.fate()
                break
    finally:
        await house.close()


def as_line(found: Findings) -> str:
    return json.dumps(found, ensure_ascii=False)
