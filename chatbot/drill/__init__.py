"""A rehearsal of what may go wrong: the real service against a local exchange of its own, with play money.

`/drill` starts it as a process beside the running service and touches nothing of it; `python -m chatbot drill` runs
the same by hand. In: how long the exchange is away.  Out: the times reached, and what to do where one is too long.

`drills` is the running service's side; `rehearsal`, `steps`, `house` the process; `judging` and `report` are pure."""
