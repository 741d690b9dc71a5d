"""A refused form comes back filled in: the service's problems beside the fields that they are about."""

from __future__ import annotations

from dataclasses import dataclass

from flask_wtf import FlaskForm

from scheduler.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Conflict:
    """What somebody else saved meanwhile: (label, what it says now) of the fields that differ from what was typed."""

    now: tuple[tuple[str, str], ...]


def refuse(form: FlaskForm, error: InvalidInput) -> None:
    """Put each problem to its field; one of a field that the form doesn't have, to the form's first."""
    first = next(field for field in form if field.type not in ("HiddenField", "CSRFTokenField"))
    for name, sentence in error.problems.items():
        field = form._fields.get(name, first)
        field.errors = [*field.errors, sentence]


def conflict(form: FlaskForm, now: dict[str, object]) -> Conflict:
    """The fields whose saved value (by name, as the form writes it) is another than what was typed."""
    return Conflict(
        tuple(
            (form[name].label.text, str(value) or "Nothing")
            for name, value in now.items()
            if str(form[name].data or "") != str(value or "")
        )
    )


def whole(text: str | None) -> int:
    """The version that a form carries; 0, which no row has, for nonsense."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0
