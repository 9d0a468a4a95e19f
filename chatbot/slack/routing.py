"""Envelopes through slack-bolt: its `AsyncApp` decides what is for us and which listener reads it. The only file that
imports `slack_bolt`.

A listener acknowledges and says what came; it runs nothing. The link sends the acknowledgement and only then hands on
what was read. Why not by Bolt's own means: docs/adr/0012-libraries-at-the-chat.md."""

from __future__ import annotations

import logging
import re
from typing import Any

import structlog
from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncBoltContext, AsyncBoltRequest
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.error import BoltUnhandledRequestError

from chatbot.commands import REGISTRY
from chatbot.slack.api import Bot, SlackApi
from chatbot.slack.envelopes import Incoming, line_of_command, line_of_event, opened, press
from chatbot.slack.render import BUTTON_ID

log = structlog.get_logger(__name__)

_COMMAND = re.compile(r"^/")
"""Every slash command of the app: where /trader is taken, a person gives ours another beginning."""
_NAME = "slack_bolt.trader"
"""Bolt sets the level of the logger of this name and of those below; without the prefix it would be that of ours."""
_READ = "incoming"


class Routing:
    """One workspace, known from the start: neither building nor `read` calls Slack, and no file is written."""

    def __init__(self, api: SlackApi, bot: Bot) -> None:
        installed = AuthorizeResult(
            enterprise_id=None, team_id=bot.team_id, bot_id=bot.bot_id, bot_user_id=bot.user_id, bot_token=bot.token
        )  # no user_id: Bolt would take it for the person's

        async def authorize() -> AuthorizeResult:
            return installed

        logger = logging.getLogger(_NAME)
        logger.setLevel(logging.ERROR)  # warns that a token stands in the environment too
        self._app = AsyncApp(
            name=_NAME,
            logger=logger,
            client=api.client,
            authorize=authorize,
            process_before_response=True,  # else Bolt looks every 10 ms whether the listener has acknowledged
            raise_error_for_unhandled_request=True,  # they come to `_failed`
            request_verification_enabled=False,  # this and what follows is for HTTP, workflows and assistants
            ssl_check_enabled=False,
            url_verification_enabled=False,
            attaching_function_token_enabled=False,
            attaching_conversation_kwargs_enabled=False,
        )
        self._app.error(self._failed)
        self._app.command(_COMMAND)(self._command)
        self._app.block_action(BUTTON_ID)(self._press)
        self._app.event({"type": "message", "subtype": None}, matchers=[_direct, _by_a_person, _own_words])(self._event)
        self._app.event("app_mention", matchers=[_by_a_person, _own_words])(self._event)
        self._app.event("app_home_opened")(self._home)

    async def read(self, envelope: dict[str, Any]) -> Incoming | None:
        """What a person typed or pressed; None: not for us (other bots, edits, joins, unknown buttons), or malformed.

        Does not wait for anything; never raises. Whatever it says, the envelope may be acknowledged: one that came to
        nothing would come to nothing again."""
        payload = envelope.get("payload")
        if not isinstance(payload, dict):
            return None
        try:
            request = AsyncBoltRequest(mode="socket_mode", body=payload)
            response = await self._app.async_dispatch(request)
        except Exception:  # Bolt takes the shape of a payload for granted
            log.exception("slack_malformed_envelope")
            return None
        incoming = request.context.get(_READ)
        return incoming if response.status == 200 else None

    # ---- what Bolt calls, with arguments chosen by their names

    async def _command(self, ack: AsyncAck, command: dict[str, Any], context: AsyncBoltContext) -> None:
        context[_READ] = line_of_command(command, lambda name: REGISTRY.find(name) is not None)
        await ack()

    async def _press(
        self, ack: AsyncAck, body: dict[str, Any], action: dict[str, Any], context: AsyncBoltContext
    ) -> None:
        context[_READ] = press(body, action)
        await ack()

    async def _event(self, body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext) -> None:
        """Bolt acknowledges events by itself."""
        context[_READ] = line_of_event(body, event)

    async def _home(self, body: dict[str, Any], event: dict[str, Any], context: AsyncBoltContext) -> None:
        context[_READ] = opened(body, event)

    async def _failed(self, error: Exception, body: dict[str, Any]) -> None:
        if isinstance(error, BoltUnhandledRequestError):
            log.info("slack_not_for_us", kind=body.get("type"))
        else:
            log.error("slack_malformed_envelope", exc_info=error)


async def _direct(event: dict[str, Any]) -> bool:
    return event.get("channel_type") == "im"


async def _by_a_person(event: dict[str, Any]) -> bool:
    """Bolt itself drops only what our own bot said."""
    return not (event.get("bot_id") or event.get("subtype") or event.get("hidden"))


async def _own_words(event: dict[str, Any]) -> bool:
    """Not an edited message (a mention comes again when it is edited), none that was shared from elsewhere, and no
    quotation in it."""
    attachments = _dicts(event.get("attachments"))
    shared = any(a.get("is_share") or a.get("is_msg_unfurl") or a.get("message_blocks") for a in attachments)
    return not (event.get("edited") or shared or _quotes(event.get("blocks")))


def _quotes(blocks: Any) -> bool:
    """Whether a rich text holds a quotation; they stand on the first level of it."""
    parts = (part for block in _dicts(blocks) for part in _dicts(block.get("elements")))
    return any(part.get("type") == "rich_text_quote" for part in parts)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
