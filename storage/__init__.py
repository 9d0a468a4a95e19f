"""The trader's memory: implementations of `trader.ports.Storage`. Knows `trader.model` and `trader.ports` only.

`storage.sql.open_storage` opens SQLite or PostgreSQL, `storage.memory.MemoryStorage` keeps everything in the process.
Money is stored as decimal text, to the digit; times as UTC, to the microsecond."""
