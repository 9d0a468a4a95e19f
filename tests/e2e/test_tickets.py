"""Questions on both phones, as people meet them: a strategy asks, somebody answers, or nobody does (C2 C3 R7).

The sandbox lives 40 times as fast; the strategy wants to be in the market at every close of a minute."""

from __future__ import annotations

import json
from decimal import Decimal

from tests.e2e.house import CHANNEL, OWNER, House
from tests.e2e.processes import until
from tests.fakes.slack_server import PostedMessage
from tests.fakes.telegram_server import SentMessage

ASKING = {"TIMEFRAME": "1m", "MARKETS": "KRW-BTC", "APPROVAL": "ask-all", "VOLATILITY_BLOCK_FRACTION": "0"}
QUESTION = "Proposal: buy Bitcoin KRW-BTC"
FIRST = ["✅ Approve", "½ Half", "❌ Reject"]


async def open_house(house: House, **settings: str) -> None:
    house.more = ASKING | settings
    await house.open_sandbox("--speed", "40")
    await house.open_service()


def waiting(house: House) -> tuple[list[SentMessage], list[PostedMessage]]:
    """Questions with their buttons, as both phones show them now."""
    telegrams = [m for m in house.telegrams(QUESTION) if m.labels == FIRST]
    return telegrams, [m for m in house.slacks(QUESTION) if m.labels == FIRST]


async def asked(house: House, seconds: float = 20.0) -> tuple[SentMessage, PostedMessage]:
    await until(lambda: all(waiting(house)), seconds, lambda: [m.text for m in house.telegram.messages])
    telegrams, slacks = waiting(house)
    return telegrams[-1], slacks[-1]


async def price(house: House) -> Decimal:
    """What the service would buy at now: it says so when asked for a small buy, which is then dropped."""
    reply = await house.say("/buy BTC 6000")
    await house.say(f"/reject {reply['data']['ticket_id']}")
    return Decimal(reply["data"]["price"])


async def test_a_question_stands_through_a_restart_and_says_who_answered(house: House) -> None:
    """The card comes at once, its chart under it; the service is killed before anybody taps; Slack's tap buys, and on
    Telegram the buttons are gone and the name stands there."""
    await open_house(house, APPROVAL_TTL_SECONDS="3600")
    card, twin = await asked(house)
    for words in ("Stop ", "Take ", "entries left today ", "exposure ", "Why: buy_and_hold", "⏳ Until "):
        assert words in card.text, card.text
        assert words in twin.shown, twin.shown
    await until(lambda: any(m.photo and m.reply_to == card.message_id for m in house.telegram.messages))
    await until(lambda: bool(house.slack.files))
    photo = next(m for m in house.telegram.messages if m.photo)
    assert photo.quiet
    assert house.slack.files[0]["channel"] == CHANNEL

    assert house.service is not None
    await house.service.kill()
    await house.open_service()
    await house.slack.press("U1", twin, "✅ Approve")
    await house.told("In: Bitcoin")
    assert waiting(house) == ([], [])
    assert "Proposal approved (kim)" in card.text
    [(approved_by,)] = house.rows("SELECT approved_by FROM orders")
    assert approved_by == "slack:U1"


async def test_a_price_that_ran_away_is_asked_anew_and_two_taps_at_once_buy_once(house: House) -> None:
    await open_house(house, APPROVAL_TTL_SECONDS="3600")
    card, former = await asked(house)
    before = await price(house)
    await house.jump("KRW-BTC", "1.02")
    while await price(house) < before * Decimal("1.01"):  # the stream brings it in a moment
        pass
    house.telegram.press(OWNER, card, "✅ Approve")
    await until(lambda: house.telegrams("moved too far"), 10, lambda: [m.text for m in house.telegram.messages])
    refusal = house.telegrams("moved too far")[0]
    house.telegram.press(OWNER, refusal, "🔁 Ask again")
    newest = lambda: [messages[-1:] for messages in waiting(house)]  # noqa: E731
    await until(lambda: newest()[0] not in ([], [card]) and newest()[1] not in ([], [former]))
    fresh, twin = await asked(house)
    house.telegram.press(OWNER, fresh, "✅ Approve")
    await house.slack.press("U1", twin, "❌ Reject")
    await until(lambda: waiting(house) == ([], []), 15, lambda: [m.text for m in house.telegram.messages])
    rows = house.rows("SELECT data FROM events WHERE kind = 'ticket_answered' AND push ORDER BY id")
    answers = [json.loads(data)["answer"] for (data,) in rows]
    assert answers in (["replaced", "approved"], ["replaced", "rejected"])
    assert len(house.rows("SELECT client_order_id FROM orders")) == (answers[1] == "approved")


async def test_a_no_is_not_asked_again_at_every_candle(house: House) -> None:
    """The strategy wants to be in at the next closes too; `/why` says why it holds its tongue and for how long, while a
    person's own wish goes through."""
    await open_house(house)
    card, _ = await asked(house)
    house.telegram.press(OWNER, card, "❌ Reject")
    held_back = "SELECT at FROM journal WHERE stage = 'risk' AND code = 'declined'"
    await until(lambda: len(house.rows(held_back)) >= 3, 20, lambda: house.rows("SELECT stage, code FROM journal"))
    assert waiting(house) == ([], [])
    assert len(house.rows("SELECT id FROM events WHERE kind = 'proposal'")) == 1
    house.telegram.say(OWNER, "/why BTC")
    await until(
        lambda: house.telegrams("was rejected: it asks again in"), 10, lambda: [house.telegram.messages[-1].text]
    )
    house.telegram.say(OWNER, "/buy BTC 100000")
    await until(lambda: bool(waiting(house)[0]), 10, lambda: [house.telegram.messages[-1].text])


async def test_a_wish_by_hand_is_closed_where_it_was_made_when_it_is_answered_elsewhere(house: House) -> None:
    """Proposed on Telegram, approved by a command on Slack: the reply loses its buttons, its chart stands under it."""
    await house.open()
    house.telegram.say(OWNER, "/buy BTC 100000")
    await until(lambda: house.telegrams(QUESTION))
    card = house.telegrams(QUESTION)[0]
    assert card.labels == FIRST
    await until(lambda: any(m.photo and m.reply_to == card.message_id for m in house.telegram.messages))
    await house.slack.command("U1", "approve")
    await house.told("In: Bitcoin")
    await until(lambda: not card.labels, 10, lambda: [card.text])
    assert "Proposal approved: " in card.text


async def test_nobody_answers_and_the_owners_rule_goes_on(house: House) -> None:
    """Up to 2,000,000 KRW goes on unanswered: told aloud on both phones, and written down as such."""
    await open_house(
        house, APPROVAL_TTL_SECONDS="60", SILENCE="allow", SILENCE_ALLOW_BELOW_KRW="2000000", ORDER_FRACTION="0.02"
    )
    card, _ = await asked(house)
    assert "Without an answer it goes on by rule." in card.text
    told, _ = await house.told("⏰ No answer", 20)
    assert told.reply_to == card.message_id
    assert not told.quiet
    await house.told("In: Bitcoin")
    [(approved_by, state)] = house.rows("SELECT approved_by, state FROM orders")
    assert (approved_by, state) == ("silence", "done")
