"""S10, E11: the last log lines for /logs: bounded, readable, without keys."""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from chatbot.recent_logs import RecentLogs

ROOT = Path(__file__).parents[2]


def keep(logs: RecentLogs, level: str, event: str, **fields: object) -> None:
    logs.keep(None, level, {"event": event, "level": level, "timestamp": "2026-10-05T03:00:00Z", **fields})


def test_newest_first_of_a_level_and_what_is_graver() -> None:
    logs = RecentLogs()
    for number, level in enumerate(("info", "warning", "error", "info")):
        keep(logs, level, f"event_{number}")
    assert [line.event for line in logs.newest(10)] == ["event_3", "event_2", "event_1", "event_0"]
    assert [line.event for line in logs.newest(10, "warning")] == ["event_2", "event_1"]
    assert [line.event for line in logs.newest(1, "warning", skip=1)] == ["event_1"]
    assert logs.newest(1)[0].at == datetime(2026, 10, 5, 3, 0, tzinfo=UTC)


def test_bounded_in_number_and_length() -> None:
    logs = RecentLogs(kept=3)
    for number in range(10):
        keep(logs, "info", f"event_{number}", text="x" * 5_000)
    lines = logs.newest(100)
    assert [line.event for line in lines] == ["event_9", "event_8", "event_7"]
    assert all(len(value) == 120 for line in lines for _, value in line.fields)


def test_of_a_traceback_the_last_line() -> None:
    logs = RecentLogs()
    keep(logs, "error", "broke", exception="Traceback …\n  File …\nValueError: no such thing")
    assert logs.newest(1)[0].fields == (("exception", "ValueError: no such thing"),)


def test_everything_that_is_logged_is_kept_once_and_masked() -> None:
    """Ours through structlog and a library's through logging; in a process of its own, for logging is global."""
    code = """
import json, logging, structlog
from chatbot.running.logs import configure
from chatbot.recent_logs import RECENT
configure()
structlog.get_logger("ours").warning("order_sent", token="7000000001:LOCAL-telegram-token-for-tests-0123456")
logging.getLogger("library").error("failed %s", "twice")
structlog.get_logger("ours").debug("not written")
print(json.dumps([[line.level, line.event, line.fields] for line in RECENT.newest(10)]))
"""
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True, timeout=60, encoding="utf-8"
    )
    assert json.loads(run.stdout) == [
        ["error", "failed twice", []],
        ["warning", "order_sent", [["token", "***"]]],
    ]
