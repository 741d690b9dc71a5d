"""Chain the newest audit entries by hash."""

from __future__ import annotations

from scheduler import audit


def run() -> int:
    """The number of entries chained."""
    return audit.chain()
