"""C4 as a user meets it: a token alone, the code from the log sent from a phone, people let in and shut out, across a
restart; on loopback services."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from tests.e2e.processes import STALLED, Child, run, until
from tests.fakes.slack_server import SlackServer
from tests.fakes.telegram_server import TelegramServer

PHONE, FRIEND = 4711, 815
CODE = re.compile(r"/pair ([A-Z2-9]{5}-[A-Z2-9]{5})")


@pytest_asyncio.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


def settings(folder: Path, telegram: TelegramServer) -> dict[str, str]:
    return {
        "DATA_DIR": str(folder / "data"),
        "TELEGRAM_BOT_TOKEN": telegram.token,
        "TELEGRAM_API_URL": telegram.url,
        "SANDBOX_SPEED": "1",
    }


async def said_to(telegram: TelegramServer, chat: int, words: str, seconds: float = 15.0 * STALLED) -> str:
    """The first message to the chat with these words in it."""
    await telegram.until(lambda: any(m.chat_id == chat and words in m.text for m in telegram.messages), seconds)
    return next(m.text for m in telegram.messages if m.chat_id == chat and words in m.text)


async def test_a_token_and_a_code_make_a_phone_the_owner(tmp_path: Path, telegram: TelegramServer) -> None:
    given = settings(tmp_path, telegram)
    child = await Child.start(tmp_path, "run", ("chatbot", "run"), given)
    try:
        await child.said("/pair ")
        code = CODE.search(child.err)
        assert code is not None
        telegram.say(PHONE, f"/pair {code[1]}", chat_id=-100)  # in a group: void
        await said_to(telegram, -100, "private chat")
        made = await run(tmp_path, "pair", settings=given)
        telegram.say(PHONE, f"/pair {CODE.search(made.out)[1]}")  # type: ignore[index]
        await said_to(telegram, PHONE, "You are in: owner")
        telegram.say(PHONE, "/invite viewer")
        invited = CODE.search(await said_to(telegram, PHONE, "Invitation"))
        assert invited is not None
        telegram.say(FRIEND, f"/pair {invited[1]}")
        await said_to(telegram, FRIEND, "You are in: viewer")
        await said_to(telegram, PHONE, f"Telegram {FRIEND} came in")  # the first owner is told, without any setting
        for secret in (code[1], invited[1]):
            books = b"".join(p.read_bytes() for p in (tmp_path / "data").glob("trader.sqlite3*"))
            assert secret.encode() not in books
        ended = await child.terminate()
        assert ended.code == 0
    finally:
        await child.kill()
    assert not any(m.chat_id == FRIEND and "came in" in m.text for m in telegram.messages)


async def test_shut_out_with_and_without_the_service_and_still_after_a_restart(
    tmp_path: Path, telegram: TelegramServer
) -> None:
    given = settings(tmp_path, telegram) | {"TELEGRAM_OWNERS": f"{PHONE},{FRIEND}"}
    child = await Child.start(tmp_path, "run", ("chatbot", "run"), given)
    try:
        await said_to(telegram, FRIEND, "Started")
        done = await run(tmp_path, "revoke", f"telegram:{FRIEND}", "--yes", settings=given)
        assert (done.code, f"Telegram {FRIEND}" in done.out) == (0, True)
        await said_to(telegram, PHONE, "was revoked")
        telegram.say(FRIEND, "/resume")
        await said_to(telegram, FRIEND, "Your Telegram id")
        telegram.say(PHONE, "/status")
        await said_to(telegram, PHONE, "somebody was revoked")
        await child.terminate()
    finally:
        await child.kill()
    before = len([m for m in telegram.messages if m.chat_id == FRIEND])
    alone = await run(tmp_path, "revoke", f"telegram:{PHONE}", "--yes", settings=given)
    assert alone.code == 0
    assert "last owner" in alone.out
    child = await Child.start(tmp_path, "again", ("chatbot", "run"), given)
    try:
        await child.said("there is no owner yet")
        telegram.say(PHONE, "/resume")
        await said_to(telegram, PHONE, "Your Telegram id")
        looked = await run(tmp_path, "say", "/status", settings=given)
        assert "Paused" in looked.out or "REDUCING" in looked.out or "🟡" in looked.out
        await child.terminate()
    finally:
        await child.kill()
    assert len([m for m in telegram.messages if m.chat_id == FRIEND]) == before  # told nothing more


async def test_revoking_somebody_nobody_knows_says_so(tmp_path: Path, telegram: TelegramServer) -> None:
    done = await run(tmp_path, "revoke", "telegram:1", "--yes", settings=settings(tmp_path, telegram))
    assert done.code == 1
    assert "person-unknown" in done.err or "Nobody" in done.err
    none = await run(tmp_path, "pair", settings=settings(tmp_path, telegram))
    assert none.code == 1
    assert "no service is running" in none.err


async def test_slack_lets_in_by_direct_message_and_tells_the_owner_there(tmp_path: Path) -> None:
    async with SlackServer() as slack:
        given = {
            "DATA_DIR": str(tmp_path / "data"),
            "SLACK_BOT_TOKEN": slack.bot_token,
            "SLACK_APP_TOKEN": slack.app_token,
            "SLACK_API_URL": slack.url,
        }
        child = await Child.start(tmp_path, "run", ("chatbot", "run"), given)
        try:
            await child.said("/pair ")
            await slack.linked(15 * STALLED)
            await slack.direct_message("U7", f"/pair {CODE.search(child.err)[1]}")  # type: ignore[index]
            await slack.until(lambda: any("You are in: owner" in m.shown for m in slack.messages))
            await slack.command("U7", "invite trader", channel="C1")
            await slack.until(lambda: any("Invitation" in m.shown for m in slack.messages))
            assert next(m for m in slack.messages if "Invitation" in m.shown).ephemeral
            made = await run(tmp_path, "say", "/pause", settings=given)
            assert made.code == 0
            await slack.until(lambda: any(m.channel == "DU7" and "paused" in m.shown for m in slack.messages))
            await child.terminate()
        finally:
            await child.kill()


async def test_a_second_program_on_the_token_is_explained_in_the_chat(tmp_path: Path, telegram: TelegramServer) -> None:
    child = await Child.start(
        tmp_path, "run", ("chatbot", "run"), settings(tmp_path, telegram) | {"TELEGRAM_OWNERS": str(PHONE)}
    )
    try:
        await said_to(telegram, PHONE, "Started")
        telegram.conflict = True
        telegram.say(PHONE, "/status")
        await said_to(telegram, PHONE, "Another program")
        await until(lambda: "Another program" in child.err)
        await child.terminate()
    finally:
        await child.kill()
