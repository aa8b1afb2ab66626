"""Largest inputs that the server takes; what is larger is refused before it is read."""

from __future__ import annotations

MAX_SUPPLIER_TEXT = 50_000
"""Characters of one supplier message."""
MAX_MESSAGE_FILE = 5 * 2**20
"""Bytes of an uploaded mail, attachments included."""
MAX_JSON_BODY = 2 * 2**20
"""Bytes of any JSON request but a table for export."""
MAX_TABLE_BODY = 32 * 2**20
"""Bytes of a table sent for export."""
