"""What the admin's edit pages share: forms whose checks are the catalog's, and what was saved meanwhile beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from flask_wtf import FlaskForm
from wtforms import HiddenField

from scheduler.console.refusals import whole
from scheduler.errors import InvalidInput
from scheduler.web.times import LOCALE

# Languages most spoken in the United States (Census Bureau, American Community Survey), then more of the world's.
_CODES = "en es zh vi tl ar fr ko ru ht de hi pt it pl ur ja fa gu bn te pa ta he km hmn am so ne sw yi el uk hy th lo"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that somebody saved meanwhile, as it stands now and as it was typed here."""

    label: str
    saved: str
    typed: str


class EditForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """A form of the catalog's fields. ``version`` is that of the row which the person saw."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that was seen; 0, which no row has, for anything that is no number."""
        return whole(self.version.data)

    def show(self, error: InvalidInput) -> None:
        """Put the catalog's problems at their fields."""
        for name, sentence in error.problems.items():
            self[name].errors = [sentence]

    def differences(self, saved: EditForm) -> list[Difference]:
        """Where what was typed here isn't what ``saved``, a form of the row as it stands, says."""
        return [
            Difference(field.label.text, _words(saved[field.name]), _words(field))
            for field in self
            if field.name not in ("csrf_token", "version", "zone_seen")
            and _words(field) != _words(saved[field.name])
        ]


def text_of(form: FlaskForm, names: Sequence[str]) -> dict[str, Any]:
    """What was typed in these fields, "" for nothing."""
    return {name: form[name].data or "" for name in names}


def number(text: str | None) -> float | str | None:
    """A typed number, None for nothing; anything else as it is, for the catalog to refuse."""
    typed = (text or "").strip()
    if not typed:
        return None
    try:
        return float(typed) if typed.lower().strip("+-") not in ("nan", "inf", "infinity") else typed
    except ValueError:
        return typed


def language_choices(present: str = "en") -> dict[str, str]:
    """Languages by their English name; ``present`` is among them whatever it is."""
    names: Mapping[str, str] = Locale.parse(LOCALE).languages
    codes = dict.fromkeys([*_CODES.split(), present])
    return {code: names.get(code, code) for code in codes if code}


def _words(field: Any) -> str:
    """The value of a field as people read it."""
    choices = dict(getattr(field, "choices", None) or ())
    value = "" if field.data is None else str(field.data).replace("\r\n", "\n").strip()
    return str(choices.get(value, value))
