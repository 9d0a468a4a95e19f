"""How a call to a model can end, and what the trader then does: docs/model-endings.md.

    python tests/advice/endings.py [--out docs/model-endings.md]

The vendors' real clients ask servers on loopback that speak the real wire formats; votes, gate and orders are the
product's own, on a scripted venue. Each ending is tried over each wire, for a buy and a sale under `veto`, a buy with
AI_UNAVAILABLE=rules, and for `decider`. Exit code 1 when a cell is not as it must be; the page is written all the
same."""

from __future__ import annotations

import argparse
import asyncio
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
if __name__ == "__main__":  # another distribution installs a package of the name `tests`
    sys.path.insert(0, str(ROOT))
    tests = types.ModuleType("tests")
    tests.__path__ = [str(ROOT / "tests")]
    sys.modules["tests"] = tests

from tests.advice.cycle_house import DOWN, FLAT, UP, CycleHouse  # noqa: E402
from tests.advice.parts import D, question  # noqa: E402
from tests.fakes.model_server import ModelServer, Scene, answer_text, serving  # noqa: E402
from tests.trading_floor import Floor  # noqa: E402
from trader.advice.members.loading import adapter_of  # noqa: E402
from trader.advice.members.member import Adapter, MemberSpec, Wire  # noqa: E402
from trader.advice.prices import price_table  # noqa: E402
from trader.chronicle import Route  # noqa: E402
from trader.model.advice import MemberResult, Verdict  # noqa: E402
from trader.model.events import EventKind  # noqa: E402
from trader.model.order import Side  # noqa: E402

WIRES = {"openai": Wire.RESPONSES, "anthropic": Wire.MESSAGES, "gemini": Wire.CHAT}
WANTED = D(500_000)
"""A twentieth of 10,000,000 KRW. A good answer asks for 50 % of it with a market factor of 0.8."""
GOOD_BUY, HALF, NOTHING = "buys 200,000", "buys 250,000", "no order"
RULES = "buys 500,000"
SOLD, KEPT = "sells all", "keeps it, guarded"
SILENT, TOLD, LOUD = "the trade", "why not", "a warning"
AGAIN, RESTS, OFF, COOLS, NOT_NEEDED = "asked again", "rests", "off until mended", "cools down", "–"
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True)
class Ending:
    """What the server does, and what must come of it. `scenes` None: nobody listens there."""

    name: str
    scenes: tuple[Scene, ...] | None
    status: str
    verdict: str = "all_failed"
    calls: int = 1
    paid: str = "yes"
    buy: str = NOTHING
    rules: str = HALF
    sale: str = KEPT
    decider: str = NOTHING
    phone: str = LOUD
    after: str = AGAIN
    changes: dict[str, Any] = field(default_factory=dict)
    seconds: float | None = None
    answer: dict[str, Any] = field(default_factory=dict)


def _good(name: str, *scenes: Scene, calls: int = 1) -> Ending:
    return Ending(
        name,
        scenes,
        "ok",
        "approved",
        calls=calls,
        buy=GOOD_BUY,
        rules=GOOD_BUY,
        sale=SOLD,
        decider=GOOD_BUY,
        phone=SILENT,
        after=NOT_NEEDED,
    )


def _by_rules(name: str, status: str, verdict: str, phone: str, **changes: Any) -> Ending:
    """Nobody has a say: the strategy goes on as it would without models, a decider has no strategy to go on with."""
    return Ending(
        name,
        (Scene.GOOD,),
        status,
        verdict,
        calls=0,
        paid="no",
        buy=RULES,
        rules=RULES,
        sale=SOLD,
        phone=phone,
        after=NOT_NEEDED,
        changes=changes,
    )


ENDINGS = [
    _good("a good answer", Scene.GOOD),
    _good("500, then a good answer", Scene.SERVER_ERROR, Scene.GOOD, calls=2),
    Ending(
        "a good answer that says HOLD",
        (Scene.GOOD,),
        "ok",
        "rejected",
        rules=NOTHING,
        phone=TOLD,
        after=COOLS,
        answer={"decision": "HOLD", "percentage": 0},
    ),
    Ending("refusal", (Scene.REFUSAL,), "refused"),
    Ending("cut short (out of tokens)", (Scene.TRUNCATED,), "truncated"),
    Ending("429, retry-after 3600", (Scene.BUSY_AN_HOUR,), "error", paid="no", after=RESTS),
    Ending("429, account is empty", (Scene.NO_MONEY,), "error", paid="no", after=OFF),
    Ending("529 overloaded", (Scene.OVERLOADED,), "error", calls=2, paid="no"),
    Ending("401 bad key", (Scene.BAD_KEY,), "error", paid="no", after=OFF),
    Ending("404 model retired", (Scene.RETIRED,), "error", paid="no", after=OFF),
    Ending("400 prompt too long", (Scene.TOO_LONG,), "too_long", paid="no"),
    Ending("hangs", (Scene.HANG,), "late", paid="at most", seconds=0.2),
    Ending("connection cut", (Scene.CUT_OFF,), "error", calls=2, paid="at most"),
    Ending("200, an HTML page", (Scene.GARBAGE,), "error", calls=2, paid="at most"),
    Ending("200, half of a JSON", (Scene.HALF_JSON,), "error", calls=2, paid="at most"),
    Ending("200, some other JSON", (Scene.WRONG_SHAPE,), "error", calls=2, paid="at most"),
    Ending("429 with a list as body", (Scene.LIST_ERROR,), "error", paid="no"),
    Ending("empty content", (Scene.EMPTY,), "invalid", calls=2),
    Ending("prose instead of JSON", (Scene.PROSE,), "invalid", calls=2),
    Ending("NaN", (Scene.NAN,), "invalid", calls=2),
    Ending("confidence 7", (Scene.OUT_OF_RANGE,), "invalid", calls=2),
    Ending("evidence that was never given", (Scene.UNKNOWN_EVIDENCE,), "invalid", calls=2),
    Ending("nobody listens", None, "error", calls=0, paid="no"),
    _by_rules("the day's cap is reached", "budget", "budget", LOUD, ai_daily_krw="0"),
    _by_rules("too dear beside the order", "–", "too_dear", SILENT, ai_cost_share="0"),
]
FIELDS = ("status", "calls", "paid", "verdict", "buy", "rules", "sale", "decider", "phone", "after")


@dataclass
class Seen:
    """What happened, in the words of `Ending`; `cost` as shown."""

    status: str = "–"
    calls: int = 0
    paid: str = "no"
    verdict: str = ""
    buy: str = ""
    rules: str = ""
    sale: str = ""
    decider: str = ""
    phone: str = ""
    after: str = ""
    cost: str = "0"


class Bench:
    """One member over one wire; the client is made once, all else anew for each run."""

    def __init__(self, name: str, server: ModelServer) -> None:
        self.server = server
        self.spec = self._spec(name, server.url)
        self.adapter = adapter_of(self.spec)
        self.lost = adapter_of(self._spec(name, NOWHERE))

    @staticmethod
    def _spec(name: str, url: str) -> MemberSpec:
        table, model = price_table(), price_table().defaults[name]
        base = url if name == "anthropic" else f"{url}/v1"
        return MemberSpec(name, model, WIRES[name], base, "sk-loopback", table.prices[model])

    async def close(self) -> None:
        await asyncio.gather(self.adapter.close(), self.lost.close())

    async def see(self, ending: Ending) -> Seen:
        seen = Seen()
        seen.buy = await self._run(ending, "veto", UP, seen)
        seen.rules = await self._run(ending, "veto", UP, ai_unavailable="rules")
        seen.sale = await self._run(ending, "veto", DOWN)
        seen.decider = await self._run(ending, "decider", FLAT)
        return seen

    async def _run(
        self, ending: Ending, role: str, closes: Sequence[str], seen: Seen | None = None, **more: Any
    ) -> str:
        floor = Floor()
        floor.chronicle.routes = (Route("telegram", "1"),)
        self._prepare(ending, Side.SELL if closes is DOWN else Side.BUY)
        adapter: Adapter = self.lost if ending.scenes is None else self.adapter
        house = CycleHouse(floor, seats=[(self.spec, adapter)], ai_role=role, **{**more, **ending.changes})
        if ending.seconds is not None:
            hasty = house.tuning.current.model_copy(update={"ai_deadline_seconds": ending.seconds})
            house.counsel._settings = lambda: hasty
        try:
            if closes is DOWN:
                await floor.bought()
            before = len(floor.venue.requests)
            await house.run(closes)
            done = floor.venue.requests[before:]
            if seen is not None:
                await self._look(ending, floor, house, seen)
        finally:
            await floor.close()
        if closes is DOWN:
            return SOLD if [order.side for order in done] == [Side.SELL] else KEPT
        return " ".join(f"buys {order.notional:,.0f}" for order in done) or NOTHING

    def _prepare(self, ending: Ending, side: Side) -> None:
        plan = {"stop_loss_price": 99_000, "take_profit_price": 103_000, "market_factor": 0.8}
        said = {"decision": side.name, "plan": plan, **ending.answer}
        self.server.answer = answer_text(**said)
        self.server.scenes = list(ending.scenes or ())
        self.server.requests.clear()

    async def _look(self, ending: Ending, floor: Floor, house: CycleHouse, seen: Seen) -> None:
        """What was kept and told of the first question, and what becomes of the next candle's."""
        (row,) = await floor.read(lambda records: records.consultations.latest(5))
        seen.calls, seen.verdict = len(self.server.requests), row.verdict.value
        for result in row.results:
            seen.status, seen.paid, seen.cost = result.status.value, _paid(result), _cost(result)
        pushed = await floor.read(lambda records: records.outbox.pending("telegram", 50))
        told = [event for _, event in pushed if event.kind is EventKind.ADVICE]
        seen.phone = LOUD if any(e.severity.value == "warning" for e in told) else TOLD if told else SILENT
        seen.after = await self._next_candle(house, row.verdict)

    async def _next_candle(self, house: CycleHouse, verdict: Verdict) -> str:
        if verdict is Verdict.APPROVED or verdict.leaves_rules:
            return NOT_NEEDED
        asked = question(minutes=15, price="100100", strategy="sma_cross", notional=WANTED)
        advice = await house.counsel.advise(asked)
        if advice.verdict is Verdict.COOLDOWN:
            return COOLS
        if house.counsel.panel.troubles:
            return OFF
        newest = await house.floor.read(lambda records: records.consultations.latest(1))
        return RESTS if newest[0].results[0].status.value == "resting" else AGAIN


def _paid(result: MemberResult) -> str:
    return "at most" if result.estimated else "yes" if result.cost else "no"


def _cost(result: MemberResult) -> str:
    """To a hundredth of a won; where it was not told the most it can have been, to a won: prompts change a little."""
    return f"≤ {result.cost:.0f}" if result.estimated else f"{result.cost.quantize(D('0.01'))}"


async def look() -> dict[str, dict[str, Seen]]:
    """By ending and wire."""
    found: dict[str, dict[str, Seen]] = {ending.name: {} for ending in ENDINGS}
    async with serving(ModelServer()) as server:
        for name in WIRES:
            bench = Bench(name, server)
            try:
                for ending in ENDINGS:
                    found[ending.name][name] = await bench.see(ending)
            finally:
                await bench.close()
    return found


def wrong(found: dict[str, dict[str, Seen]]) -> list[str]:
    """Cells that are not as they must be."""
    return [
        f"{ending.name}, {name}: {key} is {getattr(seen, key)!r}, not {getattr(ending, key)!r}"
        for ending in ENDINGS
        for name, seen in found[ending.name].items()
        for key in FIELDS
        if getattr(seen, key) != getattr(ending, key)
    ]


HEAD = f"""# How a call to a model can end

Made by `python tests/advice/endings.py --out docs/model-endings.md`, which exits with 1 when a cell is not as it must
be; a test holds this page against a run. The vendors' real clients ask servers on loopback that speak the three wire
formats: Responses (`openai`), Messages (`anthropic`) and chat.completions (`gemini`, `local`). The endings mean the
same over each of them; where a cell has three values they stand in that order.

One member is asked about a buy of {WANTED:,.0f} KRW. Its good answer agrees to 50 % of it with a market factor of 0.8.
Cost is in KRW at the prices of `prices.toml` and 1,000 KRW per dollar, for 1,200 tokens in and 150 out a call; `≤`
where the server did not say and the worst case was counted. Only `ok` is a vote. The second call is the one more try
that a passing fault, or an answer that is none, is worth.

- **a buy** and **a sale**: a strategy's wish under `veto`. What is not sold stays under its guard: stop, take profit,
  trailing stop and panic never ask a model.
- **…, rules**: the same buy with `AI_UNAVAILABLE=rules`.
- **decider**: the models' own buy.
- **phone**: what people are sent – the trade itself, why there is none, or a warning.
- **next candle**: whether the same question is put again. *Rests*: for as long as the server said, or 15 minutes after
  three failures in a row. *Off*: until a person mends key, account or name; that is told once.

| The call | counts as | calls | cost | verdict | a buy | …, rules | a sale | decider | phone | next candle |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def page(found: dict[str, dict[str, Seen]]) -> str:
    lines = []
    for ending in ENDINGS:
        by_wire = list(found[ending.name].values())
        keys = ("status", "calls", "cost", "verdict", "buy", "rules", "sale", "decider", "phone", "after")
        cells = [_cell([str(getattr(seen, key)) for seen in by_wire]) for key in keys]
        lines.append("| " + " | ".join([ending.name, *cells]) + " |")
    return HEAD + "\n".join(lines) + "\n"


def _cell(values: list[str]) -> str:
    return values[0] if len(set(values)) == 1 else " / ".join(values)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="where the page is written; without it, to the terminal")
    given = parser.parse_args()
    found = asyncio.run(look())
    text, faults = page(found), wrong(found)
    if given.out is not None:
        given.out.write_text(text, encoding="utf-8")
    else:
        print(text)
    for fault in faults:
        print(f"WRONG: {fault}", file=sys.stderr)
    print(f"{len(ENDINGS)} endings, {len(WIRES)} wires, {len(faults)} cells wrong", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
