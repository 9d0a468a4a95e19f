"""A cycle on the floor whose wishes are put to scripted members: sma_cross of 2 and 5 candles on BTC."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from tests.advice.parts import Scripted, dossier, spec
from tests.examples import BTC, ETH, NOON
from tests.trading_floor import Floor, settings
from trader.advice.budget import Budget
from trader.advice.counsel import Counsel
from trader.advice.members.member import Adapter, MemberSpec
from trader.advice.members.panel import Panel, Rate
from trader.advice.prices import Price
from trader.cycle import Cycle
from trader.market.collector import Collector
from trader.model.advice import ContextItem, Dossier, ItemStatus, MemoryLine, Question
from trader.model.events import JournalEntry, SettingRow
from trader.model.market import Candle, Market, Timeframe
from trader.tuning import Tuning

D = Decimal
M15 = Timeframe.M15
CROSS = {"param.sma_cross.fast": "2", "param.sma_cross.slow": "5"}
UP, DOWN, FLAT = ["100000", "102000"], ["100000", "98000"], ["100000"]


def history(closes: Sequence[str], before: int = 300) -> list[Candle]:
    """15-minute candles up to noon: `before` at the first close, then the closes given."""
    values = [D(closes[0])] * before + [D(close) for close in closes]
    first = NOON - len(values) * M15.span
    return [Candle(BTC, M15, first + n * M15.span, c, c, c, c, D(1), c) for n, c in enumerate(values)]


class CycleHouse:
    """`headlines` and `lessons` are what members are shown besides, `premium` what its rule leaves of a buy; not
    `asked`: no model is configured. `seats`: other members than scripted ones."""

    def __init__(
        self,
        floor: Floor,
        *members: Scripted,
        premium: tuple[Decimal, str] = (D(1), ""),
        asked: bool = True,
        seats: Sequence[tuple[MemberSpec, Adapter]] = (),
        **changes: Any,
    ) -> None:
        values = {"ai_role": "veto", "buy_votes": "majority", "order_fraction": D("0.05"), **changes}
        base = settings(strategy="sma_cross", timeframe=M15, markets=("KRW-BTC",), sizing="fixed", **values)
        rows = {key: SettingRow(key, value, "console", NOON) for key, value in CROSS.items()}
        self.floor, self.tuning = floor, Tuning(base, rows)
        self._premium = premium
        floor.settings = self.tuning.current
        self.headlines: list[str] = []
        self.lessons: list[str] = []
        names = ("luna", "haiku", "flash")
        cheap = Price(D("0.1"), D("0.5"), D("0.01"))
        scripted = [(spec(name, cheap), member) for name, member in zip(names, members, strict=False)]
        panel = Panel(seats or scripted, floor.clock, Budget(), lambda: Rate(D(1000), True))
        self.counsel = Counsel(
            panel,
            self._gather,
            self._recall,
            lambda known, now: premium,
            floor.chronicle,
            floor.clock,
            lambda: self.tuning.current,
        )
        self.collector = Collector(floor.venue, floor.storage, floor.clock)
        self.cycle = Cycle(
            floor.venue,
            floor.chronicle,
            floor.clock,
            self.tuning,
            self.collector,
            floor.quotes,
            floor.flow,
            self._left,
            self.counsel if asked else None,
        )

    async def _left(self, market: Market) -> tuple[Decimal, str]:
        return self._premium

    async def _gather(self, question: Question) -> Dossier:
        news = [{"id": f"n:{n}", "title": title} for n, title in enumerate(self.headlines, 1)]
        item = ContextItem("news", ItemStatus.OK, list(news), source="rss", untrusted=True)
        return Dossier((*dossier().items, item), {"rsi": 31.0})

    async def _recall(self, question: Question, known: Dossier) -> Sequence[MemoryLine]:
        return [MemoryLine(f"m:{n}", text) for n, text in enumerate(self.lessons, 1)]

    async def run(self, closes: Sequence[str]) -> JournalEntry:
        self.floor.venue.history[BTC] = history(closes)
        await self.collector.warm_up([BTC], M15, 300)
        await self.floor.quotes.refresh(self.floor.venue, [BTC, ETH])
        (entry,) = await self.cycle.run()
        return entry
