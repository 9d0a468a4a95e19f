"""Every ending of a call over every wire, down to the order: the page says what happens, and nothing else happens."""

from __future__ import annotations

from pathlib import Path

from tests.advice import endings

PAGE = Path(__file__).resolve().parents[2] / "docs" / "model-endings.md"


async def test_the_page_is_what_happens() -> None:
    found = await endings.look()
    assert endings.wrong(found) == []
    assert PAGE.read_text(encoding="utf-8") == endings.page(found), (
        "run: python tests/advice/endings.py --out docs/model-endings.md"
    )


def test_a_cell_that_is_not_as_it_must_be_is_found() -> None:
    right = {key: getattr(endings.ENDINGS[0], key) for key in endings.FIELDS}
    seen = endings.Seen(**{**right, "buy": "buys 500,000"})
    found = {ending.name: {} for ending in endings.ENDINGS} | {"a good answer": {"openai": seen}}
    assert endings.wrong(found) == ["a good answer, openai: buy is 'buys 500,000', not 'buys 200,000'"]
