"""The repositories of `trader.ports.Records` over one SQL connection, one module per kind of memory."""
