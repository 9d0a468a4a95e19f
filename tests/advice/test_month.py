"""A replayed month on recorded hourly candles with scripted answers: votes, cool-downs, budget, outcomes, scorecard.

The figures the program comes to are worked out a second time here, by other means, straight from the prices (E3, E4,
R7, R9). The wish: a close above the mean of the last 24, when the one before was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from storage.memory import MemoryStorage
from tests.advice.parts import BTC, Scripted, dossier, ok, said, spec
from tests.trading_floor import settings
from trader.advice.budget import Budget
from trader.advice.counsel import Counsel
from trader.advice.members.member import Raw
from trader.advice.members.panel import Panel, Rate
from trader.advice.prices import Price
from trader.chronicle import Chronicle
from trader.clock import ManualClock
from trader.model.advice import Consultation, Dossier, MemberStatus, MemoryLine, Question, Usage, Verdict
from trader.model.market import Candle, Timeframe
from trader.model.order import Side
from trader.reflection.judging import ENSEMBLE, judged_answers
from trader.reflection.resolving import Resolver
from trader.reflection.scorecard import score

RECORDED = Path(__file__).parents[3] / "shared" / "data" / "candles" / "upbit_1h_KRW-BTC_ETH_XRP.parquet"
FEE = Decimal("0.0005")
D = Decimal
HOUR = timedelta(hours=1)

pytestmark = pytest.mark.skipif(not RECORDED.exists(), reason="the recorded candles are not here")


def august() -> list[Candle]:
    import pyarrow.parquet as pq

    first, last = datetime(2025, 7, 30, tzinfo=UTC), datetime(2025, 9, 6, tzinfo=UTC)
    rows = pq.read_table(RECORDED, filters=[("market", "=", "KRW-BTC"), ("ts_utc", ">=", first), ("ts_utc", "<", last)])
    names = ("ts_utc", "open", "high", "low", "close", "volume")
    columns = zip(*(rows.column(name).to_pylist() for name in names), strict=True)
    return [
        Candle(BTC, Timeframe.H1, at, *(D(str(int(p))) for p in (o, h, low, c)), D(str(v)), D(str(int(c * v))))
        for at, o, h, low, c, v in columns
    ]


def crossings(candles: Sequence[Candle]) -> list[int]:
    """Where the close rose above the mean of its last 24, within August."""
    above = [
        i >= 23 and c.close > sum((x.close for x in candles[i - 23 : i + 1]), D(0)) / 24 for i, c in enumerate(candles)
    ]
    return [i for i in range(1, len(candles)) if above[i] and not above[i - 1] and candles[i].opened_at.month == 8]


def luna(i: int) -> Raw:
    return ok(said("BUY", p_up=0.7, percentage=50))


def haiku(i: int) -> Raw:
    return ok(said("BUY" if i % 2 else "HOLD", p_up=0.55, percentage=30))


def flash(i: int) -> Raw:
    late = Raw(MemberStatus.REFUSED, usage=Usage(1000, 100), detail="refusal")
    return late if i % 5 == 0 else ok(said("BUY" if i % 3 else "SELL", confidence=0.6, p_up=0.4, percentage=80))


class Month:
    def __init__(self, candles: list[Candle]) -> None:
        self.candles = candles
        self.clock = ManualClock(candles[0].opened_at)
        self.storage = MemoryStorage()
        self.hour = 0
        self.settings = settings(
            ai_role="veto", buy_votes="majority", ai_daily_krw="4", ai_cooldown_candles=4, timeframe=Timeframe.H1
        )
        price = Price(D("0.1"), D("0.5"), D("0.01"))
        who = {"luna": luna, "haiku": haiku, "flash": flash}
        members = [(spec(n, price), Scripted([lambda f=f: f(self.hour)], delay=0.001)) for n, f in who.items()]
        panel = Panel(members, self.clock, Budget(), lambda: Rate(D(1000), True))

        async def gather(asked: Question) -> Dossier:
            return dossier()

        async def recall(asked: Question, known: Dossier) -> Sequence[MemoryLine]:
            return ()

        chronicle = Chronicle(self.storage, self.clock)
        self.counsel = Counsel(
            panel, gather, recall, lambda known, now: (D(1), ""), chronicle, self.clock, lambda: self.settings
        )

    async def ask(self, i: int) -> Verdict | None:
        candle, self.hour = self.candles[i], i
        self.clock.advance((candle.opened_at + HOUR - self.clock.now()).total_seconds())
        asked = Question(
            BTC,
            "above_mean",
            Timeframe.H1,
            candle.opened_at,
            Side.BUY,
            candle.close,
            D(1_000_000),
            D(0),
            None,
            None,
            D(10_000_000),
            D(10_000_000),
        )
        return (await self.counsel.advise(asked)).verdict

    async def rows(self) -> list[Consultation]:
        return await self.storage.read(lambda records: records.consultations.since(datetime(2025, 1, 1, tzinfo=UTC)))


def expected(candles: Sequence[Candle], asked: Sequence[int]) -> list[str]:
    """The verdicts by a few lines of their own: the majority of three, four hours of rest after a no, and 4 KRW a
    Korean day, of which three calls set about 2.73 aside together (each 0.5 for 1,000 tokens of output, 0.41 for its
    bytes) and cost 0.45."""
    found: list[str] = []
    last_no: int | None = None
    spent: Counter[str] = Counter()
    for i in asked:
        day = (candles[i].opened_at + HOUR + timedelta(hours=9)).strftime("%m-%d")
        if last_no is not None and (candles[i].opened_at - candles[last_no].opened_at) / HOUR <= 4:
            found.append("cooldown")
            continue
        votes = ["BUY", "BUY" if i % 2 else "HOLD", "none" if i % 5 == 0 else "BUY" if i % 3 else "SELL"]
        yes, missing = votes.count("BUY"), votes.count("none")
        if spent[day] / 100 + 2.73 > 4:
            verdict = "budget"
        else:
            spent[day] += 45
            verdict = "approved" if yes >= 2 else "no_quorum" if yes + missing >= 2 else "rejected"
        if verdict == "rejected":
            last_no = i
        found.append(verdict)
    return found


async def test_a_month():
    candles = august()
    month, asked = Month(candles), crossings(candles)
    assert len(asked) > 40
    verdicts = [await month.ask(i) for i in asked]
    assert [v.value if v else "" for v in verdicts] == expected(candles, asked)
    counts = Counter(v.value for v in verdicts if v)
    assert counts["approved"] > 5
    assert counts["rejected"] > 0
    assert counts["cooldown"] > 0
    assert counts["no_quorum"] > 0
    assert counts["budget"] > 0

    await month.storage.write(lambda records: records.candles.upsert(candles))
    month.clock.advance((candles[-1].opened_at + HOUR - month.clock.now()).total_seconds())
    span = timedelta(days=60)
    resolver = Resolver(month.storage, month.clock, lambda: Timeframe.H1)
    resolver_span = "trader.reflection.resolving.GIVE_UP_AFTER"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resolver_span, int(span / HOUR))
        await resolver.run()

    rows = await month.rows()
    moves = await month.storage.read(lambda records: records.outcomes.of(r.consultation_id for r in rows))
    judged = judged_answers(rows, moves, 12)
    card = score("luna", judged["luna"], FEE)
    # by hand: bought at the next open, sold at the close twelve hours later
    place = {c.opened_at: i for i, c in enumerate(candles)}
    nets = []
    for row in rows:
        i = place[row.question.candle]
        if any(r.member == "luna" and r.status is MemberStatus.OK for r in row.results):
            last = max(c for c in range(i + 1, i + 13) if candles[c].opened_at <= candles[i].opened_at + 12 * HOUR)
            nets.append(float(candles[last].close) * 0.9995 / (float(candles[i + 1].open) * 1.0005) - 1)
    assert card.n == len(nets)
    assert card.hits == sum(net > 0 for net in nets)
    assert card.mean_net == pytest.approx(sum(nets) / len(nets), abs=1e-9)
    assert score(ENSEMBLE, judged[ENSEMBLE], FEE).calls == len(rows)
    paid = [result.cost for row in rows for result in row.results if result.status is not MemberStatus.BUDGET]
    assert set(paid) == {D("0.15")}
    assert card.cost == D("0.15") * sum(any(r.member == "luna" and r.cost for r in row.results) for row in rows)
