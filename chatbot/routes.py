"""Who is told what happens."""

from __future__ import annotations

from trader.chronicle import Route
from trader.settings import Settings


def routes(settings: Settings) -> list[Route]:
    """Who is told: the chat named, else each owner's own chat; and the Slack channel."""
    found: list[Route] = []
    if settings.telegram_bot_token.get_secret_value():
        targets = [settings.telegram_chat_id] if settings.telegram_chat_id else settings.telegram_owners
        found += [Route("telegram", target) for target in targets]
    if settings.slack_bot_token.get_secret_value() and settings.slack_channel:
        found.append(Route("slack", settings.slack_channel))
    return found
