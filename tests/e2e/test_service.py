"""`run` beside a sandbox of its own, with a phone on Telegram and on Slack: commands in, trades and notices out, and
what a person may rely on when something ends or fails (C1–C4, R10, promises 1, 2 and 7)."""

from __future__ import annotations

import asyncio
import json
import signal
from decimal import Decimal

from tests.e2e.house import CHANNEL, OWNER, STRANGER, House
from tests.e2e.processes import until


async def bought(house: House, krw: int = 100_000) -> None:
    """/buy on the phone, ✅ under the ticket, until the position is told."""
    house.telegram.say(OWNER, f"/buy BTC {krw}")
    await until(lambda: house.telegrams("Proposal"))
    ticket = house.telegrams("Proposal")[-1]
    house.telegram.press(OWNER, ticket, "✅ Approve")
    await house.told("In: Bitcoin")


async def test_a_trade_from_the_phone(house: House) -> None:
    """Both phones are told of start, fill and entry; the order exists once, at the exchange and in the books."""
    await house.open()
    house.telegram.say(OWNER, "/status")
    await until(lambda: house.telegrams("Equity 10,000,000 KRW"))
    await house.slack.command("U1", "status")
    await until(lambda: house.slacks("Equity 10,000,000 KRW"))

    await bought(house)
    await house.told("Filled: buy")
    orders = (await house.state())["orders"]
    assert len(orders) == 1
    assert house.rows("SELECT count(*), count(DISTINCT client_order_id) FROM orders") == [(1, 1)]
    [(quantity,)] = house.rows("SELECT quantity FROM positions")
    assert Decimal(quantity) == Decimal(await house.holding("BTC")) > 0
    assert house.slacks("In: Bitcoin")[0].channel == CHANNEL

    reply = await house.say("/positions")
    assert reply["tone"] == "ok"
    assert "KRW-BTC" in reply["text"]
    assert (await house.say("/buy NOPE 100000"))["tone"] == "error"
    plain = await house.shell("say", "/positions")
    assert (plain.code, plain.err) == (0, "")
    assert "KRW-BTC" in plain.out
    assert (await house.shell("say", "/nonsense")).code == 1
    structured = await house.shell("say", "/positions", "--json")
    assert json.loads(structured.out).keys() >= {"text", "tone", "data", "buttons"}
    viewer = await house.shell("say", "/status", "--as", "telegram:7", "--json")
    assert viewer.code == 1
    assert "7" in json.loads(viewer.out)["text"]


async def test_strangers_and_broken_updates(house: House) -> None:
    """A stranger's command changes nothing and stands in the trail; garbage from the network harms nobody."""
    await house.open()
    house.telegram.say(STRANGER, "/stop")
    await until(lambda: house.rows("SELECT count(*) FROM events WHERE kind = 'stranger'") == [(1,)])
    await house.told("Somebody not on the list")
    for update in (
        {"update_id": "x"},
        {"message": None},
        {"message": {"text": "/stop"}},
        {"message": {"message_id": 1, "date": "yesterday", "chat": {"id": "?"}, "from": {"id": None}, "text": 5}},
        {"callback_query": {"id": 1}},
        {"callback_query": {"id": "1", "from": {"id": OWNER, "is_bot": False, "first_name": "K"}, "data": "\x00" * 64}},
        {"unheard_of": []},
    ):
        house.telegram.inject(update)
    for line in ("/buy", "/buy BTC -5", "/buy BTC 1e99", "/buy BTC NaN", "/buy BTC 0", "/sell BTC 200%", "/" * 5000):
        house.telegram.say(OWNER, line)
    house.telegram.say(OWNER, "/nonsense")
    await until(lambda: house.telegrams("nonsense"), 20)
    house.telegram.say(OWNER, "/balance")
    await until(lambda: house.telegrams("10,000,000"))
    assert (await house.say("/status"))["data"]["state"] == "active"
    assert house.rows("SELECT count(*) FROM orders") == [(0,)]
    assert house.service is not None
    assert "Traceback" not in house.service.err


async def test_one_service_and_a_clean_end(house: House) -> None:
    """A second service is refused with the reason; SIGTERM ends the first in time and is told; a restart keeps all."""
    await house.open()
    await bought(house)
    second = await house.shell("run", seconds=10)
    assert second.code == 1
    assert f"another service (process {house.service.pid if house.service else 0}) is running" in second.err

    assert house.service is not None
    levels = "SELECT position_id, market, stop, take FROM guards"
    before = house.rows(levels), house.rows("SELECT * FROM positions")
    assert len(before[0]) == len(before[1]) == 1
    done = await house.service.terminate()
    assert done.code == 0
    assert "Traceback" not in done.err
    told = (house.telegrams("The service has stopped"), house.slacks("The service has stopped"))
    assert all(told)
    assert "Open positions, not guarded while the service is off: 1" in told[0][0].text
    assert not (house.data_dir / "control.sock").exists()
    assert (await house.shell("say", "/status")).err == f"no service is running on {house.data_dir}\n"

    await house.open_service()
    reply = await house.say("/positions")
    assert "KRW-BTC" in reply["text"]
    assert (house.rows(levels), house.rows("SELECT * FROM positions")) == before
    await until(lambda: len(house.telegrams("Started")) == 2)


async def test_killed_in_the_middle(house: House) -> None:
    """kill -9 leaves a socket and a lock behind: the next start takes them over, and nothing is bought twice."""
    await house.open()
    await bought(house)
    assert house.service is not None
    await house.service.kill()
    await house.open_service()
    assert "KRW-BTC" in (await house.say("/positions"))["text"]
    assert len((await house.state())["orders"]) == 1


async def test_the_exchange_goes_and_comes_back(house: House) -> None:
    """Each stream's loss is told once, and its return; commands are answered in between."""
    await house.open()
    assert house.sandbox is not None
    await house.sandbox.kill()
    await house.told("Lost: price stream")
    assert "state" in (await house.say("/status"))["data"]
    await asyncio.sleep(2)
    await house.open_sandbox()
    await house.told("Back: price stream")
    assert [len(house.telegrams(f"Lost: {name}")) for name in ("price stream", "own-order stream")] == [1, 1]
    await bought(house)


async def test_the_phone_is_out_of_reach(house: House) -> None:
    """Trading goes on without Telegram; what happened is told there later, in order, once: the card of the trade with
    its steps, then the entry."""
    await house.open()
    await house.telegram.go_down()
    reply = await house.say("/buy BTC 100000 confirm")
    assert reply["tone"] == "ok", reply
    await until(lambda: house.slacks("In: Bitcoin"))
    assert not house.telegrams("In: Bitcoin")
    await house.telegram.come_back()
    await until(lambda: house.telegrams("In: Bitcoin"), 30)
    texts = [m.text for m in house.telegram.messages]
    order, fill, entry = (
        [n for n, text in enumerate(texts) if words in text] for words in ("Order:", "Filled:", "In:")
    )
    assert len(order) == len(entry) == 1
    assert order == fill < entry


async def test_panic_with_and_without_the_service(house: House) -> None:
    """The same button three times: through the service, past a service that hangs, and with no service at all."""
    await house.open()
    await bought(house)
    done = await house.shell("panic", "--yes")
    assert done.code == 0, done.err
    assert await house.holding("BTC") == "0"
    await house.told("Panic")

    await house.say("/resume confirm")
    assert (await house.say("/buy ETH 100000 confirm"))["tone"] == "ok"
    await until(lambda: house.rows("SELECT count(*) FROM positions WHERE closed_at IS NULL") == [(1,)])
    assert house.service is not None
    house.service.signal(signal.SIGSTOP)
    try:
        done = await house.shell("panic", "--yes")
        assert done.code == 0, done.err
        assert done.out.startswith("FLAT")
        assert f"process {house.service.pid}" in done.out
        assert await house.holding("ETH") == "0"
    finally:
        await house.service.kill()

    done = await house.shell("panic", "--yes", "--cancel-only", "--markets", "KRW-BTC")
    assert (done.code, done.out[:4]) == (0, "FLAT")
    await house.open_service()
    assert (await house.say("/status"))["data"]["state"] == "halted"
