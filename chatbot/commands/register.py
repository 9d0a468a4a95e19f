"""The one registry of commands; every file beside this one adds its own."""

from chatbot.registry import Registry

REGISTRY = Registry()
command = REGISTRY.command
