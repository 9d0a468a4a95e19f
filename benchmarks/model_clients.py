"""Loading the vendors' clients beside a running loop: how long it takes, and how long the loop is kept waiting.

    python benchmarks/model_clients.py [--at-once]

A beat every millisecond stands for the guard. `--at-once` loads them on the loop itself, for comparison."""

from __future__ import annotations

import argparse
import asyncio
import resource
import time
from decimal import Decimal

from chatbot.running import process
from trader.advice.members.loading import Loader, adapter_of
from trader.advice.members.member import MemberSpec, Wire
from trader.advice.prices import Price

WIRES = {"openai": Wire.RESPONSES, "anthropic": Wire.MESSAGES, "gemini": Wire.CHAT}


async def main(at_once: bool) -> None:
    import chatbot.running.app  # noqa: F401  # what a service has loaded anyway

    process.settle()
    waits: list[float] = []
    beating = asyncio.create_task(beat(waits))
    await asyncio.sleep(0.2)
    idle, before = max(waits), memory()
    waits.clear()
    loader, began, adapters = Loader(), time.perf_counter(), []
    for name, wire in WIRES.items():
        spec = MemberSpec(name, "a-model", wire, "http://127.0.0.1:9", "key", Price(*[Decimal(1)] * 3))
        adapters.append(adapter_of(spec) if at_once else await loader.load(spec))
    await asyncio.sleep(0.01)
    seconds = time.perf_counter() - began
    beating.cancel()
    print(f"loading the three clients          {seconds:8.2f} s, {memory() - before} MB more")
    print(f"longest wait of the loop meanwhile {max(waits) * 1000:8.1f} ms (idle: {idle * 1000:.1f} ms)")
    print(f"waits of more than 5 ms            {sum(wait > 0.005 for wait in waits):8d}")
    await asyncio.gather(*(adapter.close() for adapter in adapters))


async def beat(waits: list[float]) -> None:
    last = time.perf_counter()
    while True:
        await asyncio.sleep(0.001)
        now = time.perf_counter()
        waits.append(now - last - 0.001)
        last = now


def memory() -> int:
    """MB at most so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--at-once", action="store_true")
    process.tune()
    asyncio.run(main(parser.parse_args().at_once))
