"""What a person waits for each view: from the command to the answer on the phone, pictures and files included.

    python benchmarks/chat_views.py [--rounds N]

As chat_end_to_end.py: the service as a process of its own, five markets trading in a sandbox thirty times as fast as
life, Telegram played by tests/fakes. Aim: pictures ≤ 1.5 s, everything else ≤ 0.3 s at the median."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import statistics
import time

from chat_end_to_end import OWNER, SlackServer, TelegramServer, open_house

VIEWS = (
    "/status",
    "/positions",
    "/why",
    "/why BTC",
    "/trades",
    "/history",
    "/logs",
    "/settings",
    "/settings limits",
    "/screener",
    "/export fills day",
    "/export ledger day",
    "/chart BTC",
    "/pnl day",
    "/pnl week",
)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    async with contextlib.AsyncExitStack() as stack:
        telegram = await stack.enter_async_context(TelegramServer())
        slack = await stack.enter_async_context(SlackServer())
        await open_house(stack, telegram, slack)
        found: dict[str, list[float]] = {line: [] for line in VIEWS}
        for _ in range(rounds):
            for line in VIEWS:
                answers, begun = len(telegram.messages), time.monotonic()
                telegram.say(OWNER, line)
                await telegram.until(lambda n=answers: any(m.chat_id == OWNER for m in telegram.messages[n:]), 20)  # type: ignore[misc]
                answer = next(m for m in telegram.messages[answers:] if m.chat_id == OWNER)
                found[line].append(answer.at - begun)
                await asyncio.sleep(0.2)
        for line, seconds in found.items():
            first, median = seconds[0] * 1000, statistics.median(seconds) * 1000
            print(f"{line:20} first {first:7.0f} ms  median {median:7.0f} ms  worst {max(seconds) * 1000:7.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
