"""C5: every message, on each platform and in each language, as it was last looked at; and what holds of all of them.

After a wording was changed on purpose: `python -m pytest tests/chatbot/test_golden.py --write-golden`, then read the
difference."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chatbot.commands import REGISTRY
from chatbot.reply import cells
from chatbot.wording import LANGUAGES
from tests.chatbot.fake_desk import INFOS
from tests.chatbot.golden_replies import MESSAGES, kinds_told, reply_of
from tests.chatbot.golden_wire import phones, written
from trader.advice.members.roster import NAMES
from trader.model.advice import AiRole, AiUnavailable, VoteRule
from trader.model.events import EventKind
from trader.settings import Settings
from trader.signals.registry import get
from trader.signals.registry import names as strategies

FOLDER = Path(__file__).parent / "golden"
PHONE_CELLS = 34
"""Monospace cells in a line on a screen 360 px wide."""

Golden = dict[str, dict[str, list[dict[str, Any]]]]


async def _all() -> dict[str, Golden]:
    async with phones() as both:
        return {
            name: {language: await both.told(await reply_of(name, language)) for language in LANGUAGES}
            for name in MESSAGES
        }


@pytest.fixture(scope="module")
def told(request: pytest.FixtureRequest) -> dict[str, Golden]:
    found = asyncio.run(_all())
    if request.config.getoption("--write-golden", default=False):
        FOLDER.mkdir(exist_ok=True)
        for old in FOLDER.glob("*.json"):
            old.unlink()
        for name, golden in found.items():
            (FOLDER / f"{name}.json").write_text(written(golden), encoding="utf-8")
    return found


def test_every_kind_of_event_and_every_file_has_its_message() -> None:
    assert kinds_told() == set(EventKind)
    assert {path.stem for path in FOLDER.glob("*.json")} == set(MESSAGES)


@pytest.mark.parametrize("name", MESSAGES)
def test_it_reads_as_it_was_last_looked_at(name: str, told: dict[str, Golden]) -> None:
    assert told[name] == json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


# ---------------------------------------------------------------- what must hold of all


@pytest.mark.parametrize("name", MESSAGES)
def test_tables_fit_a_phone(name: str, told: dict[str, Golden]) -> None:
    for language in LANGUAGES:
        wide = [line for line in _monospaced(told[name][language]) if cells(line) > PHONE_CELLS]
        assert not wide, f"{language}: wider than {PHONE_CELLS} cells"


@pytest.mark.parametrize("name", MESSAGES)
def test_within_the_limits_of_telegram(name: str, told: dict[str, Golden]) -> None:
    for message in (m for language in LANGUAGES for m in told[name][language]["telegram"]):
        assert _units(message.get("text", "")) <= (1024 if "photo" in message or "document" in message else 4096)
        rows = message.get("keyboard", [])
        assert len(rows) <= 100
        assert all(len(row) <= 8 for row in rows)
        assert all(1 <= len(action.encode()) <= 64 for row in rows for _, action in row)


@pytest.mark.parametrize("name", MESSAGES)
def test_within_the_limits_of_block_kit(name: str, told: dict[str, Golden]) -> None:
    """docs.slack.dev/reference/block-kit"""
    for message in (m for language in LANGUAGES for m in told[name][language]["slack"] if "blocks" in m):
        blocks = message["blocks"]
        assert 1 <= len(blocks) <= 50
        ids = [block["block_id"] for block in blocks if "block_id" in block]
        assert len(ids) == len(set(ids))
        assert all(len(one) <= 255 for one in ids)
        assert all(len(b["text"]["text"]) <= 150 for b in blocks if b["type"] == "header")
        buttons = [e for b in blocks if b["type"] == "actions" for e in b["elements"]]
        assert all(len(b["text"]["text"]) <= 75 and len(b["value"]) <= 2000 for b in buttons)
        assert all(len(text) <= 3000 for text in _texts(blocks))


@pytest.mark.parametrize("name", MESSAGES)
def test_both_platforms_say_the_same(name: str, told: dict[str, Golden]) -> None:
    for language in LANGUAGES:
        on_telegram = {line for m in told[name][language]["telegram"] for line in m.get("text", "").splitlines()}
        blocks = [b for m in told[name][language]["slack"] for b in m.get("blocks", []) if b["type"] != "actions"]
        on_slack = {line for text in _texts(blocks) for line in text.splitlines()}
        assert {line.strip() for line in on_telegram} == {line.strip() for line in on_slack}


_PERSON = re.compile(r"\b(telegram|slack|console|shell):\w")
_LATIN = re.compile(r"[A-Za-z][A-Za-z_]*")
_NAMES = re.compile(
    r"/[a-z]+(?: [A-Z]+| [a-z]+_[a-z_]+| [a-z]+\b)*"  # commands with what follows them
    r"|\b[A-Z0-9]{4,}\b|\b[A-Z]{3,5}-[A-Z0-9]+\b"  # ids, settings of the server, codes of markets
    r"|\b\d+(?:[mhd]|bps|s|MB)\b|\b[a-z]+(?:_[a-z]+)+\b"  # lengths and units; keys of settings, names of strategies
    r"|\bU\d+\b|\bV-1\b|gpt-x"  # ids in the examples
)
ALLOWED = {
    *("AI", "API", "CSV", "RSI", "MACD", "KRW", "ID", "IP", "Slack", "Telegram", "Upbit", "English", "Brier"),
    *("s", "bps", "MB", "kill", "at", "trader", "fixed", "risk", "kelly"),  # units; what is typed as it stands here
    *(str(value) for kind in (AiRole, VoteRule, AiUnavailable) for value in kind),  # typed as well
    *("ATR", "json"),  # an indicator, the end of a file's name
    *("systemctl", "python", "chatbot", "m", "doctor"),  # typed on the server
    *("Owner", "Trader", "Viewer"),  # names of people in the examples
}


@pytest.mark.parametrize("name", MESSAGES)
def test_korean_is_korean(name: str, told: dict[str, Golden]) -> None:
    """Latin letters only in codes, ids, units, commands, settings, strategies and names."""
    known = (
        ALLOWED | _parameters() | set(NAMES) | set(strategies()) | set(Settings.model_fields) | _codes() | _commands()
    )
    leaked = {
        word
        for text in _read(told[name]["ko"])
        for word in _LATIN.findall(_NAMES.sub(" ", text))
        if word not in known and word.lower() not in known
    }
    assert not leaked


@pytest.mark.parametrize("name", MESSAGES)
def test_english_is_english(name: str, told: dict[str, Golden]) -> None:
    """Korean only where it is typed or a name: other names of commands, the button of the language, a person."""
    texts = [re.sub(r"/[가-힣]+|한국어|김철수", "", text) for text in _read(told[name]["en"])]
    assert not [text for text in texts if re.search("[가-힣]", text)]


_LOWER = re.compile(r"[^\w/]*[a-z]{2}")
_NAMES_FIRST = re.compile(r"[^\w]*(?:" + "|".join((*strategies(), "openai", "anthropic", "gemini")) + ")")


@pytest.mark.parametrize("name", MESSAGES)
def test_titles_and_buttons_begin_with_a_capital_letter(name: str, told: dict[str, Golden]) -> None:
    """Where they begin with a word; not codes (`1h`), commands (`/buy`) and names of strategies and models."""
    messages = told[name]["en"]["telegram"]
    titles = [message["text"].splitlines()[0] for message in messages if message.get("text")]
    labels = [label for message in messages for row in message.get("keyboard", []) for label, _ in row]
    low = [text for text in (*titles, *labels) if _LOWER.match(text) and not _NAMES_FIRST.match(text)]
    assert not low


@pytest.mark.parametrize("name", MESSAGES)
def test_nothing_raw_is_shown(name: str, told: dict[str, Golden]) -> None:
    """No ids of people as we keep them, no times as we keep them, no value of the program's, no hole in a sentence."""
    for text in (text for language in LANGUAGES for text in _read(told[name][language])):
        assert not _PERSON.search(text)
        assert not re.search(r"\d{4}-\d\d-\d\dT\d\d", text)
        assert not re.search(r"\bNone\b|\bTrue\b|\bFalse\b|Decimal\(|[{}]|\u2068|\u2069", text)
        assert not re.search(r"  ·|· *$|: *$|\( *\)", text, re.MULTILINE)


# ---------------------------------------------------------------- reading a golden


def _codes() -> set[str]:
    return {part for info in INFOS for part in info.market.code.split("-")} | {"DUST", "AIR"}


def _parameters() -> set[str]:
    return {name for strategy in strategies() for name in get(strategy).__dataclass_fields__}


def _commands() -> set[str]:
    return {command.name for command in REGISTRY.all()}


def _read(platforms: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    """What a person reads: texts and labels."""
    for message in platforms["telegram"]:
        yield message.get("text", "")
        yield from (label for row in message.get("keyboard", []) for label, _ in row)
    for message in platforms["slack"]:
        yield message.get("title", "")
        yield from _texts(message.get("blocks", []))


def _monospaced(platforms: dict[str, list[dict[str, Any]]]) -> Iterator[str]:
    for message in platforms["telegram"]:
        units = message.get("text", "").encode("utf-16-le")
        for entity in message.get("entities", []):
            if entity["type"] == "pre":
                start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
                yield from units[start:end].decode("utf-16-le").splitlines()
    for message in platforms["slack"]:
        for element in (e for b in message.get("blocks", []) for e in b.get("elements", [])):
            if element["type"] == "rich_text_preformatted":
                yield from (line for text in _texts(element) for line in text.splitlines())


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["text"]] if isinstance(value.get("text"), str) else []
        return own + [text for inner in value.values() if not isinstance(inner, str) for text in _texts(inner)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list) else []


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2
