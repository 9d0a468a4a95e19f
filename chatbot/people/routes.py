"""Who is told what happens: as the settings say, and as people come and go."""

from __future__ import annotations

from chatbot.people.access import Access
from trader.chronicle import Route
from trader.settings import Settings


def routes(settings: Settings, access: Access) -> list[Route]:
    """The chat or channel named, else every owner's own chat; nobody who was shut out."""
    named = {"telegram": settings.telegram_chat_id, "slack": settings.slack_channel}
    return [route for channel in channels(settings) for route in _of(channel, named[channel], access)]


def channels(settings: Settings) -> list[str]:
    """Those a message can leave by."""
    tokens = {"telegram": settings.telegram_bot_token, "slack": settings.slack_bot_token}
    return [channel for channel, token in tokens.items() if token.get_secret_value()]


def _of(channel: str, named: str, access: Access) -> list[Route]:
    """A private chat bears the id of the person in it, on both platforms: it is no place for one who was shut out."""
    person = access.known(f"{channel}:{named}") if named else None
    if named and not (person is not None and person.revoked):
        return [Route(channel, named)]
    return [Route(channel, owner.user_id) for owner in access.owners(channel)]


def refuges(settings: Settings, access: Access) -> dict[str, list[str]]:
    """By channel, who is told there what another channel does not deliver: as ever."""
    found: dict[str, list[str]] = {}
    for route in routes(settings, access):
        found.setdefault(route.channel, []).append(route.target)
    return found
