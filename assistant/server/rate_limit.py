"""How often one planner may ask for something expensive."""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

from assistant.server.problems import TooManyRequests

MOST_KEYS = 10_000


class RateLimit:
    """At most `times` calls per key in any `seconds`; kept in memory, for this process."""

    def __init__(
        self, times: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._times, self._seconds, self._clock = times, seconds, clock
        self._calls: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Count one call; raises `TooManyRequests` with the seconds to wait."""
        now = self._clock()
        with self._lock:
            calls = self._calls.setdefault(key, deque())
            self._calls.move_to_end(key)
            while calls and calls[0] <= now - self._seconds:
                calls.popleft()
            if len(calls) >= self._times:
                raise TooManyRequests(math.ceil(calls[0] + self._seconds - now))
            calls.append(now)
            while len(self._calls) > MOST_KEYS:
                self._calls.popitem(last=False)
