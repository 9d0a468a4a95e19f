"""The verbs of the shell. Each imports what it needs when it is called: `say` must not pay for the trader."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from chatbot.running import process

if TYPE_CHECKING:
    from trader.settings import Settings

shell = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False)

Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]


def main() -> None:
    shell()


def fail(message: str) -> NoReturn:
    from chatbot.scrub import outgoing

    typer.echo(outgoing(message), err=True)
    raise typer.Exit(1)


def load_settings() -> Settings:
    """The settings, or an explanation and exit code 1."""
    from pydantic import ValidationError

    from chatbot.running.faults import settings_faults
    from chatbot.scrub import outgoing, secrets_of
    from trader.settings import Settings

    try:
        settings = Settings()
    except ValidationError as err:
        lines = "".join(f"\n  {line}" for line in settings_faults(err))
        fail(f"The settings cannot be used:{lines}\nMend them in .env or the environment.")
    except (OSError, UnicodeDecodeError) as err:
        fail(f"The file .env cannot be read: {err}")
    outgoing.learn(secrets_of(settings))
    return settings


def quiet() -> None:
    """For verbs whose output is the answer: only what is wrong is logged, to stderr."""
    import logging

    from chatbot.running.logs import configure

    configure(level=logging.ERROR)


@shell.command()
def run() -> None:
    """The main job: streams, timetable, guard, and the chat front ends that have credentials."""
    settings = load_settings()
    process.tune()
    from chatbot.running.verbs import serve
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
    from chatbot.running.verbs import demonstrate
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
    from chatbot.running.control import ask
    from chatbot.running.data_dir import SOCKET

    try:
        reply = asyncio.run(ask(load_settings().data_dir / SOCKET, line, speaker))
    except ConnectionError as err:
        fail(str(err))
    typer.echo(json.dumps(reply, ensure_ascii=False) if as_json else reply["text"])
    if not as_json and "document" in reply:
        import base64

        from chatbot.console.saving import save

        try:
            typer.echo(save(reply["document"]["name"], base64.b64decode(reply["document"]["content"]), Path.cwd()))
        except OSError as err:
            fail(f"The file cannot be written: {err}")
    if reply["tone"] == "error":
        raise typer.Exit(1)


@shell.command()
def pair(
    role: Annotated[str, typer.Option(help="owner, trader or viewer.")] = "owner",
) -> None:
    """A one-time code; whoever sends it to the bot from a phone within ten minutes is let in."""
    from chatbot.running.control import ask
    from chatbot.running.data_dir import SOCKET

    try:
        reply = asyncio.run(ask(load_settings().data_dir / SOCKET, f"/invite {role}"))
    except ConnectionError as err:
        fail(str(err))
    typer.echo(reply["text"])
    if reply["tone"] == "error":
        raise typer.Exit(1)


@shell.command()
def revoke(
    who: Annotated[str, typer.Argument(metavar="PERSON", help="Such as telegram:123.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Shut somebody out at once and stop buying, with or without the running service."""
    from chatbot.running.shutting_out import revoke as shut_out
    from trader.errors import TraderError

    quiet()
    settings = load_settings()
    try:
        text, done = asyncio.run(shut_out(settings, who, confirmed=yes))
        if not yes and done:
            typer.echo(text)
            typer.confirm("Go on?", abort=True)
            text, done = asyncio.run(shut_out(settings, who, confirmed=True))
    except (TraderError, OSError) as err:
        fail(f"{who} could not be revoked: {err}")
    typer.echo(text)
    if not done:
        raise typer.Exit(1)


@shell.command()
def panic(
    cancel_only: Annotated[bool, typer.Option("--cancel-only", help="Take back orders, sell nothing.")] = False,
    markets: Annotated[str, typer.Option(help="Only these, such as KRW-BTC,KRW-ETH.")] = "",
    strategy: Annotated[str, typer.Option(help="Only what this strategy holds and has ordered.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Cancel and sell, with or without the running service; prints a receipt."""
    from chatbot.running.emergency import press
    from trader.errors import TraderError

    if not yes and not typer.confirm("Cancel all orders of the bot and sell all its positions now?"):
        raise typer.Exit(1)
    quiet()
    try:
        scope = markets.replace(",", " ").split()
        text, flat = asyncio.run(press(load_settings(), cancel_only, scope, strategy, typer.echo))
    except (TraderError, OSError, ValueError) as err:
        fail(f"Panic could not finish: {err}")
    typer.echo(text)
    if not flat:
        raise typer.Exit(1)


@shell.command()
def failsafe() -> None:
    """What systemd calls when the service has failed for good: applies FAILSAFE_POLICY, prints what was done."""
    from chatbot.running.failsafe import apply
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
def drill(
    outage: Annotated[float, typer.Option(help="Seconds without an exchange.", min=1, max=60)] = 8.0,
    as_json: Json = False,
) -> None:
    """Rehearse outage, crash, restart and panic with play money, beside the running service; exit code 1 on failure."""
    from chatbot.drill.printing import print_drill
    from chatbot.failures import input_error
    from chatbot.wording import Words
    from trader.errors import SettingsError, UserInputError

    settings = load_settings()
    try:
        passed = print_drill(settings.data_dir, Words(settings.language), outage, as_json)
    except UserInputError as err:
        fail(input_error(err, Words(settings.language)))
    except (SettingsError, OSError) as err:
        fail(f"The drill could not be carried out: {err}")
    if not passed:
        raise typer.Exit(1)


@shell.command()
def doctor(as_json: Json = False) -> None:
    """Settings, exchange, keys, database, chat and disk, in plain words; exit code 1 when something is wrong."""
    from chatbot.running.doctor import examine

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
def export(
    what: Annotated[str, typer.Argument(help="ledger, trades, orders, fills or events.")],
    year: Annotated[int, typer.Option(help="In Seoul, from midnight to midnight.", min=2017, max=2099)],
    folder: Annotated[Path, typer.Option(help="Where the file goes.")] = Path("."),
) -> None:
    """A year of the books as CSV, as /export has it but never cut, also while the service runs."""
    from chatbot.running.exporting import export as write
    from trader.desk.lookups import Exported
    from trader.errors import TraderError

    quiet()
    if what not in list(Exported):
        fail(f"{what} cannot be exported; possible: {', '.join(Exported)}")
    try:
        typer.echo(write(load_settings(), Exported(what), year, folder))
    except (TraderError, OSError) as err:
        fail(f"The file could not be written: {err}")


@shell.command("replay-models")
def replay_models(
    days: Annotated[int, typer.Option(help="So many days back.", min=1, max=3650)] = 30,
    market: Annotated[str, typer.Option(help="Only this one, such as KRW-BTC.")] = "",
    buy_votes: Annotated[str, typer.Option(help="unanimous, majority or average, instead of the rule in force.")] = "",
    sell_votes: Annotated[str, typer.Option(help="The same for sells.")] = "",
    threshold: Annotated[float | None, typer.Option(help="For average.", min=0, max=1)] = None,
    as_json: Json = False,
) -> None:
    """What the models said, decided once more from the books by today's checks, votes and rules: without network and
    cost, also while the service runs. Exit code 1 when something was put otherwise then, so that it is not recorded."""
    from datetime import UTC, datetime, timedelta
    from decimal import Decimal

    from chatbot.running.replaying import run
    from trader.errors import TraderError
    from trader.model.advice import VoteRule

    quiet()
    try:
        changes = {
            **({"buy_votes": VoteRule(buy_votes)} if buy_votes else {}),
            **({"sell_votes": VoteRule(sell_votes)} if sell_votes else {}),
            **({"vote_threshold": Decimal(str(threshold))} if threshold is not None else {}),
        }
    except ValueError as err:
        fail(f"{err}; possible: {', '.join(VoteRule)}")
    try:
        since = datetime.now(UTC) - timedelta(days=days)
        report = run(load_settings(), since, market.upper(), changes)
    except TraderError as err:
        fail(f"The decisions cannot be replayed: {err}")
    typer.echo(json.dumps(report.as_data(), ensure_ascii=False) if as_json else report.text())
    if not report.whole:
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
