"""The crash machine by one command, from the top of the repository:

    .venv/bin/python tests/chaos/run.py --kills 500 --seed 1

Exit code 1 and the folder with books and logs when there was a defect."""

from __future__ import annotations

import argparse
import asyncio
import signal
import statistics
import sys
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

from chatbot.drill.compare import KINDS  # noqa: E402
from tests.chaos.machine import Machine  # noqa: E402
from tests.chaos.tally import Plan, Tally  # noqa: E402


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="tests/chaos/run.py", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--kills", type=int, default=500, help="lives that end by SIGKILL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=60.0, help="no further life after this")
    parser.add_argument("--machines", type=int, default=1, help="side by side, with the seeds that follow")
    parser.add_argument("--no-faults", action="store_true", help="the exchange behaves; only the service dies")
    return parser.parse_args(arguments)


def table(tallies: Sequence[Tally]) -> str:
    """Figures for people, all machines together."""

    def total(name: str) -> Counter[str]:
        whole: Counter[str] = Counter()
        for tally in tallies:
            whole.update(getattr(tally, name))
        return whole

    def row(title: str, counts: Counter[str]) -> str:
        return f"{title:<18}{sum(counts.values()):>7}   " + ", ".join(f"{n} {k}" for k, n in sorted(counts.items()))

    def times(title: str, values: Sequence[float]) -> str:
        middle, longest = statistics.median(values or [0]), max(values, default=0)
        return f"{title:<18}{middle:>7.3f}   seconds (median), longest {longest:.2f}"

    def of(name: str) -> int:
        return sum(getattr(tally, name) for tally in tallies)

    ready, answers = ([v for t in tallies for v in getattr(t, name)] for name in ("ready", "answers"))
    defects = Counter(defect.kind for tally in tallies for defect in tally.defects)
    lines = [
        f"{'lives':<18}{of('lives'):>7}   in {max(t.seconds for t in tallies) / 60:.1f} minutes",
        f"{'kills':<18}{of('kills'):>7}",
        row("ends", total("ends")),
        f"{'orders there':<18}{of('orders'):>7}",
        row("orders here", total("states")),
        row("  asked for by", total("origins")),
        f"{'  in doubt':<18}{of('doubted'):>7}   {of('surfaced')} surfaced after they had been given up",
        f"{'fills':<18}{of('fills'):>7}",
        row("faults struck", total("faults")),
        row("commands", total("commands")),
        row("refusals", total("refusals")),
        row("errors logged", total("errors")),
        times("ready in", ready),
        times("answers in", answers),
        f"{'defects':<18}{sum(defects.values()):>7}",
        *(f"  {kind:<28}{defects[kind]:>5}" for kind in KINDS),
    ]
    return "\n".join(lines)


async def run(options: argparse.Namespace) -> int:
    seeds = range(options.seed, options.seed + options.machines)
    kills = -(-options.kills // options.machines)
    plans = [Plan(seed, kills, options.minutes, not options.no_faults) for seed in seeds]
    again = f"--kills {options.kills} --seed {options.seed} --machines {options.machines}"
    print(f"again: .venv/bin/python tests/chaos/run.py {again}{' --no-faults' * options.no_faults}", flush=True)
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)  # so that no process is left behind
    machines = [Machine(plan, lambda text: print(text, flush=True)) for plan in plans]
    tallies = await asyncio.gather(*(machine.run() for machine in machines))
    print(table(tallies), flush=True)
    for machine, tally in zip(machines, tallies, strict=True):
        if tally.defects:
            print(f"books and logs: {machine.folder}")
    return 1 if any(tally.defects for tally in tallies) else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(run(parse())))
