"""Upbit: `client.UpbitExchange` (account, orders, small public reads), `streams.UpbitStreams` (both live streams),
`history.UpbitHistory` (long public history, read by pyupbit in a child process).

Three libraries, one role each: `upbit-sdk` speaks REST, `websockets` the streams, `pyupbit` long history.
`wire` alone knows Upbit's words, `errors` its error names, `limits` its request limits, `ticks` its price steps.
Facts about the venue come from docs.upbit.com/kr (v1.6.4)."""
