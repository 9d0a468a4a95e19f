"""Cleared → Authorised. The only maker of `Authorised`: by a person's answer to a ticket, or by rule."""
