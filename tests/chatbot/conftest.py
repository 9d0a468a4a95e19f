"""A dispatcher over the fake desk, in each language."""

from __future__ import annotations

import pytest

from tests.chatbot.chat_bench import Bench


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def korean() -> Bench:
    return Bench(language="ko")
