"""C2, C3, C5, S9: books against the exchange by chat: viewers look, traders answer, each answer counts once."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.notices import notice
from chatbot.reply import Tone
from chatbot.wording import LANGUAGES, Words
from tests.chatbot.chat_bench import TRADER, VIEWER, Bench
from tests.chatbot.fake_desk import BTC, ETH, NOW
from trader.ledger.differences import CAUSES
from trader.model.difference import Difference, DifferenceKind, DifferenceState
from trader.model.events import Event, EventKind
from trader.reconcile.telling import as_data

D = Decimal
SHORT = Difference(
    "SHRT0123456789AB", DifferenceKind.SHORT, NOW, "BTC", "manual_sale", D("0.01"), D("0.004"), D("-0.006"),
    price=D(95_000_000), krw=D(569_715), market=BTC,
)  # fmt: skip
CASH = Difference(
    "CASH0123456789AB", DifferenceKind.CASH, NOW, "KRW", "deposit", D(9_000_000), D(9_500_000), D(500_000)
)
EXTRA = Difference(
    "EXTR0123456789AB", DifferenceKind.EXTRA, NOW, "ETH", "deposit", D(0), D(2), D(2), price=D(4_000_000), market=ETH
)
ORDER = Difference(
    "RDER0123456789AB", DifferenceKind.ORDER, NOW, "BTC", "manual_order", D(0), D("0.01"), D("0.01"),
    price=D(47_000_000), market=BTC, side="buy", venue_id="v-1",
)  # fmt: skip
OWN = replace(EXTRA, difference_id="WN00123456789ABC", cause="own_coins").answered(
    DifferenceState.IGNORED, "start", NOW
)


async def test_books_that_equal_the_exchange(bench: Bench) -> None:
    reply = await bench.say("/reconcile", VIEWER)
    assert (reply.title, reply.tone) == ("✅ Books equal exchange", Tone.OK)
    assert reply.lines == ("Open orders 1 · positions 1 · 0.05 s",)
    assert (reply.data["equal"], reply.data["open"]) == (True, [])


async def test_a_shortage_is_said_with_its_cause_and_its_buttons(bench: Bench) -> None:
    bench.desk.differences = [SHORT]
    reply = await bench.say("/reconcile")
    assert (reply.title, reply.tone) == ("Books and exchange disagree", Tone.ERROR)
    assert reply.lines[1:] == (
        "▸ ❌ Coins of the bot are missing: BTC -0.006 BTC",
        "  Books 0.01 BTC / exchange 0.004 BTC",
        "  Sold by hand.",
        "  +569,715 KRW at 95,000,000 KRW",
        "  Adopt corrects the position at 95,000,000 KRW, without profit or loss of the bot. "
        "Until it is answered nothing is bought there.",
    )
    assert [b.action for b in reply.buttons[0]] == [
        "run:/reconcile adopt SHRT0123456789AB",
        "run:/reconcile ignore SHRT0123456789AB",
        "run:/reconcile SHRT0123456789AB",
    ]


async def test_money_is_explained_and_waits_only_to_be_acknowledged(korean: Bench) -> None:
    korean.desk.differences = [CASH, OWN]
    reply = await korean.say("/대조")
    assert reply.title == "✅ 이미 알려 드린 차이뿐입니다 · 답을 기다리는 것 1건"
    assert "▸ 원화 입출금이 있습니다: +500,000원" in reply.lines
    assert "  장부 9,000,000원 / 거래소 9,500,000원" in reply.lines
    assert "그대로 둔 것: 봇의 것이 아닌 코인이 들어왔습니다: +2 ETH" in reply.lines
    assert [b.label for row in reply.buttons for b in row] == ["내가 한 것", "무시", "살펴보기", "ETH 반영"]


async def test_a_viewer_looks_and_may_not_answer(bench: Bench) -> None:
    bench.desk.differences = [SHORT]
    assert (await bench.say("/reconcile", VIEWER)).buttons == ()
    assert (await bench.say("/reconcile SHRT", VIEWER)).buttons == ()
    refused = await bench.press("run:/reconcile adopt SHRT0123456789AB", VIEWER)
    assert refused.tone is Tone.ERROR
    assert "answer_difference" not in bench.called
    assert [e.data["line"] for e in bench.desk.recorded] == ["/reconcile adopt SHRT0123456789AB"]


async def test_a_button_pressed_twice_answers_once(bench: Bench) -> None:
    """The second person is told who was first."""
    bench.desk.differences = [SHORT]
    first = await bench.press("run:/reconcile adopt SHRT0123456789AB", TRADER)
    assert first.title == "Bitcoin KRW-BTC: adopted"
    assert first.lines == ("The position was corrected: -0.006 BTC at 95,000,000 KRW. No profit or loss of the bot.",)
    again = await bench.press("run:/reconcile adopt SHRT0123456789AB")
    assert (again.title, again.tone) == ("Answered already: adopted (Trader)", Tone.ERROR)
    assert bench.called.count("answer_difference") == 2
    assert [e.data["outcome"] for e in bench.desk.recorded] == ["adopted", "difference-answered"]


async def test_handing_coins_over_to_the_bot_asks_once_more(bench: Bench) -> None:
    bench.desk.differences = [EXTRA]
    asked = await bench.press("run:/reconcile adopt EXTR0123456789AB", TRADER)
    assert asked.title == "Hand these coins over to the bot?"
    assert "answer_difference" not in bench.called
    done = await bench.press(asked.buttons[0][0].action, TRADER)
    assert done.lines == ("The bot holds +2 ETH more, taken over at 4,000,000 KRW.",)


async def test_an_order_made_by_hand_can_be_cancelled_or_left(bench: Bench) -> None:
    bench.desk.differences = [ORDER]
    reply = await bench.say("/reconcile")
    known = "✅ Nothing differs but what you know of · one waits for an answer"
    assert reply.title == known, "somebody's order is no disagreement"
    assert "▸ An order that is not the bot's: Bitcoin KRW-BTC buy" in reply.lines
    assert "  0.01 BTC left @ 47,000,000 KRW" in reply.lines
    assert [b.label for b in reply.buttons[0]] == ["Cancel it", "Ignore", "Investigate"]
    done = await bench.press(reply.buttons[0][0].action)
    assert done.data["outcome"] == "cancelled"


async def test_looking_into_one_shows_what_the_bot_did_there(bench: Bench) -> None:
    bench.desk.differences = [SHORT]
    reply = await bench.say("/reconcile shrt")
    assert reply.lines[0] == "Found 12:00:00 · SHRT0123456789AB"
    assert "Last orders of the bot there:" in reply.lines
    assert [b.label for b in reply.buttons[0]] == ["Adopt", "Ignore"]
    assert (await bench.say("/reconcile NOPE")).data["error"] == "difference-unknown"


async def test_ignore_all_leaves_missing_coins_to_be_answered(bench: Bench) -> None:
    bench.desk.differences = [SHORT, CASH, EXTRA]
    reply = await bench.say("/reconcile ignore all")
    assert reply.title == "Ignored: 2"
    assert [d.state.value for d in bench.desk.differences] == ["open", "ignored", "ignored"]


async def test_words_that_mean_nothing_are_said_so(bench: Bench) -> None:
    assert (await bench.say("/reconcile adopt")).data["error"] == "difference-unknown"
    assert (await bench.say("/reconcile frobnicate it")).tone is Tone.ERROR


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("difference", [SHORT, CASH, EXTRA, ORDER, replace(EXTRA, kind=DifferenceKind.GONE)])
def test_each_kind_is_told_with_figures_and_buttons(difference: Difference, language: str) -> None:
    market = difference.market.code if difference.market else ""
    for cause in CAUSES:
        data = as_data(replace(difference, cause=cause))
        reply = notice(Event("E1", EventKind.MISMATCH, NOW, market=market, data=data), Words(language))
        assert reply is not None
        assert Words(language).unknown not in reply.text()
        assert len(reply.buttons[0]) == 3


def test_an_answer_is_told_to_everybody() -> None:
    data = as_data(SHORT) | {"answer": "adopted", "by": "telegram:1"}
    reply = notice(Event("E1", EventKind.DIFFERENCE_ANSWERED, NOW, market="KRW-BTC", data=data), Words("en"))
    assert reply is not None
    assert (reply.title, reply.lines) == ("BTC difference: adopted (Telegram 1)", ("-0.006 BTC",))
