"""The data directory: refused with the reason, and held by one service at a time (D1)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from chatbot.running.data_dir import Claim, holder_of, make_data_dir
from trader.errors import SettingsError


def test_it_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    make_data_dir(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").stat().st_mode & 0o777 == 0o700
    assert list((tmp_path / "a" / "b").iterdir()) == []


def test_a_file_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingsError, match="it is a file"):
        make_data_dir(tmp_path / "file")


def test_a_path_too_long_for_the_socket_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="too long"):
        make_data_dir(tmp_path / ("x" * 108))


def test_one_service_at_a_time(tmp_path: Path) -> None:
    """The second is told who holds it; after the release (or the death) of the first it may."""
    first = Claim(tmp_path)
    assert holder_of(tmp_path) == f"process {os.getpid()}"
    with pytest.raises(SettingsError, match=f"another service \\(process {os.getpid()}\\) is running"):
        Claim(tmp_path)
    first.release()
    Claim(tmp_path).release()
