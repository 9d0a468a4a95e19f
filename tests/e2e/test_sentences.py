"""A sentence on the phone: card, ✅, an order at the exchange; and what is no instruction leaves it alone (C2)."""

from __future__ import annotations

from decimal import Decimal

from tests.e2e.house import OWNER, House
from tests.e2e.processes import until


async def test_a_sentence_becomes_an_order_at_the_exchange_by_its_button(house: House) -> None:
    await house.open()
    for said in ("비트코인 10만원어치 사지 마", "친구가 비트코인 10만원어치 사라던데", "비트코인 10만 사줘"):
        house.telegram.say(OWNER, said)
    house.telegram.say(OWNER, "비트코인 10만원어치 사줘", forward_origin={"type": "user", "date": 1})
    house.telegram.say(OWNER, "비트코인 3천원어치 사줘")
    await until(lambda: house.telegrams("Denied"), 10, lambda: [m.text for m in house.telegram.messages])
    assert house.telegrams("Proposal") == []

    house.telegram.say(OWNER, "비트코인 10만원어치 사줘")
    await until(lambda: house.telegrams("Proposal"))
    [card] = house.telegrams("Proposal")
    assert "↪ /buy KRW-BTC 100,000 KRW" in card.text
    assert (await house.state())["orders"] == []

    house.telegram.press(OWNER, card, "✅ Approve")
    await house.told("In: Bitcoin")
    [order] = (await house.state())["orders"]
    assert Decimal(await house.holding("BTC")) > 0
    assert order["side"] == "bid"

    await house.slack.command("U1", "비트코인 절반 팔아")
    await until(lambda: house.slacks("↪ /sell KRW-BTC 50%"))
    house.telegram.say(OWNER, "제발 좀 멈춰")
    await until(lambda: house.telegrams("↪ /pause"))
    assert (await house.say("상태 어때"))["data"]["state"] == "reducing"
