"""The button while the exchange does not answer: it answers at once, survives a crash of the service, and ends flat by
itself; each phone reads of the end once (promises 1 and 3, C2, C3)."""

from __future__ import annotations

import json

from tests.e2e.house import OWNER, House
from tests.e2e.processes import until
from tests.e2e.test_panic_ways import hold
from tests.e2e.venue_controls import fault, no_faults, rest_a_buy


async def test_pressed_in_an_outage_it_ends_by_itself_after_a_crash(house: House) -> None:
    await house.open()
    await hold(house, "BTC", "XRP")
    await rest_a_buy(house)
    await fault(house, "timeout", times=0, seconds=60, match={"path": "/v1/*"})
    await fault(house, "ws_disconnect", seconds=60)

    house.telegram.say(OWNER, "/panic")
    await until(lambda: house.telegrams("Panic (everything)"))
    house.telegram.press(OWNER, house.telegrams("Panic (everything)")[-1], "✅ Do it")
    await until(lambda: house.telegrams("Buying is locked. Cancelling and selling go on."), 5)
    answer = house.telegrams("Cancelling and selling go on.")[0].text
    assert "exchange out of reach – trying until it works." in answer
    assert "Not yet: Bitcoin KRW-BTC" in answer
    assert "Not yet: XRP KRW-XRP" in answer

    buying = await house.say("/buy ETH 100000")
    assert buying["tone"] == "error"
    assert (await house.say("/status"))["text"].splitlines()[1].startswith("🚨 Panic under way for ")

    assert house.service is not None
    await house.service.kill()
    service = await house.open_service(ready=False)
    await service.said("panic_goes_on")
    await no_faults(house)
    phone, channel = await house.told("Panic: flat", 40)
    assert [await house.holding(coin) for coin in ("BTC", "XRP")] == ["0", "0"]
    assert [order["state"] for order in (await house.state())["orders"]].count("wait") == 0
    assert "Telegram 42" not in phone.text, "people are called by their names"
    assert len(house.telegrams("Panic: flat")) == len(house.slacks("Panic: flat")) == 1
    assert channel.text
    assert json.loads(house.rows("SELECT value FROM notes WHERE key = 'panics'")[0][0]) == []
    assert (await house.say("/status"))["data"]["state"] == "halted"


async def test_without_an_outage_whoever_pressed_reads_of_it_once(house: House) -> None:
    """The receipt in the chat it was pressed in; a message in the other."""
    await house.open()
    await hold(house, "BTC")
    house.telegram.say(OWNER, "/panic")
    await until(lambda: house.telegrams("Panic (everything)"))
    house.telegram.press(OWNER, house.telegrams("Panic (everything)")[-1], "✅ Do it")
    await until(lambda: house.telegrams("✅ Panic done: flat"))
    await until(lambda: house.slacks("Panic: flat"))
    assert house.telegrams("Panic: flat") == []
