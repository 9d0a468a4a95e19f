"""The two long verbs: `run` serves until a signal, `demo` plays for a while and sums up."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import sys
from pathlib import Path

import structlog

from chatbot.app import App
from chatbot.console.printer import Printer
from chatbot.console.script import read_script
from chatbot.demo import Plan, run_demo
from chatbot.logs import configure
from trader.settings import Settings

log = structlog.get_logger(__name__)


async def serve(settings: Settings) -> None:
    """Until SIGTERM, SIGINT, or the end of a terminal's input (Ctrl-D)."""
    terminal = sys.stdin.isatty()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    configure(settings.data_dir / "trader.log" if terminal else None)
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    app = await App.start(settings, on_trouble=lambda text: print(text, file=sys.stderr))
    try:
        for line in admitted(app):
            print(line, file=sys.stderr)
        if terminal:
            await _until_first(stopping.wait(), app.talk(Printer(app.languages.words())))
        else:
            await stopping.wait()
    finally:
        await app.stop()


async def _until_first(*waits) -> None:  # type: ignore[no-untyped-def]
    tasks = [asyncio.ensure_future(wait) for wait in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def admitted(app: App) -> list[str]:
    """Who may talk to the bot, per channel in use; an empty list admits nobody, and that is said."""
    settings, words = app.settings, app.languages.words()
    channels = []
    if settings.telegram_bot_token.get_secret_value():
        channels.append(("Telegram", "TELEGRAM_OWNERS", settings.telegram_owners))
    if settings.slack_bot_token.get_secret_value():
        channels.append(("Slack", "SLACK_OWNERS", settings.slack_owners))
    return [
        words("access-owners", channel=name, count=len(ids))
        if ids
        else words("access-nobody", channel=name, setting=setting)
        for name, setting, ids in channels
    ]


async def demonstrate(
    seconds: float | None, speed: float, seed: int, replay: Path | None, commands: Path | None, as_json: bool
) -> None:
    """Notices and replies go to stdout, with `--json` to stderr, so that stdout ends with the one line of figures."""
    script = read_script(commands) if commands else ()
    configure(level=logging.ERROR)
    out = sys.stderr if as_json else sys.stdout
    plan = Plan(seconds, speed, seed, replay, tuple(script))
    result = await run_demo(plan, talk=not as_json and sys.stdin.isatty(), out=out)
    if as_json:
        print(json.dumps(result, ensure_ascii=False))
