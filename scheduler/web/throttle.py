"""Hold back whoever guesses: a count of tries per key in a sliding span of time.

Counts are kept in the memory of one process: with several processes a guesser gets as many tries more. Keys are hashed,
so that a dump of the memory's counters names nobody.
"""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict, deque
from collections.abc import Iterable

from flask_babel import ngettext

from scheduler.errors import TooMany

_MAX_KEYS = 20_000


class Throttle:
    """At most ``limit`` tries of one key within ``span`` seconds."""

    def __init__(self, limit: int, span: int) -> None:
        self.limit = limit
        self.span = span
        self._tries: OrderedDict[str, deque[int]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, parts: Iterable[str], now: int) -> None:
        """Count a try at ``now`` (epoch seconds). Raises TooMany with the seconds until the next may be made."""
        key = _key(parts)
        with self._lock:
            tries = self._tries.setdefault(key, deque())
            self._tries.move_to_end(key)
            while tries and tries[0] <= now - self.span:
                tries.popleft()
            if len(tries) >= self.limit:
                wait = tries[0] + self.span - now
                minutes = -(-wait // 60)
                raise TooMany(
                    ngettext(
                        "Too many tries. Wait %(num)d minute, then try again.",
                        "Too many tries. Wait %(num)d minutes, then try again.",
                        minutes,
                    ),
                    retry_after=wait,
                )
            tries.append(now)
            while len(self._tries) > _MAX_KEYS:
                self._tries.popitem(last=False)

    def give_back(self, parts: Iterable[str]) -> None:
        """Count the last try of a key no more: it was no guess."""
        with self._lock:
            tries = self._tries.get(_key(parts))
            if tries:
                tries.pop()

    def forget(self, parts: Iterable[str]) -> None:
        """Count no more tries of a key: it has shown to be right."""
        with self._lock:
            self._tries.pop(_key(parts), None)


def _key(parts: Iterable[str]) -> str:
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()
