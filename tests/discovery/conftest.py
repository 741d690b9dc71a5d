"""The home face on the small application of the web room's tests."""

from __future__ import annotations

from tests.web.conftest import small, small_server, visit

__all__ = ["small", "small_server", "visit"]
