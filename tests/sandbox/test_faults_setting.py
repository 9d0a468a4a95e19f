"""Setting faults: what POST /sandbox/faults accepts, what it refuses and in which words, and what GET lists."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import FaultError
from sandbox.faults.kinds import KINDS
from sandbox.server import Sandbox
from tests.sandbox.signing import Client

SMALLEST: dict[str, dict[str, Any]] = {
    "http_status": {"status": 503},
    "balance_change": {"type": "deposit", "currency": "KRW", "amount": 1},
    "clock_skew": {"seconds": 1},
    "price_jump": {"market": "KRW-BTC", "fraction": 0.01},
}
"""What the kinds that need something need."""


@pytest.mark.parametrize("kind", KINDS)
async def test_every_kind_has_defaults(client: Client, kind: str) -> None:
    """The smallest form of each is accepted and listed with its defaults filled in."""
    answer = await client.send("POST", "/sandbox/faults", json=[{"kind": kind, **SMALLEST.get(kind, {})}])
    assert answer.status == 200
    (row,) = answer.body["faults"]
    assert (row["id"], row["kind"], row["times"], row["after"], row["chance"]) == (1, kind, 1, 0, 1.0)
    assert {"match", "seed", "seen", "fired", "active"} <= set(row)
    listed = (await client.send("GET", "/sandbox/faults")).body
    assert [entry["kind"] for entry in listed["faults"]] == [kind]
    assert (await client.send("DELETE", "/sandbox/faults")).body == {"cleared": 1}
    assert (await client.send("GET", "/sandbox/faults")).body["faults"] == []


REFUSED: list[tuple[Any, str]] = [
    ({"kind": "explode"}, "fault 1: kind must be one of drop_response_after_accept, delay_accept,"),
    ({}, "fault 1: kind must be one of"),
    ("timeout", "fault 1: must be a JSON object"),
    ({"kind": "timeout", "second": 1}, "fault 1 (timeout): unknown fields: second; known: kind, match, times,"),
    ({"kind": "timeout", "seconds": 0}, "fault 1 (timeout): seconds must be a number above 0 to 86400"),
    ({"kind": "timeout", "seconds": "5"}, "seconds must be a number"),
    ({"kind": "timeout", "seconds": True}, "seconds must be a number"),
    ({"kind": "timeout", "when": "now"}, "when must be one of before, after"),
    ({"kind": "timeout", "times": -1}, "times must be a whole number from 0 to 1000000000"),
    ({"kind": "timeout", "times": 1.5}, "times must be a whole number"),
    ({"kind": "timeout", "after": -1}, "after must be a whole number"),
    ({"kind": "timeout", "chance": 0}, "chance must be a number above 0 to 1"),
    ({"kind": "timeout", "chance": 1.1}, "chance must be a number"),
    ({"kind": "timeout", "seed": "x"}, "seed must be a whole number"),
    ({"kind": "timeout", "match": []}, "match must be a JSON object"),
    ({"kind": "timeout", "match": {"verb": "GET"}}, "unknown match fields: verb; known: method, path, market,"),
    ({"kind": "timeout", "match": {"method": "PUT"}}, "match.method must be one of GET, POST, DELETE"),
    ({"kind": "timeout", "match": {"path": "/sandbox/state"}}, "match.path must be a path under /v1/ or"),
    ({"kind": "timeout", "match": {"path": "/v1/order?uuid=1"}}, "match.path must be a path under"),
    ({"kind": "timeout", "match": {"market": "BTC"}}, "match.market must be a market code like KRW-BTC"),
    ({"kind": "timeout", "match": {"market": "KRW-NONE"}}, "there is no market KRW-NONE"),
    ({"kind": "timeout", "match": {"side": "buy"}}, "match.side must be one of bid, ask"),
    ({"kind": "timeout", "match": {"path": "/websocket/v1"}}, "when must be before for a stream's handshake"),
    ({"kind": "slow_body", "match": {"path": "/websocket/*"}}, "match.path must be a path under"),
    ({"kind": "slow_body", "match": {"path": "/websocket/v1*"}}, "a stream's handshake takes http_status, timeout"),
    ({"kind": "http_status"}, "fault 1 (http_status): status is missing"),
    ({"kind": "http_status", "status": 200}, "status must be a whole number from 400 to 599"),
    ({"kind": "http_status", "status": 429, "body_shape": "xml"}, "body_shape must be one of nested, flat, text, html"),
    ({"kind": "http_status", "status": 502, "body_shape": "html", "name": "x"}, "a body in html has no name"),
    ({"kind": "http_status", "status": 400, "name": "a\nb"}, "name must be a text of 1 to 200 printable characters"),
    ({"kind": "http_status", "status": 429, "retry_after": 0}, "retry_after must be a whole number from 1"),
    ({"kind": "error_after_accept", "status": 404}, "status must be a whole number from 500 to 599"),
    ({"kind": "delay_accept", "answer": "later"}, "answer must be one of cut, none"),
    ({"kind": "delay_accept", "match": {"method": "DELETE"}}, "match.path is needed with a method other than POST"),
    ({"kind": "ws_silence", "times": 2}, "times must be 1: once begun it goes on by itself"),
    ({"kind": "ws_silence", "times": None}, "times must be 1: once begun it goes on by itself"),
    ({"kind": "ws_silence", "answer_pings": 1}, "answer_pings must be true or false"),
    ({"kind": "ws_gap", "stream": "info"}, "stream must be one of public, private, both"),
    ({"kind": "ws_gap", "match": {"path": "/v1/orders"}}, "unknown match fields: path; known: type, market"),
    ({"kind": "ws_gap", "match": {"type": "myorder"}}, "match.type must be a stream type like ticker"),
    ({"kind": "ws_disconnect", "code": 99}, "code must be a whole number from 1000 to 4999"),
    ({"kind": "partial_then_stall", "share": 1.5}, "share must be a number above 0 to 1"),
    ({"kind": "balance_change", "amount": 1}, "type is missing"),
    ({"kind": "balance_change", "type": "deposit", "currency": "KRW"}, "amount is missing"),
    ({"kind": "balance_change", "type": "deposit", "amount": 1}, "currency is missing for a deposit"),
    (
        {"kind": "balance_change", "type": "deposit", "currency": "KRW", "amount": 0},
        "amount must be a number above zero",
    ),
    ({"kind": "balance_change", "type": "deposit", "currency": "KRW", "amount": "1e-9"}, "at most 8 decimals"),
    ({"kind": "balance_change", "type": "deposit", "currency": "won", "amount": 1}, "currency must be a currency code"),
    (
        {"kind": "balance_change", "type": "deposit", "currency": "KRW", "side": "bid", "amount": 1},
        "side has no place in a deposit",
    ),
    ({"kind": "balance_change", "type": "manual_trade", "amount": 1}, "market is missing for a manual_trade"),
    (
        {"kind": "balance_change", "type": "deposit", "currency": "KRW", "amount": 1, "times": 2},
        "without match it happens at once: times must be 1, after 0 and chance 1",
    ),
    ({"kind": "clock_skew"}, "seconds is missing"),
    ({"kind": "clock_skew", "seconds": 0}, "seconds must not be 0: the clock would stay"),
    ({"kind": "clock_skew", "seconds": 1, "times": 0}, "times must be 1: once begun"),
    ({"kind": "price_jump", "fraction": 0.1}, "market is missing"),
    ({"kind": "price_jump", "market": "KRW-BTC", "fraction": -1}, "fraction must be a number above -1 to 10"),
    ({"kind": "price_jump", "market": "KRW-NONE", "fraction": 1}, "there is no market KRW-NONE"),
]


async def test_what_is_refused(client: Client) -> None:
    """400 with a line that names the fault's place, its kind, the field and what was expected; nothing is set."""
    for given, expected in REFUSED:
        answer = await client.send("POST", "/sandbox/faults", json=[given])
        assert answer.status == 400, given
        assert answer.error == "sandbox_control"
        assert expected in answer.body["error"]["message"], answer.text
    assert client.sandbox.faults.rows() == []


@pytest.mark.parametrize("body", ["", "{}", '{"kind": "timeout"}', "[", "[]", "[" * 5000, "3", "\ud800"])
async def test_bodies_that_are_no_list(client: Client, body: str) -> None:
    answer = await client.send("POST", "/sandbox/faults", data=body.encode("utf-8", "surrogatepass"))
    assert answer.status == 400
    assert "a JSON list of faults" in answer.body["error"]["message"]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
async def test_numbers_that_are_none(client: Client, number: str) -> None:
    answer = await client.send("POST", "/sandbox/faults", data=f'[{{"kind": "timeout", "seconds": {number}}}]')
    assert "seconds must be a number" in answer.body["error"]["message"]


async def test_one_bad_fault_sets_none(client: Client) -> None:
    """Its place counts from 1."""
    answer = await client.send("POST", "/sandbox/faults", json=[{"kind": "timeout"}, {"kind": "http_status"}])
    assert answer.body["error"]["message"] == "fault 2 (http_status): status is missing"
    assert client.sandbox.faults.rows() == []


async def test_numbers_go_on_and_null_is_absent(client: Client) -> None:
    """times null or 0 = unlimited; every other null is as if it were not there."""
    faults = client.sandbox.faults
    faults.add(
        [{"kind": "timeout", "match": None, "after": None, "times": None}, {"kind": "truncated_json", "times": 0}]
    )
    faults.clear()
    (row,) = faults.add([{"kind": "http_status", "status": 503, "seconds": 5}])
    assert (row["id"], row["times"]) == (3, 0)  # a duration without a number: unlimited while it lasts


async def test_the_list_stays_within_bounds(sandbox: Sandbox) -> None:
    """Faults that are over make room for new ones, oldest first."""
    drop = {"kind": "balance_change", "type": "deposit", "currency": "KRW", "amount": 1}
    for _ in range(3):
        sandbox.faults.add([drop] * 500)
    rows = sandbox.faults.rows()
    assert (len(rows), rows[0]["id"], rows[-1]["id"]) == (1000, 501, 1500)
    with pytest.raises(FaultError, match="at most 1000 faults at a time"):
        sandbox.faults.add([drop] * 1001)


async def test_rows_are_json(sandbox: Sandbox) -> None:
    rows = sandbox.faults.add([{"kind": kind, **SMALLEST.get(kind, {})} for kind in KINDS])
    assert json.loads(json.dumps(rows)) == rows


DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "sandbox-faults.md"


def test_every_kind_and_field_is_documented() -> None:
    """The row of a kind names each of its fields."""
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*)$", DOCUMENT.read_text(), re.MULTILINE))
    for name, kind in KINDS.items():
        assert [field for field in kind.fields if f"`{field}`" not in rows[name]] == [], name


async def test_the_documented_examples_are_accepted(client: Client) -> None:
    """Every list that the document sends with curl."""
    examples = re.findall(r"-d '(\[.*?\])'", DOCUMENT.read_text(), re.DOTALL)
    assert len(examples) >= 10
    for example in examples:
        answer = await client.send("POST", "/sandbox/faults", data=example)
        assert answer.status == 200, answer.text
        assert not any("error" in row for row in answer.body["faults"])
