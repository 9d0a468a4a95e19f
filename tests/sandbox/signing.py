"""A small client that signs as the reference says (§2), for tests that look at raw answers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import uuid
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote, urlencode

import aiohttp
import jwt
from yarl import URL

from sandbox.server import Sandbox

Pairs = list[tuple[str, str]]


def token(access: str, secret: str, hashed: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    """A bearer header for parameters rendered as `hashed`."""
    payload: dict[str, Any] = {"access_key": access, "nonce": str(uuid.uuid4())}
    if hashed is not None:
        payload["query_hash"] = hashlib.sha512(hashed.encode()).hexdigest()
        payload["query_hash_alg"] = "SHA512"
    payload.update(claims)
    payload = {name: value for name, value in payload.items() if value is not None}
    return "Bearer " + jwt.encode(payload, secret, algorithm=algorithm)


class Answer:
    """Status, headers and decoded body of an answer."""

    def __init__(self, status: int, headers: Any, text: str) -> None:
        self.status, self.headers, self.text = status, headers, text

    @property
    def body(self) -> Any:
        return json.loads(self.text)

    @property
    def error(self) -> Any:
        return self.body["error"]["name"]


class Client:
    """Signs and sends; one connection pool."""

    def __init__(self, sandbox: Sandbox, session: aiohttp.ClientSession) -> None:
        self.sandbox = sandbox
        self.session = session

    async def send(self, method: str, path: str, **kwargs: Any) -> Answer:
        url = URL(self.sandbox.rest_url + path, encoded=True)
        async with self.session.request(method, url, **kwargs) as response:
            return Answer(response.status, response.headers, await response.text())

    def sign(self, hashed: str | None = None, **claims: Any) -> dict[str, str]:
        key = self.sandbox.auth.key
        return {"Authorization": token(key.access_key, key.secret_key, hashed, **claims)}

    async def get(self, path: str, params: Iterable[tuple[str, str]] | dict[str, str] = ()) -> Answer:
        return await self._query("GET", path, params)

    async def delete(self, path: str, params: Iterable[tuple[str, str]] | dict[str, str] = ()) -> Answer:
        return await self._query("DELETE", path, params)

    async def _query(self, method: str, path: str, params: Any) -> Answer:
        pairs: Pairs = list(params.items()) if isinstance(params, dict) else list(params)
        if not pairs:
            return await self.send(method, path, headers=self.sign())
        query = urlencode(pairs)
        return await self.send(method, f"{path}?{query}", headers=self.sign(unquote(query)))

    async def post(self, path: str, body: dict[str, Any]) -> Answer:
        hashed = "&".join(f"{name}={value}" for name, value in body.items())
        return await self.send("POST", path, json=body, headers=self.sign(hashed))

    async def order(self, **body: Any) -> Answer:
        return await self.post("/v1/orders", body)

    async def control(self, path: str, body: dict[str, Any]) -> Answer:
        return await self.send("POST", f"/sandbox/{path}", json=body)

    async def settled(self, uuid_: str, done: Callable[[Any], bool] | None = None) -> Any:
        """GET /v1/order until it has ended, or `done` says so; at most 5 s."""
        deadline = asyncio.get_running_loop().time() + 5
        while True:
            order = (await self.get("/v1/order", {"uuid": uuid_})).body
            if (done(order) if done else order["state"] != "wait") or asyncio.get_running_loop().time() > deadline:
                return order
            await asyncio.sleep(0.01)
