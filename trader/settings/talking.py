"""Whom it talks to: Telegram, Slack, and who may do what there by the environment."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, SecretStr, model_validator

from trader.settings.fields import Words, fixed


class TalkingSettings(BaseModel):
    telegram_bot_token: SecretStr = fixed(SecretStr(""), "from @BotFather; empty: no Telegram", "", "talking")
    telegram_api_url: str = fixed("https://api.telegram.org", "Telegram's address", "URL", "talking")
    telegram_owners: Words = fixed((), "numeric user ids that may do everything", "ids", "talking")
    telegram_traders: Words = fixed((), "ids that may trade", "ids", "talking")
    telegram_viewers: Words = fixed((), "ids that may look", "ids", "talking")
    telegram_chat_id: str = fixed("", "chat for notifications; empty: every owner's own chat", "id", "talking")
    slack_bot_token: SecretStr = fixed(SecretStr(""), "xoxb-…; empty: no Slack", "", "talking")
    slack_app_token: SecretStr = fixed(SecretStr(""), "xapp-… for Socket Mode", "", "talking")
    slack_api_url: str = fixed("https://slack.com", "Slack's address", "URL", "talking")
    slack_owners: Words = fixed((), "member ids (U…) that may do everything", "ids", "talking")
    slack_traders: Words = fixed((), "ids that may trade", "ids", "talking")
    slack_viewers: Words = fixed((), "ids that may look", "ids", "talking")
    slack_channel: str = fixed("", "channel id for notifications", "id", "talking")

    @model_validator(mode="after")
    def _both_slack_tokens(self) -> Self:
        if bool(self.slack_bot_token.get_secret_value()) != bool(self.slack_app_token.get_secret_value()):
            raise ValueError("Slack needs both SLACK_BOT_TOKEN and SLACK_APP_TOKEN")
        return self
