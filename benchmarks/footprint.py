"""What the service weighs and how soon it is ready: `run` on five markets with Telegram and Slack. The exchange and
both chat services are processes of their own.

    python benchmarks/footprint.py [--seconds 60] [--imports] [--json]

VmRSS counts pages that other processes share; PSS divides those among them; private is what would be free if the
service ended. `--imports` shows what each library adds, in the order in which the service loads them. Aim: at most
150 MB resident, ready within 2 s."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARKETS = "KRW-BTC KRW-ETH KRW-XRP KRW-SOL KRW-ADA"
CHATS = """
import asyncio
async def main():
    from tests.fakes.slack_server import SlackServer
    from tests.fakes.telegram_server import TelegramServer
    async with TelegramServer() as one, SlackServer() as two:
        print(one.token, one.url, two.bot_token, two.app_token, two.url, flush=True)
        await asyncio.sleep(1e6)
asyncio.run(main())
"""


def kilobytes(pid: int) -> dict[str, int]:
    """rss, pss, private and swap of a process, and its threads' count."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text() + Path(f"/proc/{pid}/status").read_text()
    found = {name: int(value) for name, value in re.findall(r"^(\w+):\s+(\d+)", text, re.MULTILINE)}
    return {
        "rss": found["VmRSS"],
        "peak": found["VmHWM"],
        "pss": found["Pss"],
        "private": found["Private_Clean"] + found["Private_Dirty"],
        "anonymous": found["Anonymous"],
        "threads": found["Threads"],
    }


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(rows: list[dict[str, float]]) -> str:
    names = list(rows[0])
    lines = ["".join(f"{name:>12}" for name in names)]
    lines += ["".join(f"{row[name]:12.1f}" for name in names) for row in rows]
    return "\n".join(lines)


async def started(stack: contextlib.AsyncExitStack, *arguments: str, **options: object) -> asyncio.subprocess.Process:
    """A child that is ended with the benchmark, whatever happens."""
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT, **options)  # type: ignore[arg-type]

    def end() -> None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()

    stack.callback(end)
    return process


async def chats(stack: contextlib.AsyncExitStack) -> dict[str, str]:
    path = types.SimpleNamespace(
        code=f"import sys, types\nm = types.ModuleType('tests'); m.__path__ = ['{ROOT}/tests']\n"
    )
    process = await started(
        stack, "-c", f"{path.code}sys.modules['tests'] = m\n{CHATS}", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    token, url, bot, app, slack = (await process.stdout.readline()).decode().split()
    telegram = {"TELEGRAM_BOT_TOKEN": token, "TELEGRAM_API_URL": url, "TELEGRAM_OWNERS": "42"}
    return telegram | {
        "SLACK_BOT_TOKEN": bot,
        "SLACK_APP_TOKEN": app,
        "SLACK_API_URL": slack,
        "SLACK_OWNERS": "U1",
        "SLACK_CHANNEL": "C1",
    }


async def sandbox(stack: contextlib.AsyncExitStack) -> dict[str, str]:
    process = await started(stack, "-m", "sandbox", "--port", "0", stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
    found = re.search(r"rest=(\S+) ws=(\S+)", line)
    assert found, line
    return {"UPBIT_REST_URL": found[1], "UPBIT_WS_URL": found[2]}


RUN = """
import sys
from chatbot.running import process
for name in sys.argv[1].split():
    assert hasattr(process, name), name
    setattr(process, name, lambda: None)
from chatbot.running.shell import shell
shell(["run"])
"""


async def measure(seconds: float, without: str) -> dict[str, object]:
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="fp-")))
        settings = await chats(stack) | await sandbox(stack)
        settings |= {"DATA_DIR": str(folder / "data"), "MARKETS": MARKETS, "PATH": os.environ["PATH"]}
        settings |= {"TIMEFRAME": "1m", "APPROVAL": "auto", "LANGUAGE": "ko", "PYTHONPATH": str(ROOT)}
        log = folder / "log"
        with log.open("wb") as out:
            began = time.monotonic()
            service = await started(stack, "-c", RUN, without, env=settings, stdout=out, stderr=out, stdin=-3)
        while b"event='ready'" not in (said := log.read_bytes()):
            if service.returncode is not None or time.monotonic() - began > 60:
                raise SystemExit(f"it did not get ready:\n{said.decode()}")
            await asyncio.sleep(0.01)
        ready = time.monotonic() - began
        rows: list[dict[str, float]] = []
        marks = [mark for mark in (0.5, 5.0, 30.0, 60.0, 120.0, 300.0) if mark < seconds] + [seconds]
        for mark in marks:
            await asyncio.sleep(max(0.0, began + ready + mark - time.monotonic()))
            sizes = kilobytes(service.pid)
            rows.append({"after s": mark} | {k: v if k == "threads" else v / 1024 for k, v in sizes.items()})
        cpu = cpu_seconds(service.pid)
        began = time.monotonic()
        service.send_signal(signal.SIGTERM)
        await asyncio.wait_for(service.wait(), 15)
        stop = time.monotonic() - began
        return {
            "ready_seconds": round(ready, 2),
            "stop_seconds": round(stop, 2),
            "cpu_share": round(cpu / (seconds + ready), 4),
            "megabytes": rows,
        }


# ---- what costs what

STEPS = (
    "asyncio",
    "typer",
    "structlog",
    "pydantic_settings",
    "numpy",
    "msgspec",
    "websockets.asyncio.client",
    "httpx",
    "jwt",
    "upbit",
    "sqlalchemy",
    "sqlmodel",
    "apscheduler.schedulers.asyncio",
    "fluent.runtime",
    "aiohttp",
    "trader.settings",
    "trader.signals",
    "storage.sql",
    "trader.exchange.upbit.client",
    "trader.exchange.upbit.streams",
    "trader.service",
    "chatbot.dispatch",
    "chatbot.running.app",
    "chatbot.running.verbs",
    "chatbot.telegram.frontend",
    "telegram",
    "chatbot.slack.frontend",
    "chatbot.slack.api",
)

STEP = """
import sys, time, importlib
from pathlib import Path
def rss():
    return int(Path('/proc/self/statm').read_text().split()[1]) * 4 / 1024
from chatbot.running import process
process.tune()
print(f"{'python':36}{rss():8.1f} MB")
for name in sys.argv[1:]:
    before, began, count = rss(), time.perf_counter(), len(sys.modules)
    try:
        importlib.import_module(name)
    except ImportError as err:
        print(f'{name:36}  {err}')
        continue
    ms = (time.perf_counter() - began) * 1000
    print(f'{name:36}{rss() - before:+8.1f} MB{ms:8.0f} ms{len(sys.modules) - count:6d} modules')
print(f"{'all':36}{rss():8.1f} MB")
process.settle()
print(f"{'settled':36}{rss():8.1f} MB")
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--imports", action="store_true", help="what each library adds, instead of the whole")
    parser.add_argument("--without", default="", help="leave out these functions of chatbot/running/process.py")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if arguments.imports:
        subprocess.run([sys.executable, "-c", STEP, *STEPS], cwd=ROOT, check=True)
        return
    found = asyncio.run(measure(arguments.seconds, arguments.without))
    if arguments.json:
        print(json.dumps(found))
        return
    ready, stop, cpu = (found[key] for key in ("ready_seconds", "stop_seconds", "cpu_share"))
    print(f"ready after {ready} s, stopped in {stop} s, {cpu:.1%} of a core")
    print(table(found["megabytes"]))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
