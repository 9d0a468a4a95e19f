"""A thousand hostile updates on each platform, counted, by one command from the top of the repository:

    .venv/bin/python tests/hostile/run.py --count 1000 --seed 1

Exit code 1 when anything was accepted, broke, or no longer answers."""

from __future__ import annotations

import argparse
import sys
import types
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
if "tests" not in sys.modules:  # another distribution installs a package of this name
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests

from tests.hostile import on_slack, on_telegram  # noqa: E402
from tests.hostile.tally import table  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests/hostile/run.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--count", type=int, default=1000, help="updates on each platform")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tallies = [platform.attack(given.count, given.seed) for platform in (on_telegram, on_slack)]
    print(table(tallies))
    wrong = [what for tally in tallies for what in (*tally.accepted, *tally.crashes, *tally.injected)]
    print(*wrong[:20], sep="\n", end="\n" if wrong else "")
    return 1 if wrong or not all(tally.still_answers for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(main())
