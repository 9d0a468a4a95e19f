"""Decides and trades.

The pipeline, one package per stage over a floor of plain values (`trader.model`):

    market → signals → advice → risk → approval → execution → ledger → report, reflection
    guard watches open positions on the live stream and asks execution for exits

`cycle.py` is one pass through the stages, `jobs.py` the timetable, `desk.py` what a person may ask.
Nothing here imports `chatbot`, `storage` or `sandbox`; `ports.py` says what is needed of them."""
