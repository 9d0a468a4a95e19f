"""Passes over a market, told without repeating: equal ones that follow each other as one, and counts.  Pure.

In: journal entries. Out: `PassRun`, `PassCount`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from trader.model.events import JournalEntry
from trader.model.views import PassCount, PassRun


def runs(entries: Iterable[JournalEntry]) -> list[PassRun]:
    """Entries (newest first) as stretches of equal outcome, newest first; each shows its newest entry."""
    found: list[PassRun] = []
    for entry in entries:
        if found and _outcome(found[-1].entry) == _outcome(entry):
            found[-1] = replace(found[-1], since=entry.at, count=found[-1].count + 1)
        else:
            found.append(PassRun(entry, entry.at, 1))
    return found


def counts(entries: Sequence[JournalEntry]) -> list[PassCount]:
    """How often each strategy's passes ended where; the strategy that spoke last first, then the most frequent. A pass
    that several limits stopped counts for each of them."""
    strategies = list(dict.fromkeys(entry.strategy for entry in entries))
    found = []
    for strategy in strategies:
        own = [entry for entry in entries if entry.strategy == strategy]
        ends = Counter((entry.stage, code) for entry in own for code in _codes(entry))
        denied = sum(1 for entry in own if entry.stage == "risk")
        found.append(PassCount(strategy, len(own), denied, tuple((*end, n) for end, n in ends.most_common())))
    return found


def _codes(entry: JournalEntry) -> list[str]:
    return entry.code.split() if entry.stage == "risk" else [entry.code]


def _outcome(entry: JournalEntry) -> tuple[str, str, str, str]:
    """A sale and a buy that were asked for are not the same; figures that differ a little are."""
    return entry.strategy, entry.stage, entry.code, entry.details.get("side", "")
