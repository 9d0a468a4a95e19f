"""Makes the pictures of one trade as both phones show it: `.venv/bin/python docs/pictures/threads.py`.

A sandbox and the service are started as the end-to-end tests start them, with a Telegram and a Slack on loopback. A
person asks for a buy and approves it, the price rises until the stop is pulled up, then falls below it. What the two
services were sent is drawn as a phone 360 px wide shows it: Telegram's text and entities, Slack's blocks. Needs what
`make.py` needs; says so where Chromium is missing."""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import types
from collections.abc import Callable
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(ROOT), str(HERE)]
tests = types.ModuleType("tests")  # another distribution installs a package of this name
tests.__path__ = [str(ROOT / "tests")]
sys.modules["tests"] = tests

from make import photograph  # noqa: E402

from tests.e2e.house import OWNER, House  # noqa: E402
from tests.e2e.processes import until  # noqa: E402
from tests.fakes.slack_server import PostedMessage, SlackServer  # noqa: E402
from tests.fakes.telegram_server import SentMessage, TelegramServer  # noqa: E402

SETTINGS = {"TRAIL_FRACTION": "0.02", "STOP_FRACTION": "0.03", "TAKE_FRACTION": "0"}
LINES = {"ko": "비트코인 10만원 사줘", "en": "buy 100,000 won of bitcoin"}
WORDS = {
    "ko": ("시작:", "매수 제안", "승인", "진입: 비트코인", "보유 중", "손절 이동", "청산: 비트코인", "거래 종료"),
    "en": ("Started", "Proposal", "Approve", "In: Bitcoin", "Holding", "Stop moved", "Out: Bitcoin", "Trade over"),
}
Screens = dict[str, list[str]]


async def trade(language: str) -> Screens:
    """Three screens of each platform: asked · bought, with the stop pulled up · sold by the stop."""
    started, proposal, yes, entry, holding, moved, out, over = WORDS[language]
    folder = Path(tempfile.mkdtemp(prefix="pic-"))
    async with TelegramServer() as telegram, SlackServer() as slack:
        house = House(folder, telegram, slack, more=SETTINGS | {"LANGUAGE": language})
        try:
            await house.open_sandbox()
            await house.open_service()
            await house.told(started)
            await slack.linked()
            telegram.say(OWNER, LINES[language])
            await until(lambda: house.telegrams(proposal))
            await slack.command("U1", LINES[language])
            await until(lambda: house.slacks(proposal))
            asked = house.telegrams(proposal)[-1]
            screens: Screens = {
                "telegram": [_mine(LINES[language]) + _telegram(asked)],
                "slack": [_slack_mine(LINES[language]) + _slack(house.slacks(proposal)[-1])],
            }
            telegram.press(OWNER, asked, next(label for label in asked.labels if yes in label))
            told = await house.told(entry)
            await _cards(house, holding)
            await house.jump("KRW-BTC", "1.04")
            _show(screens, await _cards(house, moved), told)
            await house.jump("KRW-BTC", "0.978")
            told = await house.told(out)
            _show(screens, await _cards(house, over), told)
        finally:
            await house.close()
            shutil.rmtree(folder, ignore_errors=True)
    return screens


async def _cards(house: House, words: str) -> tuple[SentMessage, PostedMessage]:
    """The card of the trade on each phone once it says `words`: it is the message the others answer."""

    def found() -> tuple[list[SentMessage], list[PostedMessage]]:
        roots = {m.reply_to for m in house.telegram.messages} - {None}
        threads = {m.thread for m in house.slack.messages} - {""}
        return (
            [m for m in house.telegrams(words) if m.message_id in roots],
            [m for m in house.slack.messages if m.ts in threads and words in m.shown],
        )

    await until(lambda: all(found()), 40)
    return found()[0][0], found()[1][0]


def _show(screens: Screens, cards: tuple[SentMessage, PostedMessage], told: tuple[SentMessage, PostedMessage]) -> None:
    """The card, and under it what was said in its thread."""
    (card, twin), (message, posted) = cards, told
    screens["telegram"].append(_telegram(card) + _telegram(replace(message), quoted=card.text.splitlines()[0]))
    screens["slack"].append(_slack(twin) + f'<div class="thread">{_slack(posted)}</div>')


# ---------------------------------------------------------------- drawn


def _mine(line: str) -> str:
    return f'<div class="mine">{escape(line)}</div>'


def _telegram(message: SentMessage, quoted: str = "") -> str:
    """Text with its entities, the message it answers, its keyboard."""
    units = message.text.encode("utf-16-le")
    tags = {"bold": "b", "pre": "pre"}
    parts, at = [], 0
    for entity in sorted(message.entities, key=lambda one: int(one["offset"])):
        start, end = entity["offset"] * 2, (entity["offset"] + entity["length"]) * 2
        tag = tags[entity["type"]]
        parts += [escape(units[at:start].decode("utf-16-le"))]
        parts += [f"<{tag}>{escape(units[start:end].decode('utf-16-le'))}</{tag}>"]
        at = end
    text = "".join(parts) + escape(units[at:].decode("utf-16-le"))
    quote = f'<div class="quote">{escape(quoted)}</div>' if quoted else ""
    rows = ("".join(f"<span>{escape(button['text'])}</span>" for button in row) for row in message.keyboard)
    keys = "".join(f'<div class="keys">{row}</div>' for row in rows)
    return f'<div class="row"><div class="bot">{quote}<div class="text">{text}</div></div>{keys}</div>'


def _slack_mine(line: str) -> str:
    return f'<div class="post"><div class="face me">K</div><div><b>kim</b><p>/trader {escape(line)}</p></div></div>'


def _slack(message: PostedMessage) -> str:
    body = "".join(_block(block) for block in message.blocks)
    return f'<div class="post"><div class="face">T</div><div class="said"><b>trader</b> <i>APP</i>{body}</div></div>'


def _block(block: dict[str, Any]) -> str:
    match block["type"]:
        case "header":
            return f"<h1>{escape(block['text']['text'])}</h1>"
        case "actions":
            labels = "".join(f"<span>{escape(e['text']['text'])}</span>" for e in block["elements"])
            return f'<div class="actions">{labels}</div>'
        case "divider":
            return "<hr>"
    tag = {"rich_text_section": "p", "rich_text_preformatted": "pre"}
    return "".join(
        f"<{tag[e['type']]}>{''.join(escape(run['text']) for run in e['elements'])}</{tag[e['type']]}>"
        for e in block["elements"]
    )


STYLE = """<!doctype html><meta charset=utf-8><style>
*{box-sizing:border-box}
body{margin:0;padding:20px;background:#fff;display:flex;gap:20px;align-items:stretch;
 font:15px/1.42 'Noto Sans CJK KR','Noto Color Emoji',sans-serif}
.phone{width:360px;flex:none;border-radius:20px;overflow:hidden;box-shadow:0 0 0 1px #b9c0c6;display:flex;
 flex-direction:column}
.head{color:#fff;padding:10px 16px;font-weight:600}
.body{padding:10px;flex:1;display:flex;flex-direction:column;gap:8px}
.telegram .head{background:#517da2}.telegram .body{background:#d6e4d0}
.row{width:92%}.bot{background:#fff;border-radius:12px;overflow:hidden}
.text{padding:7px 11px;white-space:pre-wrap;word-break:keep-all;overflow-wrap:anywhere}
.quote{margin:8px 10px 0;border-left:3px solid #517da2;background:#eef3f7;border-radius:4px;padding:3px 8px;
 font-size:13px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.mine{align-self:flex-end;background:#e1fec6;border-radius:12px;padding:7px 12px}
.keys{display:flex;gap:4px;margin-top:4px}
.keys span{flex:1;background:#8fa98a;color:#fff;border-radius:8px;text-align:center;padding:6px 2px;font-size:13.5px}
.slack .head{background:#4a154b}.slack .body{background:#fff}
.post{display:flex;gap:8px}.face{flex:none;width:34px;height:34px;border-radius:7px;background:#2b6cb0;color:#fff;
 text-align:center;font:600 17px/34px sans-serif}.face.me{background:#8a6d3b}
.post i{font:10px sans-serif;background:#e8e8e8;color:#555;border-radius:3px;padding:1px 4px}
.said{min-width:0}.post h1{font-size:16px;line-height:1.35;margin:3px 0 2px;word-break:keep-all}
.post p{margin:2px 0;white-space:pre-wrap;word-break:keep-all;overflow-wrap:anywhere}
.actions{display:flex;flex-wrap:wrap;gap:6px;margin-top:6px}
.actions span{border:1px solid #bbb;border-radius:6px;padding:4px 10px;font-size:13.5px;font-weight:600}
.thread{margin-left:17px;border-left:2px solid #ddd;padding-left:12px}hr{border:0;border-top:1px solid #ddd}
</style>"""


def page(platform: str, screens: list[str]) -> str:
    head = {"telegram": "trader", "slack": "# trading"}[platform]
    return STYLE + "".join(
        f'<div class="phone {platform}"><div class="head">{head}</div><div class="body">{screen}</div></div>'
        for screen in screens
    )


def main(draw: Callable[[str, Path, int], None] = photograph) -> None:
    if shutil.which("chromium") is None:
        raise SystemExit("Chromium is missing: apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji")
    for language in WORDS:
        for platform, screens in asyncio.run(trade(language)).items():
            draw(page(platform, screens), HERE / f"thread-{platform}-{language}.png", 3 * 360 + 4 * 20)


if __name__ == "__main__":
    main()
