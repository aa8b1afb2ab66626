"""Files that are handed out: always an attachment, under a name that is safe everywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote

from fastapi import Response

_UNSAFE = re.compile(r"[^\w.\- ]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class File:
    """A file to be downloaded."""

    name: str
    media_type: str
    content: bytes


def download(file: File) -> Response:
    """The response that saves `file`, whatever script its name is in."""
    name = _UNSAFE.sub("_", file.name).strip(". ") or "export"
    ascii_name = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f"attachment; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name)}"
    return Response(
        file.content, media_type=file.media_type, headers={"Content-Disposition": disposition}
    )
