"""A short day, lived once: its figures, and what they become when something is taken away from it or doubled."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.day.day import Day, lived


@pytest.fixture(scope="session")
def short_day() -> Iterator[Day]:
    with tempfile.TemporaryDirectory(prefix="day-", ignore_cleanup_errors=True) as folder:
        yield asyncio.run(lived(Path(folder), seed=1, commands=20, events=50, brief=True))
