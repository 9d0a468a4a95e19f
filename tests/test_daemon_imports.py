"""What the service loads at its start is light: heavy libraries come in where they are first needed (promise 8)."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HEAVY = ("pandas", "ta", "matplotlib", "mplfinance", "pyarrow", "alembic", "numba", "openai", "anthropic", "pyupbit")
LOAD = f"""
import json, sys
import chatbot.running.app, chatbot.running.verbs
import chatbot.telegram.frontend, chatbot.slack.frontend, chatbot.console.reader
print(json.dumps([name for name in {HEAVY!r} if name in sys.modules]))
"""


def test_the_service_and_its_front_ends_load_no_heavy_library() -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOAD], cwd=ROOT, capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(done.stdout.splitlines()[-1]) == []
