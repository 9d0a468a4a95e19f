"""The two long verbs: `run` serves until a signal, `demo` plays for a while and sums up."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

import structlog

from chatbot.console.printer import Printer
from chatbot.console.script import read_script
from chatbot.people.access import SHELL, Role
from chatbot.people.pairing import LIFETIME
from chatbot.running import process
from chatbot.running.app import App
from chatbot.running.data_dir import make_data_dir
from chatbot.running.demo import Plan, run_demo
from chatbot.running.logs import configure
from chatbot.running.supervisor import Supervisor
from trader.settings import Settings

log = structlog.get_logger(__name__)


STOP_SECONDS = 9.0
"""An orderly end takes a second or two. What hangs longer is left behind: systemd would kill it, and rows know how to
go on."""


async def serve(settings: Settings) -> None:
    """Until SIGTERM, SIGINT, or the end of a terminal's input (Ctrl-D)."""
    terminal = sys.stdin.isatty()
    make_data_dir(settings.data_dir)
    configure(settings.data_dir / "trader.log" if terminal else None)
    stopping = asyncio.Event()
    end_when_told(stopping)
    supervisor = Supervisor()
    supervising = asyncio.create_task(supervisor.run(), name="supervisor")
    try:
        app = await _unless(stopping, App.start(settings, on_trouble=lambda text: print(text, file=sys.stderr)))
        if app is None:
            return
        supervisor.trader = app.trader
        try:
            await _serve(app, stopping, terminal)
        finally:
            leave_at_the_latest()
            supervisor.stopping()
            await app.stop()
    finally:
        supervising.cancel()


def end_when_told(stopping: asyncio.Event) -> None:
    """SIGTERM and SIGINT ask for an end, and begin to count. Python's own handlers, not the loop's: they are heard
    also while the loop is busy."""
    loop = asyncio.get_running_loop()

    def told(number: int, _frame: object) -> None:
        leave_at_the_latest()
        loop.call_soon_threadsafe(stopping.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def leave_at_the_latest(seconds: float = STOP_SECONDS) -> None:
    """Whatever is still going on then (a thread that waits for a locked database, a loop that hangs) is left behind.
    As a success: an end that was asked for must not set off the fail-safe."""
    timer = threading.Timer(seconds, _leave)
    timer.daemon = True
    timer.start()


def _leave() -> None:
    log.error("stop_took_too_long", seconds=STOP_SECONDS)
    sys.stderr.flush()
    os._exit(0)


async def _unless(stopping: asyncio.Event, start: Coroutine[None, None, App]) -> App | None:
    """The started service; None when it was told to stop before it had started."""
    starting, stop = asyncio.ensure_future(start), asyncio.ensure_future(stopping.wait())
    await asyncio.wait((starting, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not starting.done():
        starting.cancel()
        with suppress(asyncio.CancelledError):
            return await starting
        return None
    return starting.result()


async def _serve(app: App, stopping: asyncio.Event, terminal: bool) -> None:
    for line in [*slips(app), *admitted(app)]:
        print(line, file=sys.stderr)
    ready = asyncio.create_task(_say_ready(app))
    try:
        if terminal:
            await _until_first(stopping.wait(), app.talk(printer(app)))
        else:
            await stopping.wait()
    finally:
        ready.cancel()


def printer(app: App) -> Printer:
    return Printer(app.languages.words(), folder=app.settings.data_dir / "exports")


async def _say_ready(app: App) -> None:
    """A line of the log that start scripts and people wait for."""
    await app.trader.ready.wait()
    process.settle()
    log.info("ready", mode=app.settings.mode.value, seconds=round(process.age_seconds(), 2))


async def _until_first(*waits: Coroutine[Any, Any, object]) -> None:
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def slips(app: App) -> list[str]:
    """Settings that were given under a name that is none."""
    words, said = app.languages.words(), list[str]()
    for slip in Settings.slips():
        log.warning("setting_unknown", name=slip.name, nearest=slip.nearest)
        said.append(words("setting-slip-near" if slip.nearest else "setting-slip", name=slip.name, near=slip.nearest))
    return said


def admitted(app: App) -> list[str]:
    """How many owners each channel in use has. One without any gets a code that makes whoever sends it the first one:
    it is shown here, to those who can read this machine's terminal or log, and nowhere else."""
    settings, words, lines = app.settings, app.languages.words(), list[str]()
    tokens = {"telegram": settings.telegram_bot_token, "slack": settings.slack_bot_token}
    for channel in (name for name, token in tokens.items() if token.get_secret_value()):
        name, count = channel.capitalize(), len(app.access.owners(channel))
        if count:
            lines.append(words("access-owners", channel=name, count=count))
            continue
        code = app.people.pairing.issue(Role.OWNER, SHELL, channel)
        minutes = str(int(LIFETIME.total_seconds()) // 60)
        lines.append(words("access-pair", channel=name, code=code, minutes=minutes))
    return lines


async def demonstrate(
    seconds: float | None, speed: float, seed: int, replay: Path | None, commands: Path | None, as_json: bool
) -> None:
    """Notices and replies go to stdout, with `--json` to stderr, so that stdout ends with the one line of figures."""
    script = read_script(commands) if commands else ()
    configure(level=logging.ERROR)
    out = sys.stderr if as_json else sys.stdout
    plan = Plan(seconds, speed, seed, replay, tuple(script))
    result, text = await run_demo(plan, talk=not as_json and sys.stdin.isatty(), out=out)
    print(json.dumps(result, ensure_ascii=False) if as_json else text)
