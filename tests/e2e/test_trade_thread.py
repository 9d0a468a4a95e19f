"""One trade is one thread on both phones: a card that is edited in place, and under it what a person is called for;
also across a restart, and when the card was deleted (C3, R10)."""

from __future__ import annotations

from tests.e2e.house import CHANNEL, OWNER, House
from tests.e2e.processes import until
from tests.fakes.slack_server import PostedMessage
from tests.fakes.telegram_server import SentMessage

TRADE = "Bitcoin KRW-BTC"
WISH = "Why: Kim · by hand"
ASKED = "Proposal: buy Bitcoin"


def cards(house: House) -> tuple[list[SentMessage], list[PostedMessage]]:
    """What the phones show of trades: messages that say who wished for it, but the question itself."""
    told, twins = house.telegrams(WISH), house.slacks(WISH)
    return [m for m in told if ASKED not in m.text], [m for m in twins if ASKED not in m.shown]


async def shown(house: House, words: str) -> tuple[SentMessage, PostedMessage]:
    """Both cards, once they say so; there is one on each phone."""
    await until(lambda: all(cards(house)), 15)
    await until(
        lambda: words in cards(house)[0][0].text and words in cards(house)[1][0].shown,
        20,
        lambda: [m.text for m in house.telegram.messages],
    )
    [telegram], [slack] = cards(house)
    return telegram, slack


async def bought(house: House) -> None:
    house.telegram.say(OWNER, "/buy BTC 100000")
    await until(lambda: house.telegrams("Proposal"))
    house.telegram.press(OWNER, house.telegrams("Proposal")[-1], "✅ Approve")
    await house.told("In: Bitcoin")


async def test_a_trade_from_order_to_result_is_one_thread(house: House) -> None:
    """Bought, the stop pulled up by a price 4% higher, the service killed and started again, sold by the stop: one card
    on each phone says all of it at the end, the entry and the result stand under it."""
    house.more = {"TRAIL_FRACTION": "0.02", "STOP_FRACTION": "0.03", "TAKE_FRACTION": "0"}
    await house.open()
    await bought(house)
    root, twin = await shown(house, "Entry complete")
    assert root.text.startswith(f"🟢 Holding · {TRADE}")
    assert root.quiet
    entry, entry_twin = await house.told("In: Bitcoin")
    assert (entry.reply_to, entry.quiet) == (root.message_id, False)
    assert (entry_twin.thread, entry_twin.broadcast, entry_twin.channel) == (twin.ts, True, CHANNEL)
    assert "Sell all Bitcoin" in root.labels

    await house.jump("KRW-BTC", "1.04")
    await shown(house, "Stop moved → ")

    assert house.service is not None
    await house.service.kill()
    await house.open_service()
    await house.jump("KRW-BTC", "0.9")
    result, result_twin = await house.told("Out: Bitcoin")
    root, twin = await shown(house, "📒")
    assert "🏁 Trade over" in root.text
    assert (result.reply_to, result.quiet) == (root.message_id, False)
    assert result_twin.thread == twin.ts
    assert root.edits >= 2
    assert "net " in root.text
    assert [step.split()[1] for step in root.text.splitlines()[-5:]] == ["Stop", "Order:", "Filled:", "Out", "📒"]
    assert root.labels == []
    threads = {row[0] for row in house.rows("SELECT thread FROM events WHERE market = 'KRW-BTC' AND thread <> ''")}
    assert len(threads) == 1
    assert house.rows("SELECT DISTINCT thread FROM positions") == [(threads.pop(),)]


async def test_a_deleted_card_comes_back_with_the_next_step(house: House) -> None:
    """The person deletes the card: what is said next arrives, and a new card takes over the rest."""
    await house.open()
    await bought(house)
    root, twin = await shown(house, "Entry complete")
    house.telegram.delete(root)
    house.slack.delete(twin)
    assert (await house.say("/sell BTC 100% confirm"))["tone"] == "ok"
    result, result_twin = await house.told("Out: Bitcoin")
    root, twin = await shown(house, "🏁 Trade over")
    assert result.reply_to == root.message_id
    assert result_twin.thread == twin.ts
