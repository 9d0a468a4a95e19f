"""As the running service starts it: findings as lines of JSON, and an end when the service ends."""

from __future__ import annotations

import sys
from pathlib import Path

from chatbot.drill import tether
from chatbot.drill.rehearsal import OUTAGE_SECONDS, as_line, run_drill
from trader.errors import SettingsError

if __name__ == "__main__":
    tether.at_the_end_of_input(tether.finish)
    try:
        found = run_drill(Path(sys.argv[1]), OUTAGE_SECONDS, lambda found: print(as_line(found), flush=True))
    except (SettingsError, OSError) as err:
        sys.exit(str(err))
    print(as_line(found), flush=True)
