"""The service that is rehearsed with: `python -m chatbot run` in every respect, but it dies with the drill."""

from __future__ import annotations

import sys

from chatbot.drill import tether
from chatbot.running.shell import main

if __name__ == "__main__":
    tether.at_the_end_of_input(tether.die)
    sys.argv = ["chatbot", "run"]
    main()
