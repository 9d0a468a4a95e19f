"""Makes the pictures of the README by running the product: `.venv/bin/python docs/pictures/make.py`.

The service is started as the demo starts it, commanded as a person on Telegram would command it, and what comes back is
rendered by the Telegram front end's own `render`. Nothing is written by hand but the commands. Needs Chromium and a
Korean font (`apt-get install chromium fonts-noto-cjk fonts-noto-color-emoji`); prices and times differ from run to run."""

from __future__ import annotations

import asyncio
import base64
import io
import os
import pty
import re
import select
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from html import escape
from pathlib import Path

import httpx
from PIL import Image

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path.insert(0, str(ROOT))
os.environ.update(TELEGRAM_OWNERS="1", LANGUAGE="ko", TELEGRAM_BOT_TOKEN="", SLACK_BOT_TOKEN="", SLACK_APP_TOKEN="")

from chatbot.people.access import Person  # noqa: E402
from chatbot.running.app import App  # noqa: E402
from chatbot.running.demo import QUICK, STRATEGY, Plan, demo_settings  # noqa: E402
from chatbot.notices import notice  # noqa: E402
from chatbot.reply import Reply  # noqa: E402
from chatbot.telegram.render import render  # noqa: E402
from trader.model.events import Event, EventKind  # noqa: E402
from trader.model.market import Market  # noqa: E402

ME = Person("telegram", "1")
BTC = Market("KRW", "BTC")
SPEED = 30.0
MOST_BYTES = 300_000


class Chat:
    """What is said, as HTML, in order; `cut` starts a new screen."""

    def __init__(self, app: App) -> None:
        self.screens: list[list[str]] = [[]]
        self._app = app
        self._events: list[Event] = []
        self._words = app.languages.words(ME.key)
        app.trader.chronicle.on_event(self._heard)

    def _heard(self, event: Event) -> None:
        reply = notice(event, self._words)
        if event.push and reply is not None:
            self._events.append(event)
            self._show(reply)

    def _show(self, reply: Reply) -> None:
        clock = self._words.moment(self._app.venue.clock.now(), self._app.venue.clock.now())[:5]
        for message in render(reply):
            picture = ""
            if message.picture is not None:
                picture = f'<img src="data:image/png;base64,{base64.b64encode(message.picture.png).decode()}">'
            keys = "".join(
                '<div class="keys">' + "".join(f"<span>{escape(b.label)}</span>" for b in row) + "</div>"
                for row in message.buttons
            )
            text = f'<div class="text">{message.html}<i>{clock}</i></div>'
            self.screens[-1].append(
                f'<div class="row{" wide" if picture else ""}"><div class="bot">{picture}{text}</div>{keys}</div>'
            )

    def cut(self) -> None:
        self.screens.append([])

    async def say(self, line: str) -> Reply:
        self.screens[-1].append(f'<div class="row me"><div class="mine">{escape(line)}</div></div>')
        reply = await self._app.dispatcher.line(ME, line, conversation="1")
        assert reply is not None, line
        self._show(reply)
        return reply

    async def press(self, reply: Reply, number: int) -> None:
        button = [b for row in reply.buttons for b in row][number]
        self.screens[-1].append(f'<div class="row me"><div class="tap">👆 {escape(button.label)}</div></div>')
        answer = await self._app.dispatcher.press(ME, button.action, conversation="1")
        if answer is not None:
            self._show(answer)

    async def until(self, kind: EventKind, market: Market) -> None:
        """Wait for the next event of a kind."""
        known = len(self._events)
        async with asyncio.timeout(90):
            while not any(e.kind is kind and e.market == market.code for e in self._events[known:]):
                await asyncio.sleep(0.02)


@asynccontextmanager
async def service() -> AsyncIterator[App]:
    """As `chatbot.running.demo.run_demo` starts it."""
    with tempfile.TemporaryDirectory() as folder:
        app = await App.start(demo_settings(Plan(None, SPEED, 7, None), Path(folder)))
        try:
            await app.trader.ready.wait()
            for name, value in QUICK.items():
                await app.trader.bureau.change_param(STRATEGY, name, value, "demo")
            yield app
        finally:
            await app.stop()


async def conversation() -> list[list[str]]:
    """Three screens: asked and bought · status, chart and stop loss · why and panic."""
    async with service() as app:
        chat = Chat(app)
        await asyncio.sleep(20)  # candles, and perhaps a trade or two of its own
        chat.cut()
        proposal = await chat.say("비트코인 30만원 사줘")
        bought = asyncio.create_task(chat.until(EventKind.ENTRY, BTC))
        await chat.press(proposal, 0)
        await bought
        chat.cut()
        await chat.say("/상태")
        await chat.say("/차트 비트코인")
        levels = app.trader.guard.levels(BTC)
        assert levels is not None and levels.effective_stop is not None
        async with httpx.AsyncClient() as client:
            await client.post(
                f"{app.venue.rest_url}/sandbox/price",
                json={"market": BTC.code, "price": str(levels.effective_stop - 5000)},
            )
        await chat.until(EventKind.EXIT, BTC)
        chat.cut()
        await chat.say("/why BTC")
        question = await chat.say("/긴급")
        await chat.press(question, 0)
        await asyncio.sleep(0.5)
        chat.cut()
        return chat.screens[1:4]


CHAT_PAGE = """<!doctype html><meta charset=utf-8><style>
body{margin:0;padding:22px;background:#fff;display:flex;gap:22px;width:1236px;align-items:flex-start;
 font:15px/1.42 'Noto Sans CJK KR','Noto Color Emoji',sans-serif}
.phone{width:397px;border-radius:22px;overflow:hidden;background:#d6e4d0;box-shadow:0 0 0 1px #b9c6b3}
.head{background:#517da2;color:#fff;padding:11px 16px;font-weight:600}
.head small{display:block;font-weight:400;opacity:.8;font-size:12px}
.body{padding:10px 10px 14px;height:HEIGHTpx;overflow:hidden;display:flex;flex-direction:column;
 justify-content:flex-end}
.row{margin-top:7px;width:88%}.wide{width:100%}.me{align-self:flex-end;display:flex;justify-content:flex-end}
.bot,.mine{background:#fff;border-radius:12px;overflow:hidden}
.text{padding:7px 11px;white-space:pre-wrap;word-break:break-word}
.text i{float:right;font:11px/20px sans-serif;color:#8a949c;margin-left:8px}
.mine{background:#e1fec6;padding:7px 12px}.tap{color:#4b5a48;font-size:13px}
.text pre{margin:2px 0;font:12.5px/1.4 'Noto Sans Mono CJK KR',monospace}
img{display:block;width:100%}
.keys{display:flex;gap:4px;margin-top:4px}
.keys span{flex:1;background:#8fa98acc;color:#fff;border-radius:8px;text-align:center;padding:5px 2px;font-size:13.5px}
</style>"""

TERMINAL_PAGE = """<!doctype html><meta charset=utf-8><style>
body{margin:0;padding:22px;background:#fff;width:900px}
div{background:#1d2126;color:#d5d9de;border-radius:12px;padding:16px 20px;white-space:pre-wrap;
 font:15px/1.45 'Noto Sans Mono CJK KR','Noto Color Emoji',monospace}
.g{color:#6fd08c;font-weight:700}.c{color:#62c8d8;font-weight:700}.y{color:#e6c15c;font-weight:700}
.r{color:#ef7b72;font-weight:700}b{color:#fff}
</style>"""


def phones(screens: list[list[str]]) -> str:
    head = '<div class="head">trader<small>bot</small></div>'
    bodies = [f'<div class="phone">{head}<div class="body">{"".join(rows)}</div></div>' for rows in screens]
    return CHAT_PAGE.replace("HEIGHT", "1150") + "".join(bodies)


COLOURS = {"32": "g", "36": "c", "33": "y", "31": "r"}


def terminal() -> str:
    """The demo in a terminal of its own, with a few lines typed; the middle of it."""
    typed = [(20.0, "/status"), (24.0, "/buy BTC 30만"), (26.0, "1"), (29.0, "/why BTC")]
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "chatbot", "demo", "--seconds", "32"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=slave, stdout=slave, stderr=slave, start_new_session=True)
    os.close(slave)
    began, out = time.monotonic(), b""
    while process.poll() is None and time.monotonic() - began < 60:
        if typed and time.monotonic() - began > typed[0][0]:
            os.write(master, typed.pop(0)[1].encode() + b"\n")
        if select.select([master], [], [], 0.1)[0]:
            try:
                out += os.read(master, 65536)
            except OSError:
                break
    process.wait(10)
    text = escape(out.decode(errors="replace").replace("\r", ""))
    text = re.sub(r"\x1b\[1;(3[1236])m", lambda m: f'<span class="{COLOURS[m[1]]}">', text).replace(
        "\x1b[0m", "</span>"
    )
    text = re.sub(r"^(/.+|1)$", r"<b>\1</b>", text, flags=re.MULTILINE)
    lines = text.splitlines()
    asked = next(i for i, line in enumerate(lines) if "/status" in line)
    titles = [i for i, line in enumerate(lines[:asked]) if "<span" in line and i > asked - 16]
    first = min(titles, default=asked)
    dots = "…\n" if first else ""
    return f"{TERMINAL_PAGE}<div><b>$ make demo</b>\n{dots}" + "\n".join(lines[first : first + 45]) + "</div>"


def photograph(page: str, target: Path, width: int) -> None:
    """Headless Chromium → PNG, trimmed and brought down to a palette."""
    with tempfile.TemporaryDirectory() as folder:
        html, shot = Path(folder) / "page.html", Path(folder) / "shot.png"
        html.write_text(page, encoding="utf-8")
        flags = "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
        subprocess.run(
            [
                "chromium",
                *flags.split(),
                "--disable-component-update",
                "--disable-sync",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/profile",
                f"--window-size={width},1400",
                f"--screenshot={shot}",
                html.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=120,
        )
        image = Image.open(io.BytesIO(shot.read_bytes())).convert("RGB")
    image = image.crop((0, 0, width, _bottom(image) + 22))
    image.quantize(192, dither=Image.Dither.NONE).save(target, optimize=True)
    size = target.stat().st_size
    print(f"{target.name}: {image.size[0]}×{image.size[1]}, {size // 1000} kB")
    if size > MOST_BYTES:
        raise SystemExit(f"{target.name} is larger than {MOST_BYTES} bytes")


def _bottom(image: Image.Image) -> int:
    """The last row that is not paper."""
    box = Image.eval(image.convert("L"), lambda value: 255 - value).getbbox()
    return min(box[3] if box else 0, image.size[1] - 22)


PICTURES: dict[str, Callable[[], tuple[str, int]]] = {
    "chat.png": lambda: (phones(asyncio.run(conversation())), 1280),
    "terminal.png": lambda: (terminal(), 944),
}

if __name__ == "__main__":
    for name, make in PICTURES.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        page, width = make()
        photograph(page, HERE / name, width)
