"""Tokens and query hashes over HTTP (reference §2): what is accepted, and each refusal by its name."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import jwt
import pytest

from sandbox.rest.auth import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY
from sandbox.rest.private import Options
from tests.sandbox.signing import Client


def test_default_keys_look_like_real_ones() -> None:
    """§2: Upbit's keys are 40 characters."""
    assert len(DEFAULT_ACCESS_KEY) == len(DEFAULT_SECRET_KEY) == 40


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
async def test_the_three_algorithms(client: Client, algorithm: str) -> None:
    """§2."""
    assert (await client.send("GET", "/v1/accounts", headers=client.sign(algorithm=algorithm))).status == 200


async def refused(client: Client, name: str, headers: dict[str, str], path: str = "/v1/accounts") -> None:
    answer = await client.send("GET", path, headers=headers)
    assert (answer.status, answer.error) == (401, name)
    assert answer.headers["Remaining-Req"].startswith("group=default; min=")


async def test_no_token(client: Client) -> None:
    """§2: no header, another scheme, or an empty one."""
    for headers in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer "}, {"Authorization": "Bearer"}):
        await refused(client, "no_authorization_token", headers)


async def test_bad_tokens(client: Client) -> None:
    """§2: wrong signature, garbage, alg none, missing claims."""
    key = client.sandbox.auth.key
    claims = {"access_key": key.access_key, "nonce": str(uuid.uuid4())}
    bad = [
        "x",
        "a.b.c",
        jwt.encode(claims, "another secret, also long enough for it", algorithm="HS256"),
        jwt.encode(claims, "", algorithm="none"),
        jwt.encode({"nonce": "n1"}, key.secret_key, algorithm="HS256"),
        jwt.encode({"access_key": 5, "nonce": "n2"}, key.secret_key, algorithm="HS256"),
        jwt.encode({"access_key": key.access_key}, key.secret_key, algorithm="HS256"),
        jwt.encode({"access_key": key.access_key, "nonce": 7}, key.secret_key, algorithm="HS256"),
        jwt.encode({"access_key": key.access_key, "nonce": ""}, key.secret_key, algorithm="HS256"),
    ]
    nested = base64.urlsafe_b64encode(b'{"a":' + b"[" * 4000).decode().rstrip("=")
    bad.append(f"eyJhbGciOiJIUzI1NiJ9.{nested}.x")
    for token in bad:
        await refused(client, "jwt_verification", {"Authorization": f"Bearer {token}"})


async def test_unknown_access_key(client: Client) -> None:
    """§12: a client's name for it."""
    await refused(client, "invalid_access_key", client.sign(access_key="someone-else"))


async def test_times_in_the_token_do_not_matter(client: Client) -> None:
    """§2: exp and iat are not part of the protocol."""
    assert (await client.send("GET", "/v1/accounts", headers=client.sign(exp=1, iat=9_999_999_999))).status == 200


async def test_a_nonce_is_used_once(client: Client) -> None:
    """§2."""
    headers = client.sign()
    assert (await client.send("GET", "/v1/accounts", headers=headers)).status == 200
    await refused(client, "nonce_used", headers)


async def test_hash_of_the_query(client: Client) -> None:
    """§2: over the query as sent, percent-decoded; missing, wrong, reordered or for nothing is refused."""
    path = "/v1/orders/open?market=KRW-BTC&states[]=wait"
    good = "market=KRW-BTC&states[]=wait"
    assert (await client.send("GET", path, headers=client.sign(good))).status == 200
    encoded = "/v1/orders/open?market=KRW-BTC&states%5B%5D=wait"
    assert (await client.send("GET", encoded, headers=client.sign(good))).status == 200
    assert (await client.send("GET", path, headers=client.sign(good, query_hash_alg=None))).status == 200
    await refused(client, "invalid_query_payload", client.sign(), path)
    await refused(client, "invalid_query_payload", client.sign("states[]=wait&market=KRW-BTC"), path)
    await refused(client, "invalid_query_payload", client.sign("market=KRW-BTC&states%5B%5D=wait"), encoded)
    await refused(client, "invalid_query_payload", client.sign(good, query_hash_alg="SHA256"), path)
    await refused(client, "invalid_query_payload", client.sign(good, query_hash=5), path)
    await refused(client, "invalid_query_payload", client.sign("a=b"), "/v1/accounts")
    empty = client.sign(query_hash=hashlib.sha512(b"").hexdigest())
    assert (await client.send("GET", "/v1/accounts", headers=empty)).status == 200


async def test_hash_of_a_json_body(client: Client) -> None:
    """§2: the worked example; key order counts, values are not encoded."""
    body = {"market": "KRW-BTC", "side": "bid", "price": "6000", "ord_type": "price", "identifier": "b1-000123"}
    text = "market=KRW-BTC&side=bid&price=6000&ord_type=price&identifier=b1-000123"
    answer = await client.send("POST", "/v1/orders/test", json=body, headers=client.sign(text))
    assert answer.status == 201
    for wrong in (None, "side=bid&market=KRW-BTC&price=6000&ord_type=price&identifier=b1-000123", text + "0"):
        headers = client.sign(wrong)
        answer = await client.send("POST", "/v1/orders/test", json=body, headers=headers)
        assert (answer.status, answer.error) == (401, "invalid_query_payload")
    odd = {**body, "identifier": "a+b %2B&c=d"}
    text = text.replace("b1-000123", "a+b %2B&c=d")
    assert (await client.send("POST", "/v1/orders/test", json=odd, headers=client.sign(text))).status == 201


async def test_form_bodies_behind_a_switch(make_sandbox: Callable[..., Any]) -> None:
    """§14: pyupbit sends GET parameters as a form and DELETE parameters as JSON; the strict sandbox refuses both."""
    for options, status in ((Options(), 404), (Options(body_for_get=False), 401)):
        started = await make_sandbox(options=options)
        async with aiohttp.ClientSession() as session:
            client = Client(started, session)
            form = await client.send("GET", "/v1/order", data={"uuid": "u"}, headers=client.sign("uuid=u"))
            json_ = await client.send("DELETE", "/v1/order", json={"uuid": "u"}, headers=client.sign("uuid=u"))
            assert form.status == json_.status == status


async def test_keys_that_may_not(client: Client) -> None:
    """§1, §2, §12: expired, wrong address, missing permission; each key here is the account's own, restricted."""
    auth = client.sandbox.auth
    whole = auth.key
    auth.key = replace(whole, allowed_ips=frozenset({"10.0.0.1"}))
    await refused(client, "no_authorization_ip", client.sign())
    auth.key = replace(whole, permissions=frozenset({"view_assets", "view_orders"}))
    assert (await client.get("/v1/orders/open")).status == 200
    answer = await client.delete("/v1/order", {"uuid": "u"})
    assert (answer.status, answer.error) == (401, "out_of_scope")
    auth.key = replace(whole, expires_at=client.sandbox.clock.now() + timedelta(hours=1))
    listed = (await client.get("/v1/api_keys")).body
    assert listed[0]["access_key"] == whole.access_key
    assert listed[0]["expire_at"].endswith("+09:00")
    await client.control("advance", {"seconds": 3601})
    await refused(client, "expired_access_key", client.sign())


async def test_the_token_comes_first(client: Client) -> None:
    """A stranger learns nothing: even a broken body is answered with 401."""
    answer = await client.send("POST", "/v1/orders", data="{", headers={"Content-Type": "application/json"})
    assert (answer.status, answer.error) == (401, "no_authorization_token")
