"""What stands on both phones and goes on showing how it is: /status on each, and Slack's Home tab; paused by the shell,
killed, and started again (C1 C2 C3)."""

from __future__ import annotations

from tests.e2e.house import CHANNEL, OWNER, House
from tests.e2e.processes import until

LIVE = "kept up to date until"


async def test_status_and_home_tab_follow_what_happens_and_outlive_a_kill(house: House) -> None:
    await house.open()
    telegram, slack = house.telegram, house.slack
    await slack.open_home("U1")
    await until(lambda: "U1" in slack.homes)
    assert "🟢 Trading" in slack.homes["U1"].shown
    assert slack.homes["U1"].labels[3:5] == ["Pause", "🚨 Panic"]
    await slack.open_home("U666")
    await until(lambda: "U666" in slack.homes)
    assert "KRW" not in slack.homes["U666"].shown

    telegram.say(OWNER, "/status")
    await slack.command("U1", "status", channel=CHANNEL)
    await until(lambda: house.telegrams("As of ") and house.slacks("As of "))
    message, twin = house.telegrams("As of ")[0], house.slacks("As of ")[0]
    await house.say("/pause")
    await until(lambda: "🟡 Paused" in slack.homes["U1"].shown and "Resume" in slack.homes["U1"].labels)
    await until(lambda: "🟡 Paused" in message.text and "🟡 Paused" in twin.shown, 30.0)
    assert LIVE in message.text
    assert LIVE in twin.shown

    assert house.service is not None
    await house.service.kill()
    await house.open_service()
    await house.say("/resume")
    await until(lambda: "🟢 Trading" in message.text and "🟢 Trading" in twin.shown, 30.0)
    assert len(house.telegrams("As of ")) == len(house.slacks("As of ")) == 1

    await until(lambda: "🟢 Trading" in slack.homes["U1"].shown, 15.0)  # nobody opened it again
    await slack.press_home("U1", "🚨 Panic")
    await until(lambda: "✅ Do it" in slack.homes["U1"].labels)
    await slack.press_home("U1", "✅ Do it")
    await until(lambda: "Panic done" in slack.homes["U1"].shown)
