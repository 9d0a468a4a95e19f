"""`python -m sandbox`: run the exchange until SIGTERM or SIGINT, after one line that says where it is."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
import warnings
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from jwt.warnings import InsecureKeyLengthWarning

from sandbox.rest.auth import DEFAULT_ACCESS_KEY, DEFAULT_SECRET_KEY
from sandbox.rest.private import Options
from sandbox.server import Sandbox


def _cash(text: str) -> Decimal:
    try:
        amount = Decimal(text.replace("_", "").replace(",", ""))
    except InvalidOperation as error:
        raise argparse.ArgumentTypeError(f"not an amount of KRW: {text}") from error
    if not amount.is_finite() or amount < 0:
        raise argparse.ArgumentTypeError("cash cannot be negative")
    return amount


def _above_zero(text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"not a number: {text}") from error
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError("must be a finite number above zero")
    return value


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line; wrong values end the program with a usage line."""
    parser = argparse.ArgumentParser(prog="python -m sandbox", description="A local exchange that speaks Upbit's API.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8700, help="0 picks a free one (default 8700)")
    parser.add_argument("--feed", default="synthetic", help="synthetic, replay:FILE or live")
    parser.add_argument("--seed", type=int, default=7, help="of the synthetic feed")
    parser.add_argument("--speed", type=_above_zero, default=1.0, help="sandbox seconds per real second")
    parser.add_argument("--cash", type=_cash, default=Decimal("10000000"), help="KRW at the start")
    parser.add_argument("--access-key", default=DEFAULT_ACCESS_KEY)
    parser.add_argument("--secret-key", default=DEFAULT_SECRET_KEY)
    parser.add_argument("--rate-limit-factor", type=_above_zero, default=1.0, help="multiplies every rate limit")
    parser.add_argument("--limit-body", choices=("nested", "flat", "text"), default="nested", help="of 429 and 418")
    parser.add_argument("--strict-bodies", action="store_true", help="refuse parameters in bodies of GET and DELETE")
    parser.add_argument("--omit-nulls", action="store_true", help="leave out prices and volumes an order lacks")
    return parser.parse_args(arguments)


async def serve(options: argparse.Namespace) -> None:
    """Run until told to stop.

    Raises:
        OSError: the port is taken.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stopped.set)
    sandbox = Sandbox(
        options.feed,
        options.seed,
        options.speed,
        options.cash,
        options.access_key,
        options.secret_key,
        options.port,
        options.host,
        rate_limit_factor=options.rate_limit_factor,
        limit_body=options.limit_body,
        options=Options(body_for_get=not options.strict_bodies, omit_nulls=options.omit_nulls),
    )
    try:
        await sandbox.start()
        print(
            f"sandbox ready rest={sandbox.rest_url} ws={sandbox.ws_url} "
            f"access_key={options.access_key} secret_key={options.secret_key}",
            flush=True,
        )
        failed = asyncio.ensure_future(sandbox.wait_failed())
        stop = asyncio.ensure_future(stopped.wait())
        done, pending = await asyncio.wait([failed, stop], return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        if failed in done:
            failed.result()
    finally:
        await sandbox.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 after a clean stop, 1 when it could not start or broke."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    # Upbit's secrets are 40 bytes, and a client may well sign with HS512.
    warnings.filterwarnings("ignore", category=InsecureKeyLengthWarning)
    options = parse_arguments(arguments)
    try:
        asyncio.run(serve(options))
    except (OSError, ValueError) as error:
        print(f"sandbox: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
