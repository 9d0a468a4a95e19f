"""S8: keys and tokens leave in no text: message, label, caption, file, edit, Slack's plain text, log line. What is no
secret stays readable."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
import structlog

from chatbot.reply import Button, Document, Picture, Reply, Table
from chatbot.running.control import answer
from chatbot.running.logs import configure
from chatbot.scrub import MASK, Scrubber, outgoing, secrets_of
from chatbot.slack.frontend import SlackFrontEnd
from chatbot.telegram.frontend import TelegramFrontEnd
from storage.memory import MemoryStorage
from tests.fakes.slack_server import SlackServer
from tests.fakes.stand_ins import OWNER, Script, access, languages
from tests.fakes.telegram_server import TelegramServer
from trader.ids import new_id
from trader.settings import Settings

PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64
SHAPED = {
    "Upbit access key": "x9Qm2Lr8TzWb4Nc7VpKd1Hs6JgYf3RaEu5ZoXwB0",
    "Upbit secret key": "Bq7Yt3Kx9Fm1Wv5Zr8Nd2Lc6Ph4Gs0Ja7Te9Ub3X",
    "Telegram token": "7123456789:AAHk3lQmZx9-Vb7_cNd2fGh5jKl8pRs1tUw",
    "Slack bot token": "xoxb-123456789012-1234567890123-AbCdEfGhIjKlMnOpQrStUvWx",
    "Slack app token": "xapp-1-A0123456789-1234567890123-0123456789abcdef0123456789abcdef",
    "OpenAI key": "sk-proj-Ab12Cd34Ef56Gh78Ij90Kl12Mn34Op56Qr78St90",
    "Anthropic key": "sk-ant-api03-Ab12Cd34Ef56Gh78Ij90-Kl12Mn34Op56Qr78St90AA",
    "Google key": "AIzaSyA1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q",
    "JSON web token": "eyJhbGciOiJIUzUxMiJ9.eyJhY2Nlc3Nfa2V5IjoiYWJjIn0.dBjftJeZ4CVPmB92K27uhbUJU1p1r_wW1gFWFO",
    "Slack address": "hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
}
DATABASE = "postgresql://trader:hunter2-secret@db.example:5432/books"
HARMLESS = (
    "KRW-BTC KRW-ETH USDT-BTC",
    "1,234,567원 ₩1,234,567 0.00012345 BTC 95,000,000",
    "3f2a5b6c-1111-4222-8333-444455556666",
    "2026-10-05T03:00:00.123456Z 12:34:56",
    "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
    "telegram:123456789 slack:U0123456789 -1001234567890",
    "https://api.upbit.com/v1/orders?market=KRW-BTC&state=wait",
    "http://127.0.0.1:8000/sandbox/state, mail to a@b.example",
    "risk-off task-management desk-side 위험 sk-",
    "K7QMX-2PD9R /pair /approve 01HZX3ABCDEFGHJK half",
)


@pytest.mark.parametrize("secret", SHAPED.values(), ids=SHAPED)
@pytest.mark.parametrize("around", ["{}", "키는 {}입니다", 'key="{}",', "https://x.example/?k={}&b=1", "\n{}\n"])
def test_what_is_shaped_like_a_secret_is_masked_wherever_it_stands(secret: str, around: str) -> None:
    masked = outgoing(around.format(secret))
    assert secret not in masked
    assert MASK in masked


def test_a_password_in_an_address_is_masked_and_the_rest_stays() -> None:
    assert outgoing(f"cannot connect to {DATABASE}?x=1") == (
        f"cannot connect to postgresql://trader:{MASK}@db.example:5432/books?x=1"
    )
    assert outgoing("postgres://u:p@ss@h/db") == f"postgres://u:{MASK}@h/db"


@pytest.mark.parametrize("text", [*HARMLESS, " ".join(new_id() for _ in range(50))])
def test_what_is_no_secret_is_left_alone(text: str) -> None:
    assert outgoing(text) == text


def test_a_secret_in_use_is_masked_whatever_its_shape_also_as_it_stands_in_an_address() -> None:
    scrub = Scrubber(["p@ss word/1", "short"])
    assert scrub("a p@ss word/1 b p%40ss%20word%2F1 c short") == f"a {MASK} b {MASK} c short"


def test_every_secret_setting_is_one_in_use() -> None:
    given = Settings(
        _env_file=None,  # type: ignore[call-arg]
        upbit_access_key="access-key-1",  # type: ignore[arg-type]
        upbit_secret_key="secret-key-1",  # type: ignore[arg-type]
        telegram_bot_token="telegram-1",  # type: ignore[arg-type]
        database_url="postgresql://u:pass%40word@h/db",
    )
    assert {"access-key-1", "secret-key-1", "telegram-1", "pass%40word", "pass@word"} <= set(secrets_of(given))


# ---------------------------------------------------------------- through every door


def leaking(secret: str) -> Reply:
    """Somebody has let the secret slip into every part of a reply that has text."""
    return Reply(
        f"title {secret}",
        (f"line {secret}",),
        table=Table((f"column {secret}", "b"), ((f"cell {secret}", "1"),)),
        buttons=((Button(f"label {secret}"[:75], "run:/status"),),),
        data={"deep": [{"value": secret}]},
    )


def with_file(secret: str) -> Reply:
    return Reply(
        f"caption {secret}", document=Document(f"{secret[:20]}.csv", f"a,b\n{secret},1\n".encode(), "text/csv")
    )


def with_picture(secret: str) -> Reply:
    return Reply(f"caption {secret}", picture=Picture(PNG, f"alt {secret}"))


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


@pytest_asyncio.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer() as server:
        yield server


def known(secret: str) -> str:
    outgoing.learn((secret,))
    return secret


SECRETS = [*SHAPED.values(), "no shape at all 17"]


async def test_through_telegram_no_secret_leaves(telegram: TelegramServer) -> None:
    """As an answer, a notice, an edit, a caption, a file, and below a question that is closed."""
    known(SECRETS[-1])
    script = Script()
    front = TelegramFrontEnd(
        telegram.token,
        telegram.url,
        script,
        MemoryStorage(),
        access(),
        languages(),
        poll_seconds=1,  # type: ignore[arg-type]
    )
    await front.start()
    try:
        await telegram.until(lambda: telegram.polls > 0)
        for number, secret in enumerate(SECRETS):
            script.replies[f"/{number}"] = leaking(secret)
            script.replies["ok:t1"] = Reply(f"done {secret}")
            telegram.say(OWNER, f"/{number}")
            sent = await front.send(str(OWNER), leaking(secret))
            await front.send(str(OWNER), leaking(secret), edit=sent)
            await front.send(str(OWNER), with_file(secret))
            await front.send(str(OWNER), with_picture(secret))
            question = await front.send(str(OWNER), Reply("Buy?", buttons=((Button("Approve", "ok:t1"),),)))
            asked = next(m for m in telegram.messages if str(m.message_id) == question)
            telegram.press(OWNER, asked, "Approve")
            await telegram.until(lambda asked=asked: asked.edits > 0)  # type: ignore[misc]
        await telegram.until(lambda: sum("title" in m.text for m in telegram.messages) >= 2 * len(SECRETS))
    finally:
        await front.stop()
    wire = repr([(call.method, call.params) for call in telegram.calls])
    assert [secret for secret in SECRETS if secret in wire] == []
    assert wire.count(MASK) > 10 * len(SECRETS)


async def test_through_slack_no_secret_leaves(slack: SlackServer) -> None:
    """Blocks and the plain text beside them, labels, edits, files, answers to a slash command."""
    known(SECRETS[-1])
    script = Script()
    front = SlackFrontEnd(
        slack.bot_token,
        slack.app_token,
        slack.url,
        script,  # type: ignore[arg-type]
        MemoryStorage(),
        access(),
        languages(),
    )
    await front.start()
    try:
        await slack.linked()
        for number, secret in enumerate(SECRETS):
            script.replies[f"/{number}"] = leaking(secret)
            await slack.command("U42", str(number))
            sent = await front.send("C1", leaking(secret))
            await front.send("C1", leaking(secret), edit=sent)
            await front.send("C1", with_file(secret))
            await front.send("C1", with_picture(secret))
        await slack.until(lambda: sum("title" in m.shown for m in slack.messages) >= 2 * len(SECRETS))
    finally:
        await front.stop()
    wire = repr([(call.method, call.params) for call in slack.calls]) + repr(slack.files)
    assert [secret for secret in SECRETS if secret in wire] == []


def test_through_the_console_and_the_control_socket_no_secret_leaves() -> None:
    known(SECRETS[-1])
    for secret in SECRETS:
        for reply in (leaking(secret), with_file(secret), with_picture(secret)):
            assert secret not in reply.text()
            assert secret not in str(answer(reply))


def test_through_the_log_no_secret_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a value, in a list, a mapping, a library's line, an exception and its chain."""
    known(SECRETS[-1])
    lines = io.StringIO()
    monkeypatch.setattr(sys, "stderr", lines)
    handlers, level = logging.root.handlers[:], logging.root.level
    try:
        configure()
        log = structlog.get_logger("scrubbing")
        for secret in [*SECRETS, DATABASE]:
            log.info("event", value=secret, many=[secret], deep={"k": {secret: secret}}, raw=secret.encode())
            logging.getLogger("library").warning("address %s", f"https://x/{secret}")
            try:
                try:
                    raise ValueError(secret)
                except ValueError as err:
                    raise RuntimeError({"settings": secret}) from err
            except RuntimeError:
                log.exception("failed")
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
        structlog.reset_defaults()
    text = lines.getvalue()
    assert text.count("failed") >= len(SECRETS)
    assert [secret for secret in [*SECRETS, "hunter2-secret"] if secret in text] == []


def test_a_file_that_is_no_text_is_left_as_it_is() -> None:
    document = Document("a.png", PNG + b"\xff\xfe", "image/png")
    reply = Reply("x", document=document)
    assert reply.document is not None
    assert reply.document.content == PNG + b"\xff\xfe"


def test_a_megabyte_is_looked_through_in_a_moment(tmp_path: Path) -> None:
    import time

    row = "2026-10-05T03:00:00Z,KRW-BTC,buy,0.01000000,95000000,950000,475.00,7QWERTY123456789\n"
    began = time.process_time()
    assert outgoing(row * 12_000) == row * 12_000
    assert time.process_time() - began < 1.0
