"""The models themselves: one small adapter per wire format, one panel that asks all of them at once."""
