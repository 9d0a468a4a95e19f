"""A dispatcher over the fake desk, in each language."""

from __future__ import annotations

import pytest

from tests.chatbot.chat_bench import Bench


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write the golden messages anew")


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture
def korean() -> Bench:
    return Bench(language="ko")
