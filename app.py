"""``python app.py`` runs everything that an installation needs; ``app:app`` is the WSGI application for other servers."""

from __future__ import annotations

from typing import Any

from scheduler.server import main


def __getattr__(name: str) -> Any:
    # made when a server asks for it: `python app.py` itself must not make a second one
    if name == "app":
        from scheduler.server import wsgi

        globals()["app"] = made = wsgi()
        return made
    raise AttributeError(name)


if __name__ == "__main__":
    raise SystemExit(main())
