"""Room for a drill: the least of what the machine and each limit above the process leave (promise 8)."""

from __future__ import annotations

from pathlib import Path

import pytest

from chatbot.drill.memory import NEEDED_MEGABYTES, available_megabytes, check_room
from trader.errors import UserInputError

MB = 2**20


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    folder = tmp_path / "proc"
    (folder / "self").mkdir(parents=True)
    (folder / "meminfo").write_text("MemTotal:  1000000 kB\nMemAvailable:  614400 kB\n")
    (folder / "self/cgroup").write_text("1:cpu:/\n0::/system.slice/trader.service\n")
    return folder


def group(folder: Path, used: int, *, high: str = "max", most: str = "max", files: int = 0) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "memory.current").write_text(f"{used * MB}\n")
    (folder / "memory.high").write_text(f"{high}\n")
    (folder / "memory.max").write_text(f"{most}\n")
    (folder / "memory.stat").write_text(f"anon 1\ninactive_file {files * MB}\n")


def test_without_limits_it_is_what_the_machine_has(proc: Path, tmp_path: Path) -> None:
    assert available_megabytes(proc, tmp_path / "none") == 600
    group(tmp_path / "groups/system.slice/trader.service", 150)
    assert available_megabytes(proc, tmp_path / "groups") == 600


def test_the_units_limit_counts_without_files_kept_for_speed(proc: Path, tmp_path: Path) -> None:
    """400 MB, 190 used, 40 of these are files that can be dropped."""
    group(tmp_path / "groups/system.slice/trader.service", 190, high=str(400 * MB), files=40)
    assert available_megabytes(proc, tmp_path / "groups") == 250


def test_a_limit_further_up_counts_too(proc: Path, tmp_path: Path) -> None:
    group(tmp_path / "groups/system.slice/trader.service", 150, high=str(400 * MB))
    group(tmp_path / "groups/system.slice", 400, most=str(500 * MB))
    assert available_megabytes(proc, tmp_path / "groups") == 100


def test_refused_when_it_does_not_fit() -> None:
    check_room(None)
    check_room(NEEDED_MEGABYTES)
    with pytest.raises(UserInputError) as refused:
        check_room(180.4)
    assert (refused.value.key, refused.value.params) == ("drill-no-room", {"free": "180", "needed": "240"})


def test_no_such_figures_on_this_system(tmp_path: Path) -> None:
    assert available_megabytes(tmp_path, tmp_path) is None
