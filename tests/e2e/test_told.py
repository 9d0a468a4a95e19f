"""From outside: alerts reach who asked and survive a kill, kinds go to a topic and a channel, commands of an outage
wait in one message (C2 C3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.e2e.house import CHANNEL, OWNER, House
from tests.e2e.processes import until
from trader.model.seoul import SEOUL

VIEWER = 43


async def test_alerts_rules_and_commands_over_a_kill(house: House) -> None:
    """A viewer's alert on a market nobody trades; trades are sent to a topic and a channel; the service is killed,
    commands come meanwhile, the price moves; started again it tells the alert once and lists the commands."""
    house.more = {"TELEGRAM_VIEWERS": str(VIEWER), "MARKETS": "KRW-BTC"}
    await house.open()
    house.telegram.say(VIEWER, "/alerts ETH +3% 1h")
    house.telegram.say(VIEWER, "/alerts ETH 1")
    await until(lambda: len(house.telegrams("Alert set")) == 2)
    house.telegram.say(OWNER, "/notify trades -> telegram:-100/7, slack:C9")
    await until(lambda: any(m.chat_id == -100 and m.topic == 7 for m in house.telegram.messages))
    await until(lambda: any(m.channel == "C9" for m in house.slack.messages))

    house.telegram.say(OWNER, "/buy BTC 100000")
    await until(lambda: house.telegrams("Proposal"))
    house.telegram.press(OWNER, house.telegrams("Proposal")[-1], "✅ Approve")
    await until(lambda: any(m.topic == 7 and "In: Bitcoin" in m.text for m in house.telegram.messages))
    assert {m.chat_id for m in house.telegrams("In: Bitcoin")} == {-100}
    await until(lambda: any("In: Bitcoin" in m.shown for m in house.slack.messages))
    assert {m.channel for m in house.slacks("In: Bitcoin")} == {"C9"}

    assert house.service is not None
    await house.service.kill()
    await house.jump("KRW-ETH", "1.05")
    for line in ("/status", "/pause", "/buy ETH 50000", "/stop"):
        house.telegram.say(OWNER, line, age=300)
    await house.open_service()
    await until(lambda: house.telegrams("Not run"), 20)
    (listed,) = house.telegrams("Not run")
    assert [line.split(" · ")[0] for line in listed.text.splitlines()[1:4]] == [
        "▸ /pause",
        "▸ /stop",
        "▸ /buy ETH 50000",
    ]
    await until(
        lambda: any(m.chat_id == VIEWER and "up 3%" in m.text and "🔔 E" in m.text for m in house.telegram.messages), 20
    )
    assert [m.chat_id for m in house.telegrams("🔔 Ethereum")] == [VIEWER]
    house.telegram.press(OWNER, listed, "▶ /pause")
    await until(lambda: house.rows("SELECT 1 FROM events WHERE kind = 'state_changed' AND data LIKE '%reducing%'"))

    await house.service.kill()
    await house.open_service()
    await house.told("Started")
    assert len(house.telegrams("🔔 Ethereum")) == 1
    assert len(house.telegrams("Not run")) == 1
    assert house.rows("SELECT state, count(*) FROM alerts GROUP BY state ORDER BY state") == [
        ("active", 1),
        ("fired", 1),
    ]
    assert not any(m.channel == CHANNEL for m in house.slacks("In: Bitcoin"))


async def test_what_quiet_hours_hold_back_is_not_called_a_fault(house: House) -> None:
    """It is quiet now; a change made at the machine waits for the morning, and /health says so."""
    await house.open()
    now = datetime.now(UTC).astimezone(SEOUL)
    hours = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    house.telegram.say(OWNER, f"/quiet {hours}")
    await until(lambda: house.telegrams("🌙"))
    assert (await house.say("/set order_fraction 3%"))["tone"] == "ok"
    await until(lambda: house.rows("SELECT 1 FROM outbox WHERE channel = 'telegram' AND sent_at IS NULL"))
    await until(lambda: not house.rows("SELECT 1 FROM outbox WHERE channel = 'slack' AND sent_at IS NULL"))
    said = (await house.say("/health"))["text"]
    assert "▫️ Held back by quiet hours – 1" in said
    assert " · Messages to send · " in said
