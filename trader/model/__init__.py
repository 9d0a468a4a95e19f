"""The floor: frozen values every stage speaks in. No I/O, no clock, no settings."""
