"""The command-line program `inventory-assistant`."""

from assistant.cli.main import main

__all__ = ["main"]
