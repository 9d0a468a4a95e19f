"""A wish put to the models: what code may do with what they say, and what is kept (E2–E5, R6–R8)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from storage.memory import MemoryStorage
from tests.advice.parts import BTC, NOON, Scripted, dossier, ok, question, said, spec
from tests.trading_floor import settings
from trader.advice import counsel
from trader.advice.budget import Budget
from trader.advice.counsel import Counsel
from trader.advice.members.panel import Panel, Rate
from trader.advice.prices import Price
from trader.chronicle import Chronicle, Route
from trader.clock import ManualClock
from trader.model.advice import DEMOTED, AiRole, Consultation, Dossier, MemoryLine, Question, Verdict
from trader.model.events import EventKind
from trader.model.order import Side
from trader.settings import Settings

D = Decimal
CHEAP = Price(D("0.1"), D("0.5"), D("0.01"))


class House:
    """Members that are scripted, everything else real."""

    def __init__(self, *adapters: Scripted, premium: tuple[Decimal, str] = (D(1), ""), **changes: Any) -> None:
        names = ("luna", "haiku", "flash")
        self.clock = ManualClock(NOON)
        self.storage = MemoryStorage()
        self.chronicle = Chronicle(self.storage, self.clock, [Route("telegram", "1")])
        self.settings: Settings = settings(**{"ai_role": "veto", "buy_votes": "majority", **changes})
        self.adapters = adapters
        members = [(spec(n, CHEAP), a) for n, a in zip(names, adapters, strict=False)]
        panel = Panel(members, self.clock, Budget(), lambda: Rate(D(1000), True))
        self.features: dict[str, float] = {"rsi": 31.0}

        async def gather(asked: Question) -> Dossier:
            return dossier(**self.features)

        async def recall(asked: Question, known: Dossier) -> Sequence[MemoryLine]:
            return ()

        self.counsel = Counsel(
            panel, gather, recall, lambda known, now: premium, self.chronicle, self.clock, lambda: self.settings
        )

    async def rows(self) -> list[Consultation]:
        return await self.storage.read(lambda records: records.consultations.latest(50))

    async def pushed(self) -> list[dict[str, str]]:
        rows = await self.storage.read(lambda records: records.outbox.pending("telegram", 50))
        return [event.data for _, event in rows if event.kind is EventKind.ADVICE]

    @property
    def calls(self) -> int:
        return sum(len(adapter.prompts) for adapter in self.adapters)


def saying(*texts: str) -> list[Scripted]:
    return [Scripted([ok(said(text))]) for text in texts]


async def test_agreement_only_shrinks():
    plan = {"stop_loss_price": 94_000_000, "market_factor": 0.5}
    house = House(Scripted([ok(said(plan=plan, percentage=80))]), Scripted([ok(said(percentage=60))]), *saying("HOLD"))
    advice = await house.counsel.advise(question())
    assert (advice.approves, advice.verdict) == (True, Verdict.APPROVED)
    assert advice.share == D("0.30")  # the smaller 60 % × the smaller factor 0.5
    assert (advice.stop, advice.take) == (94_000_000, None)


async def test_never_everything_in_one_decision():
    advice = await House(*[Scripted([ok(said(percentage=100))]) for _ in range(2)]).counsel.advise(question())
    assert advice.share == D("0.9")


async def test_a_no_stops_the_wish_and_is_told():
    house = House(*saying("BUY", "HOLD", "SELL"))
    advice = await house.counsel.advise(question(), "intent-1")
    assert (advice.approves, advice.verdict) == (False, Verdict.REJECTED)
    (told,) = await house.pushed()
    assert (told["verdict"], told["votes"]) == ("rejected", "luna BUY 80 · haiku HOLD 80 · flash SELL 80")


async def test_agreement_is_not_pushed_the_order_will_be():
    house = House(*saying("BUY", "BUY"))
    await house.counsel.advise(question())
    assert await house.pushed() == []


async def test_everything_is_kept():
    house = House(*saying("BUY", "BUY"))
    await house.counsel.advise(question())
    (row,) = await house.rows()
    kept = await house.storage.read(lambda records: records.consultations.get(row.consultation_id))
    assert kept is not None
    assert '"proposed_side":"BUY"' in kept.prompt
    assert [result.raw for result in kept.results] == [said(), said()]
    assert (kept.features, kept.statuses) == ({"rsi": 31.0}, {"c:rsi": "ok"})
    # 1,000 × 0.1 + 100 × 0.5 = 150 ÷ 1,000,000 USD each, at 1,000 KRW
    assert kept.cost == D("0.3")


async def test_the_same_question_on_the_same_candle_is_paid_once():
    house = House(*saying("BUY", "BUY"))
    first = await house.counsel.advise(question())
    assert await house.counsel.advise(question(notional=D(900_000))) == first
    assert house.calls == 2


async def test_asked_twice_at_once_is_asked_once():
    house = House(*[Scripted([ok()], delay=0.02) for _ in range(2)])
    one, two = await asyncio.gather(house.counsel.advise(question()), house.counsel.advise(question()))
    assert one == two
    assert house.calls == 2


async def test_after_a_no_the_market_cools_down_for_four_candles():
    house = House(*saying("HOLD", "HOLD"))
    await house.counsel.advise(question())
    for minutes in (15, 60):
        assert (await house.counsel.advise(question(minutes=minutes))).verdict is Verdict.COOLDOWN
    assert house.calls == 2
    assert (await house.counsel.advise(question(minutes=75))).verdict is Verdict.REJECTED
    assert house.calls == 4


async def test_the_opposite_wish_or_a_large_move_ends_the_cooling():
    house = House(*saying("HOLD", "HOLD"))
    house.features = {"atr": 500_000.0}
    await house.counsel.advise(question())
    assert (await house.counsel.advise(question(minutes=15, price="95740000"))).verdict is Verdict.COOLDOWN
    assert (await house.counsel.advise(question(minutes=15, price="95760000"))).verdict is Verdict.REJECTED
    await house.counsel.advise(question(Side.SELL, minutes=30))
    assert (await house.counsel.advise(question(minutes=45, price="95760000"))).verdict is Verdict.REJECTED


async def test_silence_cools_nothing_and_holds_or_goes_by_rules_with_half():
    late = [Scripted([ok()], delay=60) for _ in range(2)]
    house = House(*late, ai_deadline_seconds=3)
    house.settings = house.settings.model_copy(update={"ai_deadline_seconds": 0.05})
    advice = await house.counsel.advise(question())
    assert (advice.approves, advice.verdict) == (False, Verdict.ALL_FAILED)
    rules = House(*[Scripted([ok()], delay=60) for _ in range(2)], ai_unavailable="rules")
    rules.settings = rules.settings.model_copy(update={"ai_deadline_seconds": 0.05})
    advice = await rules.counsel.advise(question())
    assert (advice.approves, advice.share) == (True, D("0.5"))


async def test_at_the_cap_everything_goes_on_by_rules_and_the_phone_is_told():
    house = House(*saying("HOLD", "HOLD"), ai_daily_krw="0")
    advice = await house.counsel.advise(question())
    assert (advice.approves, advice.share, advice.verdict) == (True, D(1), Verdict.BUDGET)
    assert [told["verdict"] for told in await house.pushed()] == ["budget"]


async def test_a_question_that_costs_too_much_beside_the_order_is_not_asked():
    # worst case of two: 2 × (about 440 × 0.1 + 1,000 × 0.5) ÷ 1,000,000 × 1,000 = about 1.1 KRW; 0.2 % of 500 is 1
    house = House(*saying("HOLD", "HOLD"))
    advice = await house.counsel.advise(question(notional=D(500)))
    assert (advice.approves, advice.verdict, house.calls) == (True, Verdict.TOO_DEAR, 0)


@pytest.mark.parametrize(("share", "approves"), [("0.5", True), ("0", False)])
async def test_a_high_premium_reduces_or_refuses_what_they_agreed_to(share: str, approves: bool):
    house = House(*saying("BUY", "BUY"), premium=(D(share), "premium_high"))
    advice = await house.counsel.advise(question())
    assert advice.approves is approves
    assert advice.reason == "premium_high"
    if approves:
        assert advice.share == D("0.20")  # 40 % of it, halved


async def test_a_strategys_sale_is_agreed_to_as_a_whole():
    advice = await House(*saying("SELL", "SELL")).counsel.advise(question(Side.SELL))
    assert (advice.approves, advice.share) == (True, D(1))


async def test_asked_openly_the_models_choose_the_side_and_silence_is_no_trade():
    house = House(*saying("SELL", "SELL"), ai_role="decider")
    advice = await house.counsel.advise(question(None))
    assert (advice.approves, advice.side, advice.share) == (True, Side.SELL, D("0.4"))
    broke = House(*saying("BUY", "BUY"), ai_role="decider", ai_daily_krw="0")
    assert not (await broke.counsel.advise(question(None))).approves


async def test_a_demoted_member_is_asked_but_does_not_vote():
    house = House(*saying("HOLD", "BUY", "BUY"), buy_votes="unanimous")
    await house.storage.write(lambda records: records.notes.put(DEMOTED, ["luna"]))
    assert (await house.counsel.advise(question())).approves
    assert house.calls == 3


async def test_when_every_member_has_lost_its_vote_the_rules_go_on_and_nobody_is_called():
    house = House(*saying("HOLD", "HOLD"))
    await house.storage.write(lambda records: records.notes.put(DEMOTED, ["luna", "haiku"]))
    advice = await house.counsel.advise(question())
    assert (advice.approves, advice.verdict, advice.share) == (True, Verdict.NO_VOTERS, D(1))
    assert await house.pushed() == []
    own = await house.counsel.advise(question(None))
    assert not own.approves


async def test_a_remark_waits_for_nobody_and_stands_in_the_trades_thread():
    house = House(*[Scripted([ok(said("HOLD"))], delay=0.01) for _ in range(2)], ai_role="adviser")
    told = asyncio.Event()
    house.chronicle.on_event(lambda event: told.set())
    house.counsel.comment(question(), "intent-1")
    assert await house.rows() == []
    await told.wait()
    (row,) = await house.rows()
    assert row.role is AiRole.ADVISER
    (event,) = await house.storage.read(lambda records: records.events.latest(1))
    assert (event.thread, event.market) == ("intent-1", BTC.code)


@pytest.mark.parametrize(("chosen", "known", "asked"), [(True, True, True), (False, True, False), (True, False, False)])
async def test_some_questions_are_also_put_without_memory(
    monkeypatch: pytest.MonkeyPatch, chosen: bool, known: bool, asked: bool
):
    """To the cheapest member, behind the decision, and only where memory had anything to say."""
    monkeypatch.setattr(counsel, "shadowed", lambda consultation_id: chosen)
    house = House(*saying("BUY", "BUY"))

    async def recall(asked: Question, gathered: Dossier) -> Sequence[MemoryLine]:
        return [MemoryLine("m:score", "figures")] if known else []

    house.counsel._recall = recall
    advice = await house.counsel.advise(question())
    await house.counsel._background.finish()
    rows = await house.rows()
    shadows = [row for row in rows if row.shadow]
    assert [(row.shadow_of, [r.member for r in row.results]) for row in shadows] == (
        [(advice.consultation_id, ["luna"])] if asked else []
    )
    if asked:
        assert "figures" in house.adapters[0].prompts[0].user
        assert "figures" not in house.adapters[0].prompts[1].user
    assert await house.counsel.advise(question()) == advice  # the shadow is no answer to the question
