"""A reply as Telegram and Slack get it: posted by the real clients to the services on loopback, and written down."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from chatbot.reply import Reply
from chatbot.slack import posting as slack_posting
from chatbot.slack.api import SlackApi
from chatbot.telegram import posting as telegram_posting
from chatbot.telegram.api import TelegramApi
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import SentMessage, TelegramServer

CHAT, CHANNEL = "42", "C1"
_TOKEN = re.compile(r"\b(do|drop):[\w-]+")
"""The second step of a question goes by a random token."""


@dataclass(frozen=True, slots=True)
class Phones:
    """Both services, with what our clients posted to them."""

    telegram: TelegramServer
    slack: SlackServer
    _telegram_api: TelegramApi
    _slack_api: SlackApi

    async def told(self, reply: Reply) -> dict[str, list[dict[str, Any]]]:
        """The messages of one reply on each platform."""
        del self.telegram.messages[:], self.slack.messages[:], self.slack.files[:]
        await telegram_posting.post(self._telegram_api, CHAT, reply)
        await slack_posting.post(self._slack_api, CHANNEL, reply)
        files = [{"file": file["name"], "title": file["title"]} for file in self.slack.files]
        posted = [{"text": m.text, "blocks": m.blocks} for m in self.slack.messages]
        plain = {"telegram": [_telegram(m) for m in self.telegram.messages], "slack": [*files, *posted]}
        found: dict[str, list[dict[str, Any]]] = json.loads(_TOKEN.sub(r"\1:token", json.dumps(plain)))
        return found


def _telegram(message: SentMessage) -> dict[str, Any]:
    """Without what is empty."""
    whole = {
        "photo": bool(message.photo),
        "document": message.document and message.document[0],
        "text": message.text,
        "entities": message.entities,
        "keyboard": [[[b["text"], b["callback_data"]] for b in row] for row in message.keyboard],
        "quiet": message.quiet,
    }
    return {key: value for key, value in whole.items() if value}


@asynccontextmanager
async def phones() -> AsyncIterator[Phones]:
    async with TelegramServer() as telegram, SlackServer() as slack:
        telegram_api = TelegramApi(telegram.token, telegram.url)
        await telegram_api.connect()
        slack_api = SlackApi(slack.bot_token, slack.app_token, slack.url)
        try:
            yield Phones(telegram, slack, telegram_api, slack_api)
        finally:
            await slack_api.close()
            await telegram_api.close()


def written(golden: Mapping[str, Any]) -> str:
    """One line for each message of a platform in a language: short, and a change shows where it is."""
    languages = [
        json.dumps(language)
        + ": {\n"
        + ",\n".join(
            f"  {json.dumps(platform)}: [\n"
            + ",\n".join("   " + json.dumps(one, ensure_ascii=False) for one in messages)
            + "\n  ]"
            for platform, messages in platforms.items()
        )
        + "\n }"
        for language, platforms in golden.items()
    ]
    return "{\n " + ",\n ".join(languages) + "\n}\n"
