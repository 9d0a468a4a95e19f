"""Watches open positions on the live stream and asks for exits; never for entries."""
