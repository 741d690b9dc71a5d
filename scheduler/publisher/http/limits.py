"""How often one client may ask: a token bucket per address, in bounded memory.

A bucket is kept as the one instant at which it will be full again (the "generic cell rate algorithm"), so that taking a
token is one addition. Each server process counts for itself.
"""

from __future__ import annotations

import ipaddress
import math
import threading
from functools import lru_cache

_ADDRESSES = 8192
_FILES_PER_READ = 10
_LONGEST_ADDRESS = 64
_ROUNDING = 1e-6  # seconds that adding up fractions may lose


class Budget:
    """``per_minute`` requests a minute for each client, all of which may come at once.

    When more than ``addresses`` clients came, those are forgotten that have not asked since as many others did.
    """

    __slots__ = ("_addresses", "_interval", "_lock", "_older", "_recent", "_window")

    def __init__(self, per_minute: int, addresses: int = _ADDRESSES) -> None:
        self._interval = 60.0 / per_minute
        self._window = 60.0 - self._interval
        self._addresses = addresses
        self._recent: dict[str, float] = {}
        self._older: dict[str, float] = {}
        self._lock = threading.Lock()

    def wait(self, client: str, now: float) -> int:
        """0 when ``client`` may go on, which is then counted; else the whole seconds after which it may.

        ``now``: seconds of a clock that never goes back.
        """
        with self._lock:
            full = self._recent.get(client)
            if full is None:
                full = self._older.pop(client, now)
                if len(self._recent) >= self._addresses:
                    self._older, self._recent = self._recent, {}
            over = full - now - self._window
            if over > _ROUNDING:
                self._recent[client] = full
                return math.ceil(over)
            self._recent[client] = (full if full > now else now) + self._interval
            return 0

    def __len__(self) -> int:
        """How many clients are remembered."""
        return len(self._recent) + len(self._older)


class Limits:
    """The two budgets of a client: manifests and pages, and ten times as many files. ``per_minute`` 0: no limit."""

    __slots__ = ("files", "reads")

    def __init__(self, per_minute: int) -> None:
        self.reads = Budget(per_minute) if per_minute else None
        self.files = Budget(per_minute * _FILES_PER_READ) if per_minute else None


@lru_cache(maxsize=1024)
def client_of(address: str) -> str:
    """Who asks from ``address``: an IPv4 address is one client, and so is an IPv6 network of one household (/64)."""
    if ":" not in address:
        return address[:_LONGEST_ADDRESS]
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address[:_LONGEST_ADDRESS]
    if parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return parsed.packed[:8].hex()
