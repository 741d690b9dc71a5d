"""Form parts that faces share: a date in three number fields, and the list that an error summary shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import Field, Form
from wtforms.utils import unset_value
from wtforms.validators import StopValidation

from scheduler.web import times

PARTS = ("month", "day", "year")
_DAYS_AT_MOST = 31
_YEARS = (1850, 9999)
_BETTER = {  # WTForms' own messages say what is wrong; ours say what to do
    "This field is required.": lazy_gettext("enter an answer."),
    "Not a valid date value.": lazy_gettext("enter a date such as 2027-06-08."),
    "Not a valid choice.": lazy_gettext("choose one of the answers in the list."),
}


class DatePartsField(Field):
    """A date typed as month, day and year, in fields ``<name>-month`` and so on.

    ``data`` is a date, or None when nothing was typed. ``parts`` is what was typed, part by part, as it was typed.
    Messages name the field and the fix (M17).
    """

    def __init__(self, label: str | None = None, validators: Any = None, **kwargs: Any) -> None:
        super().__init__(label, validators, **kwargs)
        self.parts: dict[str, str] = dict.fromkeys(PARTS, "")
        self.wrong_part: str = PARTS[0]

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        """Read the three fields when the form was sent, else take ``data`` (a date, or an ISO text)."""
        super().process(None, data, extra_filters)
        if isinstance(self.data, str):
            self.data = date.fromisoformat(self.data) if self.data else None
        if self.data is not None:
            self.parts = {part: str(getattr(self.data, part)) for part in PARTS}
        if formdata is None:
            return
        self.raw_data = [formdata.get(f"{self.name}-{part}", "") for part in PARTS]
        self.parts = {part: text.strip()[:20] for part, text in zip(PARTS, self.raw_data, strict=True)}
        self.data = None
        try:
            self.data = self._read()
        except ValueError as error:
            self.process_errors = [str(error)]

    def pre_validate(self, form: Any) -> None:
        """Stop further checks when what was typed is no date."""
        if self.process_errors:
            raise StopValidation

    @property
    def first_id(self) -> str:
        """The id of the part to mend first: where an error summary leads."""
        return f"{self.id}-{self.wrong_part}"

    def _read(self) -> date | None:
        if not any(self.parts.values()):
            return None
        limits = {"month": (1, 12), "day": (1, _DAYS_AT_MOST), "year": _YEARS}
        numbers = {}
        for part in PARTS:
            low, high = limits[part]
            text = self.parts[part]
            if not (text.isdecimal() and low <= int(text) <= high):
                self.wrong_part = part
                raise ValueError(whole_sentence(self.label.text, _part_fix(part, low, high, text)))
            numbers[part] = int(text)
        try:
            return date(**numbers)
        except ValueError:
            self.wrong_part = "day"
            raise ValueError(
                whole_sentence(
                    self.label.text, _("that month has no day %(day)d. Check the day.", day=numbers["day"])
                )
            ) from None


def date_part_inputs() -> list[tuple[str, str, int]]:
    """(part, label, width) of a date's three inputs, in the order of the page's language."""
    words = {"month": (_("Month"), 2), "day": (_("Day"), 2), "year": (_("Year"), 4)}
    return [(part, *words[part]) for part in times.date_order()]


def whole_sentence(label: object, what_to_do: str) -> str:
    """ "{Field}: {what to do}"; a question loses its mark."""
    return _("%(field)s: %(fix)s", field=str(label).rstrip("?:？：؟ "), fix=what_to_do)


def error_list(form: Form) -> list[tuple[str, str]]:
    """(id of the control, sentence) for each field with an error, in the form's order: for ``error_summary``."""
    return [(first_control(field), error_sentence(field)) for field in form if field.errors]


def error_sentence(field: Field) -> str:
    """The field's first error as "{Field}: {what to do}" (ux.md 3.4)."""
    text = _first(field.errors)
    text = str(_BETTER.get(text, text))
    label = str(field.label.text)
    if label.rstrip("?:？：؟ ") in text or ": " in text[:80]:
        return text
    fix = text[:1].lower() + text[1:]
    return _("%(field)s: %(fix)s", field=label, fix=fix)


def first_control(field: Field) -> str:
    """The id of the control that a link to the field should reach."""
    if isinstance(field, DatePartsField):
        return field.first_id
    if getattr(field, "iter_choices", None) and field.widget.__class__.__name__ in (
        "ListWidget",
        "TableWidget",
    ):
        return f"{field.id}-0"
    return str(field.id)


def _first(errors: Any) -> str:
    first = errors[0]
    return _first(first) if isinstance(first, list | tuple) else str(first)


def _part_fix(part: str, low: int, high: int, text: str) -> str:
    if part == "year":
        if len(text) == 4 and text.isdecimal():
            return _("enter a year from %(low)d on. Check the year.", low=low)
        return _("enter the year with four digits, such as 1985.")
    if part == "month":
        return _("enter a month from %(low)d to %(high)d.", low=low, high=high)
    return _("enter a day from %(low)d to %(high)d.", low=low, high=high)
