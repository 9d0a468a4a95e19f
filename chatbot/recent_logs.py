"""The last log lines of this process, kept for /logs.  In: a step of the log's formatting.  Out: `LogLine`s.

Bounded in number and length; what is in them has been masked already, and is again before it leaves."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime

from structlog.typing import EventDict, WrappedLogger

KEPT = 500
LONGEST_FIELD = 120


@dataclass(frozen=True, slots=True)
class LogLine:
    """One event: when, how grave (debug … critical), what, and its fields as text, in the order they were written."""

    at: datetime
    level: str
    event: str
    fields: tuple[tuple[str, str], ...]


class RecentLogs:
    def __init__(self, kept: int = KEPT) -> None:
        self._lines: deque[LogLine] = deque(maxlen=kept)

    def keep(self, logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
        """A structlog processor that changes nothing."""
        self._lines.append(_line(event))
        return event

    def newest(self, limit: int, level: str = "debug", skip: int = 0) -> list[LogLine]:
        """Newest first, of this level or graver, after the newest `skip` of them."""
        least = _gravity(level)
        found = [line for line in reversed(list(self._lines)) if _gravity(line.level) >= least]
        return found[skip : skip + limit]


def _line(event: EventDict) -> LogLine:
    rest = {name: value for name, value in event.items() if name not in ("timestamp", "level", "event")}
    fields = tuple((name, _short(name, value)) for name, value in rest.items())
    return LogLine(_moment(event.get("timestamp")), str(event.get("level", "info")), str(event["event"]), fields)


def _short(name: str, value: object) -> str:
    """Of a traceback the last line: it says what happened."""
    text = str(value).strip()
    if name == "exception":
        text = text.splitlines()[-1] if text else ""
    return text if len(text) <= LONGEST_FIELD else f"{text[: LONGEST_FIELD - 1]}…"


def _moment(stamp: object) -> datetime:
    return datetime.fromisoformat(stamp) if isinstance(stamp, str) else datetime.now(UTC)


def _gravity(level: str) -> int:
    return logging.getLevelNamesMapping().get(level.upper(), logging.INFO)


RECENT = RecentLogs()
"""Of this process: logging is the whole process's too."""
