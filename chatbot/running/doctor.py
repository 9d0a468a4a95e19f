"""What is missing or wrong, in plain words (D4). Reads only; sends no order and no message."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from chatbot.people.access import Access
from chatbot.running.app import check_strategy
from chatbot.running.data_dir import make_data_dir
from chatbot.running.venue import Venue, open_venue
from storage.memory import MemoryStorage
from storage.sql import open_storage
from trader.advice.members.member import Adapter, MemberSpec, ModelUnknown
from trader.advice.members.roster import roster
from trader.errors import TraderError
from trader.exchange.upbit.client import UpbitExchange
from trader.model.mode import Mode
from trader.settings import Settings

EXPIRY_WARNING = timedelta(days=30)
MOST_CLOCK_OFFSET_SECONDS = 2.0
LEAST_DISK = 500 * 2**20
MODEL_SECONDS = 15.0


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` None = could not be told, or worth a look; False = must be mended, and `message` says how."""

    name: str
    ok: bool | None
    message: str

    def line(self) -> str:
        mark = {True: "ok  ", False: "BAD ", None: "note"}[self.ok]
        return f"{mark} {self.name:10} {self.message}"

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


async def examine(settings: Settings) -> list[Finding]:
    """Every check, whatever the others say."""
    checks: list[Callable[[Settings], Awaitable[list[Finding]]]] = [
        _disk,
        _database,
        _exchange,
        _models,
        _telegram,
        _slack,
    ]
    findings = [Finding("settings", True, f"MODE={settings.mode.value}, {' '.join(settings.markets)}"), *_slips()]
    try:
        check_strategy(settings)
    except TraderError as err:
        findings.append(Finding("strategy", False, str(err)))
    for check in checks:
        try:
            findings += await check(settings)
        except (TraderError, OSError, httpx.HTTPError) as err:
            findings.append(Finding(check.__name__.strip("_"), False, str(err) or type(err).__name__))
    return findings


def _slips() -> list[Finding]:
    return [
        Finding(
            "settings",
            None,
            f"{slip.name} is no setting and is ignored" + (f"; is {slip.nearest} meant?" if slip.nearest else ""),
        )
        for slip in Settings.slips()
    ]


async def _disk(settings: Settings) -> list[Finding]:
    make_data_dir(settings.data_dir)
    free = shutil.disk_usage(settings.data_dir).free
    return [Finding("disk", free > LEAST_DISK, f"{free / 2**30:.1f} GB free in {settings.data_dir}")]


async def _database(settings: Settings) -> list[Finding]:
    storage = await open_storage(settings.storage_url)
    await storage.close()
    return [Finding("database", True, storage.name)]


async def _exchange(settings: Settings) -> list[Finding]:
    venue = await open_venue(settings, MemoryStorage())
    exchange = UpbitExchange(venue.rest_url, venue.access_key, venue.secret_key, venue.clock)
    try:
        listed = {info.market for info in await exchange.markets()}
        unknown = [market.code for market in settings.market_list if market not in listed]
        found = [Finding("exchange", True, f"{venue.rest_url} answers, {len(listed)} markets")]
        if unknown:
            found.append(Finding("markets", False, f"not listed there: {' '.join(unknown)}; mend MARKETS"))
        found += await _keys(exchange, settings)
        return [*found, await _clock(venue, settings)]
    finally:
        await exchange.close()
        await venue.close()


async def _keys(exchange: UpbitExchange, settings: Settings) -> list[Finding]:
    rights = await exchange.key_rights()
    found = []
    if settings.mode is Mode.LIVE and rights.withdrawals:
        found.append(Finding("key", False, "this key may withdraw: make one without that right and use it instead"))
    missing = [name for name in ("view_assets", "view_orders", "make_orders") if getattr(rights, name) is False]
    if missing:
        found.append(Finding("key", False, f"the key lacks: {', '.join(missing)}"))
    if rights.expires_at is not None:
        left = rights.expires_at - datetime.now(UTC)
        soon = left < EXPIRY_WARNING
        found.append(Finding("key", None if soon else True, f"expires {rights.expires_at:%Y-%m-%d}, {left.days} days"))
    return found or [Finding("key", True, "works")]


async def _clock(venue: Venue, settings: Settings) -> Finding:
    """Upbit states no time of its own; its answers' Date header is exact to a second."""
    if settings.mode is not Mode.LIVE:
        return Finding("clock", True, f"follows the local exchange, {venue.clock.speed:g}× life")
    async with httpx.AsyncClient(timeout=5.0) as client:
        answer = await client.get(f"{venue.rest_url}/v1/market/all")
        theirs = datetime.strptime(answer.headers["Date"], "%a, %d %b %Y %H:%M:%S GMT").replace(tzinfo=UTC)
    offset = abs((datetime.now(UTC) - theirs).total_seconds())
    right = offset <= MOST_CLOCK_OFFSET_SECONDS
    return Finding("clock", right, f"{offset:.0f} s from the exchange's" + ("" if right else "; switch on NTP"))


async def _models(settings: Settings) -> list[Finding]:
    """Keys, prices, and whether the vendors know the models; SettingsError says what is missing."""
    if not settings.ai_members:
        return [Finding("models", None, "nobody is asked: AI_MEMBERS names none")]
    seats = roster(settings)
    try:
        return [await _member(spec, adapter) for spec, adapter in seats]
    finally:
        await asyncio.gather(*(adapter.close() for _, adapter in seats))


async def _member(spec: MemberSpec, adapter: Adapter) -> Finding:
    told = f"{spec.name}: {spec.model}, {spec.price.input:f}/{spec.price.output:f} USD per million tokens in/out"
    try:
        async with asyncio.timeout(MODEL_SECONDS):
            ends = await adapter.retires()
    except ModelUnknown as err:
        return Finding("models", False, f"{spec.name}: {spec.model} is not known there, or not with this key ({err})")
    except TimeoutError:
        return Finding("models", None, f"{told}; no answer in {MODEL_SECONDS:g} s")
    if ends == "retired":
        return Finding("models", False, f"{told}; it has ended: set {spec.name.upper()}_MODEL to another")
    return Finding("models", None, f"{told}; ends {ends}") if ends else Finding("models", True, told)


async def _telegram(settings: Settings) -> list[Finding]:
    token = settings.telegram_bot_token.get_secret_value()
    if not token:
        return [Finding("telegram", None, "off: set TELEGRAM_BOT_TOKEN to talk from a phone")]
    async with httpx.AsyncClient(timeout=5.0) as client:
        answer = (await client.get(f"{settings.telegram_api_url}/bot{token}/getMe")).json()
    if not answer.get("ok"):
        return [Finding("telegram", False, f"the token is refused: {answer.get('description', 'no reason given')}")]
    found = [Finding("telegram", True, f"@{answer['result'].get('username', '?')}")]
    return [*found, *await _admitted(settings, "telegram")]


async def _admitted(settings: Settings, channel: str) -> list[Finding]:
    storage = await open_storage(settings.storage_url)
    try:
        members = await storage.read(lambda records: records.people.all())
    finally:
        await storage.close()
    if Access.from_settings(settings, members).owners(channel):
        return []
    return [Finding(channel, None, "no owner yet: `run` prints a code, which you send to the bot as /pair CODE")]


async def _slack(settings: Settings) -> list[Finding]:
    token = settings.slack_bot_token.get_secret_value()
    if not token:
        return [Finding("slack", None, "off: set SLACK_BOT_TOKEN and SLACK_APP_TOKEN to use it")]
    async with httpx.AsyncClient(timeout=5.0) as client:
        headers = {"Authorization": f"Bearer {token}"}
        answer = (await client.post(f"{settings.slack_api_url}/api/auth.test", headers=headers)).json()
    if not answer.get("ok"):
        return [Finding("slack", False, f"the token is refused: {answer.get('error', 'no reason given')}")]
    found = [Finding("slack", True, f"{answer.get('team', '?')}")]
    found += await _admitted(settings, "slack")
    if not settings.slack_channel:
        found.append(Finding("slack", None, "SLACK_CHANNEL is empty: notices go to each owner alone"))
    return found
