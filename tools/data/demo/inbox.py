"""The demo company's unread supplier messages."""

from __future__ import annotations

import numpy as np

from tools.data.demo.records import RecordWriter
from tools.data.demo.truth import MessageTruth


def write_inbox(writer: RecordWriter, rng: np.random.Generator) -> list[MessageTruth]:
    return []
