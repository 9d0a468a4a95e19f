"""The REST interface: who asks, how often, for what, and the answers."""
