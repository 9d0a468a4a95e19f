"""What is done to a house from outside: prices, faults and open orders at the sandbox, a service that freezes."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sqlite3
from decimal import Decimal
from typing import Any

import httpx

from tests.e2e.house import House


async def price(house: House, market: str) -> Decimal:
    async with httpx.AsyncClient() as client:
        [ticker] = (await client.get(f"{house.rest_url}/v1/ticker", params={"markets": market})).json()
    return Decimal(str(ticker["trade_price"]))


async def fault(house: House, kind: str, **fields: Any) -> None:
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{house.rest_url}/sandbox/faults", json=[{"kind": kind, **fields}])
    assert answer.status_code in (200, 201), answer.text


async def no_faults(house: House) -> None:
    async with httpx.AsyncClient() as client:
        (await client.delete(f"{house.rest_url}/sandbox/faults")).raise_for_status()


async def open_orders(house: House) -> int:
    return sum(order["state"] == "wait" for order in (await house.state())["orders"])


async def rest_a_buy(house: House, coin: str = "ETH") -> None:
    """A limit buy of 100,000 KRW far below the market, which stays open."""
    far = await price(house, f"KRW-{coin}") * Decimal("0.8")
    reply = await house.say(f"/buy {coin} 100000 at {far:.0f} confirm")
    assert reply["tone"] == "ok", reply


async def freeze(house: House) -> None:
    """SIGSTOP, at a moment at which it does not happen to hold the books' write lock."""
    assert house.service is not None
    while True:
        house.service.signal(signal.SIGSTOP)
        with contextlib.closing(sqlite3.connect(house.data_dir / "trader.sqlite3", timeout=0.2)) as books:
            try:
                books.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                house.service.signal(signal.SIGCONT)
                await asyncio.sleep(0.05)
            else:
                return
