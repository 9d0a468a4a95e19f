"""What came of an attack: how much of each kind was sent, what was accepted, what broke."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from structlog.testing import capture_logs

from tests.chatbot.chat_bench import Bench
from trader.model.events import EventKind

REFUSED = frozenset(
    {
        "Forbidden",
        "argument-extra",
        "argument-missing",
        "button-unknown",
        "command-unknown",
        "confirmation-gone",
        "confirmation-other",
        "line-too-long",
        "pairing-dead",
        "pairing-locked",
        "pairing-none",
        "pairing-public",
        "pairing-wrong",
        "person-unknown",
        "ticket-unknown",
    }
)
"""Outcomes in the audit trail that say: nothing came of it."""
EXPECTED = frozenset({"slack_malformed_envelope"})
"""Logged as an error, and meant to be: what was malformed, with its traceback, was left aside."""


@dataclass(slots=True)
class Tally:
    """`accepted` and `crashes` say what, so that a failing test tells it."""

    platform: str
    sent: Counter[str] = field(default_factory=Counter)
    accepted: list[str] = field(default_factory=list)
    crashes: list[str] = field(default_factory=list)
    injected: list[str] = field(default_factory=list)
    still_answers: bool = False
    seconds: float = 0.0

    def rows(self) -> Iterator[tuple[str, str, int]]:
        for kind, count in sorted(self.sent.items()):
            yield self.platform, kind, count

    @property
    def total(self) -> int:
        return sum(self.sent.values())


class Watch:
    """The state of things before the attack, and what is different after it."""

    @classmethod
    async def begin(cls, bench: Bench) -> Watch:
        await bench.dispatcher.close()  # what was collected so far is written
        return cls(bench)

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._calls = len(bench.desk.calls)
        self._recorded = len(bench.desk.recorded)

    async def accepted(self) -> list[str]:
        bench = self._bench
        await bench.dispatcher.close()
        found = [f"desk: {call}" for call in bench.desk.calls[self._calls :]]
        found += [f"person: {m.key} {m.role}" for m in await bench.storage.read(lambda r: r.people.all())]
        trail = [e for e in bench.desk.recorded[self._recorded :] if e.kind in (EventKind.COMMAND, EventKind.LOOKED)]
        found += [f"{e.data}" for e in trail if e.data["outcome"] not in REFUSED]
        return found


@contextmanager
def crashes(tally: Tally) -> Iterator[None]:
    """Collects what was logged as an error."""
    with capture_logs() as logs:
        yield
    tally.crashes += list(_errors(logs))


def _errors(logs: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    for line in logs:
        if line["log_level"] in ("error", "critical") and line["event"] not in EXPECTED:
            yield f"{line['event']} {line.get('exc_info') or ''} {line.get('cause') or ''}"


def table(tallies: Iterable[Tally]) -> str:
    lines = [f"{'platform':10} {'what was sent':28} {'updates':>8}"]
    for tally in tallies:
        lines += [f"{platform:10} {kind:28} {count:8}" for platform, kind, count in tally.rows()]
        lines.append(
            f"{tally.platform:10} {'in all':28} {tally.total:8}   accepted {len(tally.accepted)}, crashes"
            f" {len(tally.crashes)}, markup injected {len(tally.injected)}, still answers:"
            f" {'yes' if tally.still_answers else 'NO'}, {tally.seconds:.1f} s"
        )
    return "\n".join(lines)
