"""deploy/slack-manifest.yaml: what the Slack app is and asks for, with every command of the registry (`make docs`).

Slack knows commands such as /status itself and takes none of the same name: ours stand behind `/trader-`, and all of
them behind `/trader` too."""

from __future__ import annotations

import json

from chatbot.commands import REGISTRY
from chatbot.commands.helping import GROUPS
from chatbot.failures import usage_line
from chatbot.people.access import Role
from chatbot.registry import Command
from chatbot.wording import Words

MOST_COMMANDS = 50
"""Of one app. Those beyond stand behind `/trader` alone."""

_HEAD = """\
# Slack app of the trader. api.slack.com/apps → Create New App → From a manifest. Then: install it to the workspace
# (SLACK_BOT_TOKEN, xoxb-…), make an app-level token with connections:write (SLACK_APP_TOKEN, xapp-…), invite the bot
# to the channel whose id is SLACK_CHANNEL. Where /trader is taken, give it and those below another beginning.
# This file is written by `make docs`.
display_information:
  name: trader
  description: Upbit spot trader, commanded from here
features:
  app_home:
    home_tab_enabled: true
    messages_tab_enabled: true
    messages_tab_read_only_enabled: false
  bot_user:
    display_name: trader
    always_online: true
  slash_commands:
    - command: /trader
      description: A command for the trader, or a sentence
      usage_hint: status | positions | pause | panic | help
      should_escape: false
"""

_TAIL = """\
oauth_config:
  scopes:
    bot:
      - commands            # /trader
      - chat:write          # answers and notices
      - files:write         # pictures
      - im:history          # direct messages to the bot
      - im:write            # pictures and edits in direct messages
      - app_mentions:read   # @trader status
settings:
  event_subscriptions:
    bot_events:
      - app_home_opened
      - app_mention
      - message.im
  interactivity:
    is_enabled: true
  org_deploy_enabled: false
  socket_mode_enabled: true
  token_rotation_enabled: false
"""


def manifest() -> str:
    """The whole file."""
    found = sorted(REGISTRY.all(Role.OWNER), key=lambda command: GROUPS.index(command.group))
    words = Words("en")
    return _HEAD + "".join(_entry(command, words) for command in found[: MOST_COMMANDS - 1]) + _TAIL


def _entry(command: Command, words: Words) -> str:
    arguments = usage_line(command, words).partition(" ")[2]
    hint = f"      usage_hint: {json.dumps(arguments, ensure_ascii=False)}\n" if arguments else ""
    return (
        f"    - command: /trader-{command.name}\n"
        f"      description: {json.dumps(words(f'help-{command.name}'), ensure_ascii=False)}\n"
        f"{hint}"
        "      should_escape: false\n"
    )
