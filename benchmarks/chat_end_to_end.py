"""From a person's command to the answer on the phone, with everything real: the service as a process of its own, with
its dispatcher, desk, books on disk and five markets trading on one-minute candles in a sandbox thirty times as fast as
life. The chat services are the local ones of tests/fakes in this process. Aim: p99 ≤ 50 ms.

    python benchmarks/chat_end_to_end.py [--commands N]

Each command waits for the answer before the next is sent. /status and /balance ask the exchange, /health, /positions
and /why read the books, /help neither. What the adapter alone costs is measured by chat_latency.py."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
import types
from collections.abc import Awaitable, Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
tests = types.ModuleType("tests")  # another distribution installs a package of this name
tests.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = tests

from tests.fakes.slack_server import SlackServer  # noqa: E402
from tests.fakes.telegram_server import TelegramServer  # noqa: E402

COMMANDS = ("/status", "/positions", "/health", "/why BTC", "/balance", "/help")
MARKETS = "KRW-BTC KRW-ETH KRW-XRP KRW-SOL KRW-ADA"
OWNER = 42


async def child(stack: contextlib.AsyncExitStack, *arguments: str, **options: object) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", *arguments, cwd=ROOT, **options)  # type: ignore[arg-type]

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    stack.callback(end)
    return process


async def open_house(stack: contextlib.AsyncExitStack, telegram: TelegramServer, slack: SlackServer) -> None:
    """Sandbox and service; returns when the service trades."""
    sandbox = await child(
        stack, "sandbox", "--port", "0", "--speed", "30", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert sandbox.stdout is not None
    found = re.search(r"rest=(\S+) ws=(\S+)", (await sandbox.stdout.readline()).decode())
    assert found
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="chat-")))
    settings = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(folder / "data"),
        "UPBIT_REST_URL": found[1],
        "UPBIT_WS_URL": found[2],
        "MARKETS": MARKETS,
        "STRATEGY": "sma_cross",
        "TIMEFRAME": "1m",
        "APPROVAL": "auto",
        "LANGUAGE": "en",
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "TELEGRAM_OWNERS": str(OWNER),
        "TELEGRAM_CHAT_ID": "-77",  # notices go elsewhere, so that every message to the owner is an answer
        "SLACK_BOT_TOKEN": slack.bot_token,
        "SLACK_APP_TOKEN": slack.app_token,
        "SLACK_API_URL": slack.url,
        "SLACK_OWNERS": "U1",
    }
    log = folder / "log"
    with log.open("wb") as out:
        service = await child(stack, "chatbot", "run", env=settings, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    deadline = time.monotonic() + 30
    while b"event='ready'" not in (said := log.read_bytes()):
        if service.returncode is not None or time.monotonic() > deadline:
            raise SystemExit(f"the service did not get ready:\n{said.decode()}")
        await asyncio.sleep(0.05)
    await slack.linked()
    await telegram.until(lambda: telegram.polls > 0)


async def measured(ask: Callable[[str], Awaitable[float]], commands: int) -> dict[str, list[float]]:
    """Milliseconds by command."""
    for line in COMMANDS:
        await ask(line)
    found: dict[str, list[float]] = {line: [] for line in COMMANDS}
    for n in range(commands):
        line = COMMANDS[n % len(COMMANDS)]
        found[line].append(await ask(line) * 1000)
        await asyncio.sleep(0.02)  # a person is slower still; trading gets on meanwhile
    return found


def report(name: str, found: dict[str, list[float]]) -> None:
    everything = [ms for times in found.values() for ms in times]
    for line, sample in (("all", everything), *found.items()):
        cuts = statistics.quantiles(sample, n=100, method="inclusive")
        figures = f"p50 {cuts[49]:7.2f} ms  p99 {cuts[98]:7.2f} ms  worst {max(sample):7.2f} ms"
        print(f"{name:10}{line:12}{len(sample):6}  {figures}")


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--commands", type=int, default=600, help="per chat service")
    commands = parser.parse_args().commands
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        await open_house(stack, telegram, slack)

        async def by_telegram(line: str) -> float:
            answers = len(telegram.messages)
            begun = time.monotonic()
            telegram.say(OWNER, line)
            mine = lambda: next((m for m in telegram.messages[answers:] if m.chat_id == OWNER), None)  # noqa: E731
            await telegram.until(lambda: mine() is not None)
            answer = mine()
            assert answer is not None
            return answer.at - begun

        async def by_slack(line: str) -> float:
            answers = len(slack.messages)
            begun = time.monotonic()
            await slack.command("U1", line.removeprefix("/"))
            await slack.until(lambda: len(slack.messages) > answers)
            return slack.messages[answers].at - begun

        report("telegram", await measured(by_telegram, commands))
        report("slack", await measured(by_slack, commands))


if __name__ == "__main__":
    asyncio.run(main())
