"""``python -m scheduler``: the production server, for an installation without ``app.py`` (a wheel)."""

from __future__ import annotations

from scheduler.server import main

if __name__ == "__main__":
    raise SystemExit(main())
