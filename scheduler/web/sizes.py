"""Sizes of files in words."""

from __future__ import annotations

from flask_babel import gettext as _

_KB, _MB = 1000, 1_000_000


def size_words(size: int) -> str:
    """A number of bytes in words: "340 KB", "1.2 MB"."""
    if size < _MB:
        return str(_("%(size)s KB", size=max(1, round(size / _KB))))
    return str(_("%(size)s MB", size=f"{size / _MB:.1f}"))
