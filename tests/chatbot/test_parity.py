"""C1: what one platform says and offers, the other does too: every command of the registry, typed on both, through the
real clients. On Slack by the command's own name, as its manifest has it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from chatbot.commands import REGISTRY
from chatbot.wording import Words
from storage.memory import MemoryStorage
from tests.chatbot.chat_bench import Bench
from tests.chatbot.live_bench import ME, phones
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer

GOLDEN = Path(__file__).parent / "golden"
WORDS = Words("en")
OTHERWISE = re.compile(r"(?<=/pair )\S+|telegram:1|slack:U1|Telegram 1|Slack U1|Kim|kim|Owner")
"""Codes, and what people are called."""


def lines(text: str) -> list[str]:
    return [OTHERWISE.sub("·", line).strip() for line in text.splitlines() if line.strip()]


async def on_telegram(line: str) -> tuple[list[str], list[str], list[str]]:
    """Lines, buttons and files of the answer."""
    async with (
        TelegramServer() as telegram,
        SlackServer() as slack,
        phones(telegram, slack, MemoryStorage(), bench=Bench()),
    ):
        telegram.say(ME, line)
        await telegram.next_message()
        said = telegram.messages
        files = ["picture" for m in said if m.photo] + [m.document[0] for m in said if m.document]
        return [x for m in said for x in lines(m.text)], [x for m in said for x in m.labels], files


async def on_slack(name: str, arguments: str) -> tuple[list[str], list[str], list[str]]:
    async with (
        TelegramServer() as telegram,
        SlackServer() as slack,
        phones(telegram, slack, MemoryStorage(), bench=Bench()),
    ):
        await slack.command("U1", arguments, command=f"/trader-{name}")
        await slack.next_message()
        said = slack.messages
        files = [f["name"] if f["name"] != "picture.png" else "picture" for f in slack.files]
        return [x for m in said for x in lines(m.shown)], [x for m in said for x in m.labels], files


@pytest.mark.parametrize("name", [command.name for command in REGISTRY.all()])
async def test_every_command_answers_alike(name: str) -> None:
    line = WORDS(f"example-{name}")
    assert await on_slack(name, line.partition(" ")[2]) == await on_telegram(line)


@pytest.mark.parametrize("golden", sorted(GOLDEN.glob("*.json")), ids=lambda path: path.stem)
def test_every_message_has_the_same_buttons_on_both(golden: Path) -> None:
    """Label and action, row by row."""
    for platforms in json.loads(golden.read_text(encoding="utf-8")).values():
        on_telegram = [row for message in platforms["telegram"] for row in message.get("keyboard", [])]
        rows = [b["elements"] for m in platforms["slack"] for b in m.get("blocks", []) if b["type"] == "actions"]
        assert [[[e["text"]["text"], e["value"]] for e in row] for row in rows] == on_telegram
