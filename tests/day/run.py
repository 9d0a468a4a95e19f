"""A day of the whole service, counted, by one command from the top of the repository:

    .venv/bin/python tests/day/run.py --commands 200 --events 500 --seed 1

Exit code 1 when an event was lost, a command got no answer, something ran twice, or messages changed their order. With
`--folder` the books, the logs of the processes and what the phones showed stay there."""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
if "tests" not in sys.modules:  # another distribution installs a package of this name
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests

from tests.day.day import Day, lived  # noqa: E402
from tests.day.judge import Verdict, judge  # noqa: E402


def table(day: Day, verdict: Verdict, seconds: float) -> str:
    totals = {
        "EVENTS LOST": len(verdict.lost),
        "COMMANDS UNANSWERED": len(verdict.unanswered),
        "DONE TWICE": len(verdict.twice),
        "OUT OF ORDER": len(verdict.disorder),
    }
    lines = [f"seed {day.seed}, {seconds:.0f} s; troubles: {', '.join(day.troubles)}"]
    lines += [f"{name:52}{count:10,}" for name, count in (verdict.figures | totals).items()]
    return "\n".join([*lines, *verdict.wrong[:30]])


def phones(day: Day) -> str:
    """What both of them show in the end, to be read when something is wrong."""
    telegram = [
        f"telegram {m.chat_id} {m.message_id} ↩{m.reply_to} {m.labels}\n{m.text}\n" for m in day.house.telegram.messages
    ]
    slack = [f"slack {m.channel} {m.ts} {m.thread} {m.labels}\n{m.shown}\n" for m in day.house.slack.messages]
    asked = [
        f"{a.platform} {a.role} {a.line or 'a button'}: {a.answers()} (after: {a.after})" for a in day.phones.asked
    ]
    return "\n".join([*telegram, *slack, *asked])


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/day/run.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--commands", type=int, default=200, help="at least so many")
    parser.add_argument("--events", type=int, default=500, help="told to people, at least so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="short: a socket's path has 107 bytes at most")
    given = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="day-", ignore_cleanup_errors=True) as folder:
        kept = given.folder or Path(folder)
        kept.mkdir(parents=True, exist_ok=True)
        day = asyncio.run(lived(kept, given.seed, given.commands, given.events))
        (kept / "phones.txt").write_text(phones(day), encoding="utf-8")
        verdict = judge(day)
    print(table(day, verdict, time.monotonic() - began))
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
