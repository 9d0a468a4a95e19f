"""C2: manual buys and sales go through the same gate as strategies and become tickets; answers and cancels."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from chatbot.reply import Tone
from tests.chatbot.chat_bench import CONSOLE, TRADER, Bench
from tests.chatbot.fake_desk import BTC, ETH, NOW, TICKET_ID, position
from trader.errors import VenueRejected, VenueUnreachable
from trader.model.order import Intent, OrderState, Origin, Reason, Side


async def test_a_buy_becomes_a_card_with_all_its_terms(korean: Bench) -> None:
    """1,200,000 KRW at 95,000,000 is 0.01263158 BTC; the fee of 5 bps is 600 KRW; 12 % of 10,000,000."""
    reply = await korean.say("/buy 비트코인 120만원", TRADER)
    assert reply.title == "비트코인 KRW-BTC 매수 제안 · 모의(가상 시세)"
    assert reply.lines == (
        "금액 1,200,000원 (120만원)",
        "수량 약 0.01263158 BTC · 가격 95,000,000원",
        "예상 수수료 600원 · 자산의 12%",
        "가격이 94,525,000원 ~ 95,475,000원(±0.5%)을 벗어나면 무효",
        "이유: Trader · 직접 주문",
        "⏳ 12:02:00까지 (120초 남음)",
        "답이 없으면 거절됩니다.",
    )
    assert [b.action for b in reply.buttons[0]] == [f"ok:{TICKET_ID}", f"half:{TICKET_ID}", f"no:{TICKET_ID}"]
    assert korean.desk.calls == [("propose", Side.BUY, BTC, "slack:U2", Decimal(1_200_000), None, None, None)]
    assert reply.data["outcome"] == "ticket"


async def test_a_limit_price_is_shown_instead_of_the_band(korean: Bench) -> None:
    reply = await korean.say("/buy BTC 5만 at 9000만원")
    assert "지정가 90,000,000원" in reply.lines
    assert "수량 약 0.00055556 BTC · 가격 90,000,000원" in reply.lines
    assert korean.desk.calls[0][-1] == Decimal(90_000_000)


@pytest.mark.parametrize(
    ("line", "quantity", "share"),
    [
        ("/sell BTC", None, Decimal(1)),
        ("/sell BTC 50%", None, Decimal("0.5")),
        ("/sell BTC 절반", None, Decimal("0.5")),
        ("/매도 비트코인 전량", None, Decimal(1)),
        ("/sell BTC 0.004", Decimal("0.004"), None),
        ("/sell BTC 0.004 BTC", Decimal("0.004"), None),
        ("/sell BTC 47만 5천원", Decimal("0.005"), None),  # at the bid of 95,000,000
        ("/sell BTC 50만원 at 1억", Decimal("0.005"), None),  # at the limit
    ],
)
async def test_sizes_of_a_sale(bench: Bench, line: str, quantity: Decimal | None, share: Decimal | None) -> None:
    assert (await bench.say(line)).data["outcome"] == "ticket"
    assert bench.desk.calls[0][5:7] == (quantity, share)


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("/sell BTC 5만", "sell-size-unclear"),
        ("/sell BTC 0.1 ETH", "sell-other-coin"),
        ("/sell BTC 100만원", "sell-more-than-held"),  # the position is worth 950,000
        ("/sell ETH 5만원", "nothing-to-sell"),
        ("/sell all 50%", "sell-all-alone"),
    ],
)
async def test_sales_that_cannot_be_meant_so(bench: Bench, line: str, error: str) -> None:
    assert (await bench.say(line)).data["error"] == error
    assert bench.called == []


async def test_a_denial_gives_every_reason_with_its_figures(korean: Bench) -> None:
    korean.desk.deny = (
        Reason("max_order", {"notional": "1200000", "limit": "1000000"}),
        Reason("not_enough_cash", {"needed": "1200600", "free": "900000"}),
    )
    reply = await korean.say("/buy BTC 120만원")
    assert (reply.title, reply.tone) == ("❌ 비트코인 KRW-BTC 매수 거부됨", Tone.ERROR)
    assert reply.lines == (
        "• 1회 주문 한도: 1,200,000원 / 1,000,000원",
        "• 현금 부족: 필요 1,200,600원, 가능 900,000원",
    )
    assert korean.desk.recorded[-1].data["outcome"] == "denied"


async def test_buttons_approve_halve_and_reject(bench: Bench) -> None:
    ok, half, no = (b.action for b in (await bench.say("/buy BTC 5만원")).buttons[0])
    await bench.press(no, TRADER)
    await bench.press(half, TRADER)
    await bench.say("/buy BTC 5만원")
    await bench.press(ok, TRADER)
    answers = [call[2:] for call in bench.desk.calls if call[0] == "answer"]
    assert answers == [
        (False, "slack:U2", Decimal(1)),
        (True, "slack:U2", Decimal("0.5")),
        (True, "slack:U2", Decimal(1)),
    ]


async def test_in_the_console_confirm_approves_at_once(bench: Bench) -> None:
    reply = await bench.say("/buy BTC 5만원 confirm", CONSOLE)
    assert reply.data["outcome"] == "done"
    assert bench.called == ["propose", "answer"]
    assert bench.desk.recorded[-1].data["confirmed"] == "yes"


@pytest.mark.parametrize(
    ("state", "tone"),
    [
        (OrderState.DONE, Tone.OK),
        (OrderState.ACCEPTED, Tone.OK),
        (OrderState.UNKNOWN, Tone.WARNING),
        (OrderState.REJECTED, Tone.ERROR),
        (OrderState.EXPIRED, Tone.ERROR),
    ],
)
async def test_what_became_of_an_approved_order_is_told_honestly(bench: Bench, state: OrderState, tone: Tone) -> None:
    bench.desk.answered_state = state
    await bench.say("/buy BTC 5만원")
    reply = await bench.say("/approve")
    assert (reply.data["outcome"], reply.tone) == (state.value, tone)


async def test_a_price_that_moved_offers_to_ask_again(bench: Bench) -> None:
    await bench.say("/buy BTC 5만원")
    bench.desk.refuse = "price_moved"
    reply = await bench.say("/approve")
    assert reply.tone is Tone.ERROR
    assert reply.buttons[0][0].action == f"anew:{TICKET_ID}"
    bench.desk.refuse = ""
    fresh = await bench.press(reply.buttons[0][0].action)
    assert (fresh.data["outcome"], fresh.data["notional_krw"]) == ("ticket", "50000")
    assert [b.action for b in fresh.buttons[0]] == [f"{verb}:{TICKET_ID}2" for verb in ("ok", "half", "no")]


async def test_several_waiting_tickets_are_listed_with_their_buttons(bench: Bench) -> None:
    for number, market in enumerate((BTC, ETH)):
        intent = Intent(
            f"I{number}", market, Side.BUY, Origin.STRATEGY, "s", "", NOW, Decimal(100), notional=Decimal(50_000)
        )
        bench.desk.pending.append(bench.desk.make_ticket(intent, f"{number}ABCDEFGHJKMNPQR"))
    reply = await bench.say("/approve")
    assert len(reply.lines) == len(reply.buttons) == 2
    assert (await bench.say("/approve 1AB half")).data["market"] == "KRW-ETH"
    assert (await bench.say("/approve ZZZ")).data["error"] == "ticket-unknown"


async def test_cancel_takes_all_a_market_or_an_id(bench: Bench) -> None:
    for line, target in (
        ("/cancel all", "all"),
        ("/취소 전부", "all"),
        ("/cancel 비트코인", "KRW-BTC"),
        ("/cancel 7QW", "7QW"),
    ):
        assert (await bench.say(line)).data["outcome"] == "ok"
        assert bench.desk.calls[-1] == ("cancel", target, "telegram:1")
    bench.desk.open = []
    assert (await bench.say("/cancel all")).data["outcome"] == "none"


async def test_selling_everything_asks_first_and_one_failure_stops_no_other(bench: Bench) -> None:
    bench.desk.held = [position(BTC), position(ETH, "0.5", "1900000")]
    question = await bench.say("/sell all")
    assert bench.called == []
    propose = bench.desk.propose

    async def rejected_for_btc(side: Side, market: object, by: str, **size: Decimal | None) -> object:
        if market == BTC:
            raise VenueRejected("no", name="market_offline")
        return await propose(side, market, by, **size)  # type: ignore[arg-type]

    bench.desk.propose = rejected_for_btc  # type: ignore[method-assign,assignment]
    reply = await bench.press(question.buttons[0][0].action)
    assert (reply.data["outcome"], reply.tone) == ("partly", Tone.ERROR)
    assert "exchange under maintenance" in reply.lines[0]
    assert "Ethereum KRW-ETH sell: filled." in reply.lines[1]


async def test_an_order_of_a_coin_the_venue_no_longer_names_can_still_be_left(bench: Bench) -> None:
    bench.desk.held = [replace(position(), market=type(BTC)("KRW", "GONE"))]
    await bench.say("/panic KRW-GONE confirm", CONSOLE)
    assert bench.desk.calls[-1][3] == (type(BTC)("KRW", "GONE"),)
    assert (await bench.say("/buy KRW-GONE 5만원")).data["error"].startswith("market-unknown")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("line", "more"),
    [
        ("/buy BTC 5만원", ()),
        ("/sell BTC 50%", ()),
        ("/approve", ("제안은 그대로 남아 있습니다.",)),
        ("/buy BTC 5만원 confirm", ()),
    ],
)
async def test_while_the_venue_is_away_nothing_is_sent_and_that_is_said(
    korean: Bench, line: str, more: tuple[str, ...]
) -> None:
    korean.desk.fails = VenueUnreachable("connection refused")
    reply = await korean.say(line, CONSOLE)
    assert reply.title == "거래소에 연결하지 못했습니다. 잠시 후 다시 해 주세요."
    assert reply.lines == ("주문은 보내지 않았습니다.", *more)
    assert (reply.data["sent"], reply.tone) == (False, Tone.ERROR)
