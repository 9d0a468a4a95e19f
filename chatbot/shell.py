"""The verbs of the shell. Each imports what it needs when it is called: `say` must not pay for the trader."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from chatbot import process

if TYPE_CHECKING:
    from trader.settings import Settings

shell = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def main() -> None:
    shell()


def fail(message: str) -> NoReturn:
    typer.echo(message, err=True)
    raise typer.Exit(1)


def load_settings() -> Settings:
    """The settings, or an explanation and exit code 1."""
    from pydantic import ValidationError

    from chatbot.faults import settings_faults
    from trader.settings import Settings

    try:
        return Settings()
    except ValidationError as err:
        lines = "".join(f"\n  {line}" for line in settings_faults(err))
        fail(f"The settings cannot be used:{lines}\nMend them in .env or the environment.")
    except (OSError, UnicodeDecodeError) as err:
        fail(f"The file .env cannot be read: {err}")


def quiet() -> None:
    """For verbs whose output is the answer: only what is wrong is logged, to stderr."""
    import logging

    from chatbot.logs import configure

    configure(level=logging.ERROR)


@shell.command()
def run() -> None:
    """The main job: streams, timetable, guard, and the chat front ends that have credentials."""
    settings = load_settings()
    process.tune()
    from chatbot.running import serve
    from trader.errors import SettingsError, StorageFailed

    try:
        asyncio.run(serve(settings))
    except (SettingsError, StorageFailed, OSError) as err:
        fail(f"Cannot start: {err}")


@shell.command()
def demo(
    seconds: Annotated[float | None, typer.Option(help="End by itself after so many seconds.", min=1)] = None,
    speed: Annotated[float, typer.Option(help="Seconds of market per second.", min=0.1, max=1000)] = 30.0,
    seed: Annotated[int, typer.Option(help="Of the made-up market.")] = 7,
    replay: Annotated[Path | None, typer.Option(help="Recorded candles (parquet or CSV) instead.")] = None,
    commands: Annotated[Path | None, typer.Option(help="Chat lines: `@12 /status` = at second 12.")] = None,
    as_json: Json = False,
) -> None:
    """Everything, against a local exchange with 10,000,000 KRW of play money."""
    process.tune()
    from chatbot.running import demonstrate
    from trader.errors import SettingsError, StorageFailed, UserInputError

    try:
        asyncio.run(demonstrate(seconds, speed, seed, replay, commands, as_json))
    except (SettingsError, StorageFailed, UserInputError, OSError) as err:
        fail(f"Cannot start: {err}")


@shell.command()
def say(
    line: Annotated[str, typer.Argument(help="A chat command, such as /status.")],
    speaker: Annotated[str, typer.Option("--as", help="Speak as this person, such as telegram:123.")] = "",
    as_json: Json = False,
) -> None:
    """One chat command to the running service."""
    from chatbot.control import ask
    from chatbot.data_dir import SOCKET

    try:
        reply = asyncio.run(ask(load_settings().data_dir / SOCKET, line, speaker))
    except ConnectionError as err:
        fail(str(err))
    typer.echo(json.dumps(reply, ensure_ascii=False) if as_json else reply["text"])
    if reply["tone"] == "error":
        raise typer.Exit(1)


@shell.command()
def panic(
    cancel_only: Annotated[bool, typer.Option("--cancel-only", help="Take back orders, sell nothing.")] = False,
    markets: Annotated[str, typer.Option(help="Only these, such as KRW-BTC,KRW-ETH.")] = "",
    strategy: Annotated[str, typer.Option(help="Only what this strategy holds and has ordered.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Cancel and sell, with or without the running service; prints a receipt."""
    from chatbot.emergency import press
    from trader.errors import TraderError

    if not yes and not typer.confirm("Cancel all orders of the bot and sell all its positions now?"):
        raise typer.Exit(1)
    quiet()
    try:
        text, flat = asyncio.run(press(load_settings(), cancel_only, markets.replace(",", " ").split(), strategy))
    except (TraderError, OSError, ValueError) as err:
        fail(f"Panic could not finish: {err}")
    typer.echo(text)
    if not flat:
        raise typer.Exit(1)


@shell.command()
def failsafe() -> None:
    """What systemd calls when the service has failed for good: applies FAILSAFE_POLICY, prints what was done."""
    from chatbot.failsafe import apply
    from trader.errors import TraderError

    quiet()
    try:
        text, done = asyncio.run(apply(load_settings()))
    except (TraderError, OSError) as err:
        fail(f"The fail-safe could not finish: {err}")
    typer.echo(text)
    if not done:
        raise typer.Exit(1)


@shell.command()
def doctor(as_json: Json = False) -> None:
    """Settings, exchange, keys, database, chat and disk, in plain words; exit code 1 when something is wrong."""
    from chatbot.doctor import examine

    quiet()
    findings = asyncio.run(examine(load_settings()))
    if as_json:
        typer.echo(json.dumps([finding.as_dict() for finding in findings], ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(finding.line())
    if any(finding.ok is False for finding in findings):
        raise typer.Exit(1)


@shell.command()
def migrate() -> None:
    """Bring the database up to date (also done at every start)."""
    from storage.migrate import upgrade
    from trader.errors import StorageFailed

    settings = load_settings()
    try:
        upgrade(settings.storage_url)
    except StorageFailed as err:
        fail(str(err))
    typer.echo("The database is up to date.")


@shell.command()
def backup(target: Annotated[Path, typer.Argument(metavar="FILE", help="Where the copy goes.")]) -> None:
    """Copy the books into FILE, checked, also while the service runs."""
    from storage.backup import backup as copy
    from trader.errors import StorageFailed

    settings = load_settings()
    try:
        size = copy(settings.storage_url, target)
    except StorageFailed as err:
        fail(str(err))
    typer.echo(f"{target}: {size:,} bytes, checked.")
