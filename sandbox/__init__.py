"""A local Upbit: REST and WebSocket interface, matching, accounts and price feeds on one port.

Imports nothing of the trader, so that a fault in one cannot hide the same fault in the other."""
