"""A drill by hand, on a terminal: each step as it is over, or findings as lines of JSON (the last one is whole)."""

from __future__ import annotations

from pathlib import Path

from chatbot.drill import report
from chatbot.drill.judging import Outcome
from chatbot.drill.memory import available_megabytes, check_room
from chatbot.drill.rehearsal import as_line, run_drill
from chatbot.drill.steps import Findings
from chatbot.wording import Words


def print_drill(data_dir: Path, words: Words, outage_seconds: float, as_json: bool) -> bool:
    """Whether it passed. UserInputError: no room for it; SettingsError, OSError."""
    check_room(available_megabytes())
    shown: list[str] = []

    def told(found: Findings) -> None:
        if as_json:
            print(as_line(found), flush=True)
            return
        new = report.done(found, words)[len(shown) :]
        shown.extend(new)
        print(*new, sep="\n", end="\n" if new else "", flush=True)

    found = run_drill(data_dir, outage_seconds, told)
    if as_json:
        print(as_line(found))
    else:
        rest = report.lines(found, words)[len(shown) :]
        title = words.lenient("notice-drill-finished", {**found, "seconds": words.span(float(found["seconds"]))})
        print(*rest, title, sep="\n")
    return found["outcome"] == Outcome.PASSED
