"""The outbox delivered without a service: senders that only send, for a few seconds.

No poller and no Socket Mode connection is opened: what people typed meanwhile stays for the next start."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from functools import partial

import structlog

from chatbot.coins import Coins
from chatbot.frontend import Send
from chatbot.languages import Languages
from chatbot.outbox import OutboxSender
from trader.clock import Clock
from trader.ports import Storage
from trader.settings import Settings

log = structlog.get_logger(__name__)

SECONDS = 10.0


async def deliver(storage: Storage, clock: Clock, settings: Settings, seconds: float = SECONDS) -> int:
    """Give what waits so long to go out; returns how many messages wait still. StorageFailed."""
    languages = await Languages.load(settings.language, Coins(), storage)
    async with AsyncExitStack() as opened:
        senders = []
        for channel, send in _senders(settings, opened).items():
            sender = OutboxSender(storage, clock, channel, send, partial(languages.of_place, channel))
            opened.push_async_callback(sender.stop)
            await sender.start()
            senders.append(sender)
        await asyncio.gather(*(sender.flush(seconds) for sender in senders))
    return await storage.read(lambda records: records.outbox.pending_count())


def _senders(settings: Settings, opened: AsyncExitStack) -> dict[str, Send]:
    """By channel, those with credentials. Their libraries are imported here, because they are large."""
    senders: dict[str, Send] = {}
    if token := settings.telegram_bot_token.get_secret_value():
        senders["telegram"] = _telegram(token, settings.telegram_api_url, opened)
    if token := settings.slack_bot_token.get_secret_value():
        senders["slack"] = _slack(token, settings.slack_api_url, opened)
    return senders


def _telegram(token: str, address: str, opened: AsyncExitStack) -> Send:
    from chatbot.telegram.api import TelegramApi
    from chatbot.telegram.posting import post

    api = TelegramApi(token, address)
    opened.push_async_callback(api.close)
    return partial(post, api)


def _slack(token: str, address: str, opened: AsyncExitStack) -> Send:
    from chatbot.slack.api import SlackApi
    from chatbot.slack.posting import post

    api = SlackApi(token, "", address)
    opened.push_async_callback(api.close)
    return partial(post, api)
