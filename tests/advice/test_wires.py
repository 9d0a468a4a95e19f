"""The vendors' real clients against servers that speak their wire formats: how each ending counts (E2).

A call that ends well costs (1,000 × 0.10 + 200 × 0.01 + 150 × 0.50) ÷ 1,000,000 USD where the cache is told apart."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest

from tests.advice.parts import NOON
from tests.fakes.model_server import INPUT, OUTPUT, ModelServer, Scene, serving
from trader.advice.answers import DECISION
from trader.advice.budget import Budget, Caps
from trader.advice.members.loading import adapter_of
from trader.advice.members.member import MemberSpec, Wire
from trader.advice.members.panel import Panel, Rate
from trader.advice.prices import Price
from trader.clock import ManualClock
from trader.model.advice import MemberResult, MemberStatus, Prompt, Stance

D = Decimal
PROMPT = Prompt(
    "1", "You check trades.", '{"items":{}}', frozenset({"c:rsi"}), {"system": 10, "items": 10}, "ab", DECISION
)
WIRES = {"openai": Wire.RESPONSES, "anthropic": Wire.MESSAGES, "gemini": Wire.CHAT}
OK, ERROR = MemberStatus.OK, MemberStatus.ERROR


@pytest.fixture
async def server() -> AsyncIterator[ModelServer]:
    async with serving(ModelServer()) as made:
        yield made


def member(name: str, server: ModelServer, model: str = "a-model") -> Panel:
    base = server.url if name == "anthropic" else f"{server.url}/v1"
    wire = WIRES.get(name, Wire.CHAT)
    spec = MemberSpec(name, model, wire, base, "sk-test", Price(D("0.10"), D("0.50"), D("0.01")), max_output=1000)
    return Panel([(spec, adapter_of(spec))], ManualClock(NOON), Budget(), lambda: Rate(D(1000), True))


async def ask(panel: Panel, seconds: float = 5) -> MemberResult:
    caps = Caps(D(10**6), D(10**6))
    try:
        (result,) = await panel.ask(PROMPT, price=D(95_000_000), seconds=seconds, caps=caps)
    finally:
        await panel.close()
    return result


ENDINGS: list[tuple[Scene, MemberStatus, str, int]] = [
    # how the server ends it, what it counts as, the words kept of it, calls made
    (Scene.GOOD, OK, "", 1),
    (Scene.REFUSAL, MemberStatus.REFUSED, "refusal", 1),
    (Scene.TRUNCATED, MemberStatus.TRUNCATED, "", 1),
    (Scene.BUSY_AN_HOUR, ERROR, "http 429", 1),
    (Scene.NO_MONEY, ERROR, "http 429", 1),
    (Scene.OVERLOADED, ERROR, "http 529", 2),
    (Scene.BAD_KEY, ERROR, "http 401", 1),
    (Scene.RETIRED, ERROR, "http 404", 1),
    (Scene.TOO_LONG, MemberStatus.TOO_LONG, "http 400", 1),
    (Scene.CUT_OFF, ERROR, "unreadable", 2),
    (Scene.GARBAGE, ERROR, "unreadable", 2),
    (Scene.HALF_JSON, ERROR, "unreadable", 2),
    (Scene.WRONG_SHAPE, ERROR, "", 2),
    (Scene.HUGE, ERROR, "too large", 1),
    (Scene.DEEP, ERROR, "unreadable: RecursionError", 2),
    (Scene.MOVED, ERROR, "http 307", 1),
    (Scene.LIST_ERROR, ERROR, "http 429", 1),
    (Scene.EMPTY, MemberStatus.INVALID, "empty", 2),
    (Scene.PROSE, MemberStatus.INVALID, "not JSON", 2),
    (Scene.NAN, MemberStatus.INVALID, "not JSON", 2),
    (Scene.OUT_OF_RANGE, MemberStatus.INVALID, "confidence", 2),
    (Scene.UNKNOWN_EVIDENCE, MemberStatus.INVALID, "evidence_ids", 2),
]


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize(("scene", "status", "detail", "calls"), ENDINGS, ids=[row[0].name for row in ENDINGS])
async def test_endings(server: ModelServer, name: str, scene: Scene, status: MemberStatus, detail: str, calls: int):
    server.scenes = [scene]
    result = await ask(member(name, server))
    assert (result.status, len(server.requests)) == (status, calls)
    assert result.detail.startswith(detail)
    assert (result.answer is None) == (status is not OK)
    assert "said no" not in result.detail  # the vendor's prose is not ours to repeat
    assert server.strayed == 0


@pytest.mark.parametrize("name", WIRES)
async def test_a_passing_error_then_a_good_answer(server: ModelServer, name: str):
    server.scenes = [Scene.SERVER_ERROR, Scene.GOOD]
    assert (await ask(member(name, server))).status is OK


@pytest.mark.parametrize("name", WIRES)
async def test_a_hanging_server_is_late_at_the_deadline_and_counted_in_full(server: ModelServer, name: str):
    server.scenes = [Scene.HANG]
    result = await ask(member(name, server), seconds=0.3)
    assert (result.status, result.estimated) == (MemberStatus.LATE, True)
    # all it was sent at the price of input that is cached, and all it may say: ÷ 1,000,000 × 1,000 KRW
    assert result.cost == (PROMPT.most_input * D("1.25") * D("0.10") + 1000 * D("0.50")) / 1000


@pytest.mark.parametrize(("name", "cached"), [("openai", 200), ("anthropic", 200), ("gemini", None)])
async def test_a_good_answer_with_its_bill(server: ModelServer, name: str, cached: int | None):
    result = await ask(member(name, server))
    assert result.answer is not None
    assert (result.answer.stance, result.answer.percentage) == (Stance.BUY, 50)
    assert result.answer.plan.stop == 93_500_000
    assert (result.usage.input, result.usage.output, result.usage.cache_read) == (INPUT, OUTPUT, cached)
    assert result.cost == (D("0.177") if cached else D("0.195"))
    assert not result.estimated


COUNTS = ("input_tokens", "output_tokens", "prompt_tokens", "completion_tokens")
ABSURD = [-(10**9), 12.5, "many", [1], {}, None]


@pytest.mark.parametrize("name", WIRES)
@pytest.mark.parametrize("said", ABSURD, ids=str)
async def test_a_count_that_is_none_is_billed_in_full(server: ModelServer, name: str, said: Any):
    server.usage = dict.fromkeys(COUNTS, said)
    result = await ask(member(name, server), seconds=1)
    worst = (PROMPT.most_input * D("1.25") * D("0.10") + 1000 * D("0.50")) / 1000
    assert (result.cost, result.estimated) == (worst, True)


@pytest.mark.parametrize("name", WIRES)
async def test_a_cache_that_cannot_be_adds_nothing(server: ModelServer, name: str):
    wrong = {"cached_tokens": -(10**9), "cache_write_tokens": "x"}
    server.usage = {"input_tokens_details": wrong, "prompt_tokens_details": wrong, "cache_read_input_tokens": -(10**9)}
    result = await ask(member(name, server))
    tokens = INPUT - 200 if name == "anthropic" else INPUT  # its own figure leaves the cache out
    assert result.cost == (tokens * D("0.10") + OUTPUT * D("0.50")) / 1000


async def test_thinking_that_stands_in_the_total_alone_is_billed(server: ModelServer):
    server.usage = {"completion_tokens": 150, "total_tokens": INPUT + 900}
    result = await ask(member("gemini", server))
    # 1,200 in and 900 out: 0.12 + 0.45
    assert (result.usage.output, result.cost) == (900, D("0.57"))


async def test_what_each_vendor_is_sent(server: ModelServer, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-stray")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9")
    for name in WIRES:
        await ask(member(name, server))
    responses, messages, chat = server.requests
    assert (responses["store"], responses["text"]["format"]["strict"]) == (False, True)
    assert "temperature" not in json.dumps(server.requests)
    assert messages["output_config"]["format"]["type"] == "json_schema"
    assert set(chat) == {"model", "messages", "max_tokens", "response_format", "reasoning_effort"}
    assert not any("openai-organization" in {key.lower() for key in headers} for headers in server.headers)


async def test_a_local_server_without_schemas_is_asked_for_plain_json(server: ModelServer):
    server.knows_schemas = False
    result = await ask(member("local", server))
    assert result.status is OK
    second: dict[str, Any] = server.requests[1]
    assert second["response_format"] == {"type": "json_object"}
    assert '"price_plan"' in second["messages"][0]["content"]


async def test_nobody_there_costs_nothing(server: ModelServer):
    server.url = "http://127.0.0.1:9"
    result = await ask(member("openai", server))
    assert (result.status, result.cost) == (ERROR, 0)


@pytest.mark.parametrize("name", ["openai", "anthropic"])
async def test_models_that_end_are_known_beforehand(server: ModelServer, name: str):
    panel = member(name, server, "ending")
    assert await panel.retirements() == {name: "2027-01-14"}
    assert await member(name, server, "staying").retirements() == {}
    assert await member(name, server, "gone").retirements() == {name: "unknown: http 404"}
