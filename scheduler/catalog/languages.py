"""Languages by their names, as people type and read them, and by their codes (BCP 47), as they are kept."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache

from babel import Locale, UnknownLocaleError

from scheduler.catalog import parse

_BETWEEN = re.compile(r"[,;\n]+|\band\b")


def language_name(code: str, language: str = "en") -> str:
    """The name of a language code in ``language``, or the code itself when it has none."""
    try:
        return Locale.parse(code, sep="-").get_language_name(language) or code
    except (ValueError, UnknownLocaleError):
        return code


def names_of(codes: Iterable[str]) -> str:
    """Codes as a person types them: "English, Spanish"."""
    return ", ".join(_code_names().get(code, code) for code in codes)


def codes_of(text: str) -> list[str]:
    """The codes of languages typed by name or code, separated by commas. Raises ValueError, with the fix, for a word that
    names none."""
    codes = []
    for word in (part.strip() for part in _BETWEEN.split(text)):
        if not word:
            continue
        code = _name_codes().get(word.casefold())
        if code is None:
            try:
                code = parse.language(word)
            except ValueError:
                code = ""
            if code.partition("-")[0] not in _code_names():
                raise ValueError("enter names such as English, Spanish, with commas between.")
        codes.append(code)
    return codes


@cache
def _code_names() -> dict[str, str]:
    return {str(code).replace("_", "-"): str(name) for code, name in Locale("en").languages.items()}


@cache
def _name_codes() -> dict[str, str]:
    return {name.casefold(): code for code, name in _code_names().items()}
