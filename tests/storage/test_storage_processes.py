"""Several processes on one file, and a process killed in the middle: only whole transactions are ever seen."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

from storage.sql import open_storage

ROOT = Path(__file__).parents[2]

PAIRS = """
import asyncio, sys
from storage.sql import open_storage

async def main(url, name, count):
    storage = await open_storage(url, busy_seconds=30.0)
    def pair(n):
        def put(records):
            records.notes.put(f"{name}-left", n)
            records.notes.put(f"{name}-pad", "x" * 4000 * (n % 7))
            records.notes.put(f"{name}-right", n)
        return put
    for n in range(count):
        await storage.write(pair(n))
        print(n, flush=True)
    await storage.close()

asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


def writer(url: str, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PAIRS, url, name, str(count)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


async def test_killed_in_the_middle_of_writing_only_whole_transactions_remain(tmp_path: Path) -> None:
    """`kill -9` after at least 50 commits: both notes of the last pair are there and equal, and nothing that was
    reported as committed is lost."""
    url = f"sqlite:///{tmp_path}/trader.sqlite3"
    child = writer(url, "a", 1_000_000)
    assert child.stdout is not None
    committed = -1
    while committed < 50:
        committed = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    reported = [int(line) for line in child.stdout.read().split("\n") if line.strip()]
    child.wait(timeout=10)
    storage = await open_storage(url)
    left, right = await storage.read(lambda r: (r.notes.get("a-left"), r.notes.get("a-right")))
    await storage.close()
    assert left == right
    assert left >= max([committed, *reported])


async def test_two_processes_on_one_file_do_not_disturb_each_other(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/trader.sqlite3"
    storage = await open_storage(url, busy_seconds=30.0)
    child = writer(url, "child", 200)
    for n in range(200):
        await storage.write(lambda r, n=n: r.notes.put("here", n))
    output, _ = await asyncio.to_thread(child.communicate, timeout=60)
    assert child.returncode == 0
    assert output.split() == [str(n) for n in range(200)]
    notes = await storage.read(lambda r: [r.notes.get(key) for key in ("here", "child-left", "child-right")])
    assert notes == [199, 199, 199]
    await storage.close()
    again = await open_storage(url)  # quick_check passes
    await again.close()


async def test_two_programs_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/trader.sqlite3"
    children = [writer(url, name, 20) for name in ("a", "b")]
    for child in children:
        await asyncio.to_thread(child.communicate, timeout=60)
    assert [child.returncode for child in children] == [0, 0]


def output_of(code: str) -> str:
    command = [sys.executable, "-c", code]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True).stdout.strip()


def test_the_running_program_loads_neither_alembic_nor_pandas() -> None:
    """Opening and writing cost the daemon no migration tool (12 MB) and no other database's driver."""
    code = """
import asyncio, sys, tempfile
from storage.sql import open_storage
async def main():
    with tempfile.TemporaryDirectory() as d:
        storage = await open_storage(f"sqlite:///{d}/trader.sqlite3")
        await storage.write(lambda r: r.notes.put("a", 1))
        await storage.close()
asyncio.run(main())
print([name for name in ("alembic", "mako", "pandas", "numpy", "psycopg") if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_memory_store_needs_no_database_library() -> None:
    code = "import storage.memory, sys; print('sqlalchemy' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"
