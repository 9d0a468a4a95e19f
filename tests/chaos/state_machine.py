"""The state machine over execution and ledger by one command, from the top of the repository:

    .venv/bin/python tests/chaos/state_machine.py --steps 10000 --seed 1

After every step what must hold is held against rows and venue. Exit code 1, and the shortest way found to the failure,
when it does not."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
import time
import traceback
import types
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
if "tests" not in sys.modules:  # another distribution installs a package of this name
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests

import structlog  # noqa: E402
from hypothesis import HealthCheck, seed, settings  # noqa: E402
from hypothesis.stateful import run_state_machine_as_test  # noqa: E402

from tests.chaos.ledger_machine import CAME_TO_PASS, STEPS, Trading, TradingOnDisk  # noqa: E402

LONGEST = 50
"""Steps of one example."""
ROUND = 40
"""Examples of one round in memory; every third round has a quarter as many, with SQLite."""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="tests/chaos/state_machine.py", description=(__doc__ or "").partition("\n")[0]
    )
    parser.add_argument("--steps", type=int, default=10_000, help="at least so many, counted as they are carried out")
    parser.add_argument("--seed", type=int, default=1, help="of the first round; each further one has the next")
    return parser.parse_args(arguments)


def play_round(number: int, first_seed: int) -> None:
    """Raises what the first failing example raised, once Hypothesis has made that as short as it can."""
    disk = number % 3 == 2
    kind = type("Round", (TradingOnDisk if disk else Trading,), {})  # a seed is set on a class, once
    limits = settings(
        max_examples=ROUND // 4 if disk else ROUND,
        stateful_step_count=LONGEST,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(first_seed + number)(kind), settings=limits)


def table(title: str, counts: Counter[str]) -> str:
    rows = [f"  {name:<36}{times:>8,}" for name, times in sorted(counts.items())]
    return "\n".join([title, *rows])


def run(options: argparse.Namespace) -> int:
    print(f"again: .venv/bin/python tests/chaos/state_machine.py --steps {options.steps} --seed {options.seed}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.getLogger(asyncio.__name__).setLevel(logging.CRITICAL + 1)  # a killed process leaves tasks unasked
    began, number, failures = time.monotonic(), 0, 0
    while STEPS.total() < options.steps and not failures:
        try:
            play_round(number, options.seed)
        except Exception:  # noqa: BLE001
            failures += 1
            print(f"round with seed {options.seed + number}:")
            traceback.print_exc(file=sys.stdout)
        number += 1
        print(f"{STEPS.total():>8,} steps in {time.monotonic() - began:.0f} s", flush=True)
    print(table("steps by rule", STEPS))
    print(table("what came to pass", CAME_TO_PASS))
    print(f"seed {options.seed}, {number} rounds, {CAME_TO_PASS['examples']:,} examples, {STEPS.total():,} steps")
    print(f"failures {failures}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(run(parse()))
