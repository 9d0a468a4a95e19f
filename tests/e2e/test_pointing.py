"""A sentence no rule understands, a model that points at its words, a card, a tap, an order at the exchange (C2)."""

from __future__ import annotations

import json
from decimal import Decimal

from tests.e2e.house import OWNER, House
from tests.e2e.processes import until
from tests.fakes.model_server import ModelServer, Scene, serving

POINTED = {"action": "buy", "market_span": "비트코인", "amount_span": "10만원", "until_span": None, "what": None}


async def test_the_running_service_asks_a_model_and_waits_for_a_tap(house: House) -> None:
    answer = json.dumps({**POINTED, "question": None}, ensure_ascii=False)
    async with serving(ModelServer(answer=answer)) as model:
        house.more = {"AI_MEMBERS": "openai", "OPENAI_API_KEY": "sk-loopback", "OPENAI_BASE_URL": f"{model.url}/v1"}
        await house.open()
        house.telegram.say(OWNER, "비트코인 10만원만큼 줍줍 부탁")
        await until(lambda: house.telegrams("Proposal"), 20, lambda: [m.text for m in house.telegram.messages])
        [card] = house.telegrams("Proposal")
        assert "/buy KRW-BTC" in card.text
        assert (await house.state())["orders"] == []
        house.telegram.press(OWNER, card, "✅ Approve")
        await house.told("In: Bitcoin")
        assert Decimal(await house.holding("BTC")) > 0
        [(purpose,)] = house.rows("select json_extract(body, '$.purpose') from writings")
        assert purpose == "sentence"

        asked = len(model.requests)
        model.scenes = [Scene.HANG]
        house.telegram.say(OWNER, "아무튼 뭐랄까 거시기 좀 그렇네")
        house.telegram.say(OWNER, "제발 좀 멈춰")  # does not stand in a queue behind the one that waits
        await until(lambda: house.telegrams("/pause"), 4, lambda: [m.text for m in house.telegram.messages])
        assert (await house.say("/status"))["data"]["state"] == "reducing"
        await until(lambda: len(model.requests) > asked)
