"""Files that were tried and wait to be imported, each under a token of the planner who sent it.

A dry run and the import read the same bytes from disk; a file is removed when it was imported, when
its half hour is over, or when the server stops.
"""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.errors import NotFound
from tools.errors import InvalidInput

LIFETIME_SECONDS = 30 * 60.0
MOST_PER_OWNER = 5
_UNSAFE = re.compile(r"[^\w.\- ]+")


@dataclass(frozen=True)
class Upload:
    """One waiting file and how it is to be understood."""

    token: str
    owner: str
    path: Path
    table: str | None
    mapping: dict[str, str] | None
    expires: float


class Uploads:
    """Waiting files in a temporary folder of this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._folder = Path(tempfile.mkdtemp(prefix="inventory-uploads-"))
        self._waiting: dict[str, Upload] = {}
        self._lock = threading.Lock()

    def place(self, name: str) -> Path:
        """Where a file called `name` can be written; only the harmless part of the name is kept."""
        safe = _UNSAFE.sub("_", Path(name.replace("\\", "/")).name).strip(". ")[-120:]
        folder = self._folder / secrets.token_hex(8)
        folder.mkdir()
        return folder / (safe or "upload")

    def add(
        self, owner: str, path: Path, table: str | None, mapping: dict[str, str] | None
    ) -> Upload:
        """Keep a file for its planner; the oldest of too many is forgotten."""
        upload = Upload(
            f"i_{secrets.token_urlsafe(18)}",
            owner,
            path,
            table,
            mapping,
            self._clock() + LIFETIME_SECONDS,
        )
        with self._lock:
            self._forget_expired()
            own = [kept for kept in self._waiting.values() if kept.owner == owner]
            for kept in own[: max(0, len(own) - MOST_PER_OWNER + 1)]:
                self._forget(kept)
            self._waiting[upload.token] = upload
        return upload

    def take(self, owner: str, token: str) -> Upload:
        """The planner's waiting file, once; raises `NotFound`."""
        with self._lock:
            self._forget_expired()
            upload = self._waiting.get(token)
            if upload is None or upload.owner != owner:
                raise NotFound(
                    "This file is no longer waiting to be imported; send it again.",
                    "该文件已不在等待导入，请重新上传。",
                )
            del self._waiting[token]
        return upload

    def keep_again(self, upload: Upload) -> None:
        """Put a file back whose import failed, so that it can be tried once more."""
        with self._lock:
            self._waiting[upload.token] = upload

    @staticmethod
    def remove(path: Path) -> None:
        """Delete a file and its folder."""
        shutil.rmtree(path.parent, ignore_errors=True)

    def close(self) -> None:
        """Delete everything that waits."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _forget_expired(self) -> None:
        for upload in list(self._waiting.values()):
            if upload.expires < self._clock():
                self._forget(upload)

    def _forget(self, upload: Upload) -> None:
        self._waiting.pop(upload.token, None)
        self.remove(upload.path)


def inverted_mapping(mapping: Any) -> dict[str, str] | None:
    """Column -> field as a planner writes it, to field -> column as the importer takes it."""
    if mapping is None:
        return None
    usable = isinstance(mapping, dict) and all(
        isinstance(column, str) and isinstance(field, str) for column, field in mapping.items()
    )
    if not usable:
        raise InvalidInput(
            'The mapping has to be a JSON object like {"Artikel": "item"}.',
            '映射必须是 JSON 对象，例如 {"货号": "item"}。',
        )
    return {field: column for column, field in mapping.items()}
