"""Long lists in pages: which rows, and the buttons to the pages beside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from chatbot.wording import Words
from trader.errors import UserInputError

T = TypeVar("T")

MOST_ROWS = 50


def rows(count: int | None, default: int, most: int = MOST_ROWS) -> int:
    """How many on a page. UserInputError: count-range."""
    wanted = default if count is None else count
    if not 1 <= wanted <= most:
        raise UserInputError("count-range", value=wanted, low=1, high=most)
    return wanted


def cut(found: Sequence[T], size: int) -> tuple[Sequence[T], bool]:
    """The page, and whether there is more. Ask for one more than a page to know."""
    return found[:size], len(found) > size


def turns(line: str, page: int, more: bool, words: Words) -> list[tuple[str, str]]:
    """(label, command line) of the buttons to newer and older rows; `line` is the command without its page."""
    newer = [(words("button-newer"), line if page == 2 else f"{line} page {page - 1}")] if page > 1 else []
    return newer + ([(words("button-older"), f"{line} page {page + 1}")] if more else [])
