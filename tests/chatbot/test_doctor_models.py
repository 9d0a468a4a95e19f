"""What `doctor` says of the models, over the vendors' own clients (D4)."""

from __future__ import annotations

from typing import Any

import pytest

from chatbot.running.doctor import _models
from tests.fakes.model_server import ModelServer, serving
from tests.trading_floor import settings
from trader.errors import SettingsError

PRICES = "staying=0.1/0.5 ending=0.1/0.5 gone=0.1/0.5"


async def said(**changes: Any) -> list[tuple[bool | None, str]]:
    async with serving(ModelServer()) as server:
        given = settings(
            openai_api_key="k",
            openai_base_url=f"{server.url}/v1",
            anthropic_api_key="k",
            anthropic_base_url=server.url,
            ai_prices=PRICES,
            **changes,
        )
        return [(finding.ok, finding.message) for finding in await _models(given)]


async def test_none_one_ending_one_gone() -> None:
    assert await said() == [(None, "nobody is asked: AI_MEMBERS names none")]
    assert await said(ai_members="openai anthropic", openai_model="staying", anthropic_model="ending") == [
        (True, "openai: staying, 0.1/0.5 USD per million tokens in/out"),
        (None, "anthropic: ending, 0.1/0.5 USD per million tokens in/out; ends 2027-01-14"),
    ]
    assert await said(ai_members="openai", openai_model="gone") == [
        (False, "openai: gone is not known there, or not with this key (http 404)")
    ]


@pytest.mark.parametrize(
    ("changes", "cause"), [({"ai_members": "gemini"}, "GEMINI_API_KEY"), ({"openai_model": "new"}, "AI_PRICES=new=")]
)
async def test_what_is_missing_is_named(changes: dict[str, Any], cause: str) -> None:
    with pytest.raises(SettingsError, match=cause):
        await said(**{"ai_members": "openai", **changes})
