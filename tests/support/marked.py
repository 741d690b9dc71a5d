"""A language in which every translation is marked, and what of a page is not: texts that nobody can translate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from babel.support import NullTranslations
from flask import Flask

OPEN, CLOSE = "⟦", "⟧"
# the language whose catalogue is replaced: CLDR writes its dates without Latin letters, so that any left are ours
LANGUAGE = "zh"
_VOID = frozenset(
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"]
)
_SILENT = frozenset({"script", "style", "code", "svg", "bdi", "textarea"})
_SPOKEN = frozenset({"aria-label", "alt", "title", "placeholder"})
_WORD = re.compile(r"[A-Za-z]{2,}")
_ZONES = re.compile(r"\b(?:E[DS]T|P[DS]T|JST|GMT)\b")


class _Marked(NullTranslations):  # type: ignore[misc]  # babel's class has no type information
    """Every text is its own translation, between marks."""

    def gettext(self, message: Any) -> str:
        return f"{OPEN}{message}{CLOSE}"

    def ngettext(self, singular: Any, plural: Any, num: Any) -> str:
        return f"{OPEN}{singular if num == 1 else plural}{CLOSE}"

    ugettext, ungettext = gettext, ngettext


def mark_translations(app: Flask) -> None:
    """Let pages in ``LANGUAGE`` show every text that could be translated between marks."""
    with app.app_context():
        domain = app.extensions["babel"].instance.domain_instance
    domain.cache[LANGUAGE, "messages"] = _Marked()


def unmarked(html: str, known: re.Pattern[str]) -> list[str]:
    """What of a page's texts can't be translated: words outside of all marks, in elements and in spoken attributes. Names
    (``bdi``), commands, what is marked as another language, and what ``known`` matches are left out."""
    reader = _Reader()
    reader.feed(html)
    texts = [_outside("\n".join(reader.texts)), *(_outside(text) for text in reader.spoken)]
    lines = (line.strip() for text in texts for line in text.splitlines())
    return [line for line in lines if _WORD.search(_ZONES.sub("", known.sub("", line)))]


def _outside(text: str) -> str:
    return "".join(_signs_outside(text))


def _signs_outside(text: str) -> Iterator[str]:
    depth = 0
    for sign in text:
        depth += (sign == OPEN) - (sign == CLOSE)
        if not depth and sign not in (OPEN, CLOSE):
            yield sign


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.spoken: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = tag in _SILENT or (tag != "html" and "lang" in given) or self._silent
        if tag not in _VOID:
            self._open.append((tag, silent))
        if not silent:
            self.spoken += [
                value for name, value in attrs if value and (name in _SPOKEN or _is_words(name, value))
            ]
            if given.get("name") == "description":
                self.spoken.append(given.get("content") or "")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        # marks count wherever they stand, words only where somebody reads them as ours
        self.texts.append("".join(sign for sign in data if sign in (OPEN, CLOSE)) if self._silent else data)

    @property
    def _silent(self) -> bool:
        return bool(self._open) and self._open[-1][1]


def _is_words(name: str, value: str) -> bool:
    """Whether an attribute holds words that a script will show."""
    return name.startswith("data-") and " " in value.strip()
