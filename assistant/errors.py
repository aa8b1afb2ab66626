"""Failures of the assistant itself, beside those of `tools.errors`."""

from __future__ import annotations

from tools.errors import ToolError


class NotFound(ToolError):
    """No such thing, or it belongs to somebody else; which of the two is not told."""
