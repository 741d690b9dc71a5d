"""The form of an appointment type's settings: what is typed, as the catalog takes it, with every fault at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from scheduler.availability.values import wall_minutes
from scheduler.catalog import coded
from scheduler.catalog.fields import REQUIRED
from scheduler.catalog.typed_lengths import minutes_in, several_minutes_in
from scheduler.catalog.types import FIELDS
from scheduler.console import type_words
from scheduler.console.type_who import NUMBERS_OR_NONE as AGES
from scheduler.console.type_who import WORDS, WhoPart
from scheduler.models import AppointmentType
from scheduler.web.times import duration_words

LENGTHS = (
    "duration_minutes",
    "interval_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "minimum_notice_minutes",
    "hold_minutes",
    "cancellation_notice_minutes",
)
_NUMBERS = ("horizon_days", "capacity", "approval_hours", "series_most")
TICKS = ("approval_required", "relatives", "waitlist", "wishes")
_NUMBERS_OR_NONE = (
    *AGES,
    "max_per_day",
    "max_per_week",
    "release_share_percent",
    "release_days_before",
)
CODED: Mapping[str, Mapping[str, str]] = {
    "service_type_code": coded.SERVICE_TYPES,
    "service_category_code": coded.SERVICE_CATEGORIES,
    "specialty_code": coded.SPECIALTIES,
}
_RANGE = re.compile(r"a whole number from ([0-9]+) to ([0-9]+)")
_SEVERAL = 3


def _text(name: str, hint: str = "", **attributes: str) -> StringField:
    return StringField(FIELDS[name].label, description=hint, render_kw={"maxlength": "400", **attributes})


def _length(name: str, hint: str) -> StringField:
    return _text(name, hint, autocomplete="off", **{"data-length": ""})


def _number(name: str, hint: str) -> StringField:
    return _text(name, hint, inputmode="numeric", autocomplete="off")


def _choice(name: str, words: Mapping[str, str], hint: str = "") -> SelectField:
    return SelectField(FIELDS[name].label, choices=dict(words), description=hint)


class TypeForm(WhoPart, FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """All settings of a type. Lengths are typed in words or minutes, codes by their names."""

    version = HiddenField()
    seen = HiddenField()
    name = _text("name", "What patients choose, such as New patient visit.")
    description = TextAreaField("Description", description="Patients read it before they choose a time.")
    duration_minutes = _length("duration_minutes", "How long a visit takes, such as 40 minutes.")
    modality = _choice("modality", type_words.MODALITIES)
    service_type_code = _text(
        "service_type_code", "Type a part of its name. Finders search by it.", list="services"
    )
    service_category_code = _text("service_category_code", "Type a part of its name.", list="categories")
    specialty_code = _text(
        "specialty_code", "Type a part of its name. Finders search by it.", list="specialties"
    )
    language = SelectField("Language", description="The language of the name and texts of this type.")
    slug = StringField(
        "Page word",
        description="The last part of its link, such as new-patient-visit. The old link goes on working.",
        render_kw={"autocomplete": "off", "spellcheck": "false", "maxlength": "400"},
    )
    interval_minutes = _length("interval_minutes", "A visit may start every 15 minutes, for instance.")
    buffer_before_minutes = _length("buffer_before_minutes", "Kept free before each visit. 0 for none.")
    buffer_after_minutes = _length("buffer_after_minutes", "Kept free after each visit. 0 for none.")
    minimum_notice_minutes = _length(
        "minimum_notice_minutes",
        "Until how long before its start a visit can be booked, such as 4 hours or 1 day.",
    )
    horizon_days = _number("horizon_days", "How many days ahead patients can book, from 0 to 400.")
    capacity = _number("capacity", "How many patients share one time. 1 for a visit of one patient.")
    max_per_day = _number("max_per_day", "Visits of this type per clinician and day. Empty for no limit.")
    max_per_week = _number("max_per_week", "Visits of this type per clinician and week. Empty for no limit.")
    release_share_percent = _number("release_share_percent", "Of 100 times of a day, how many are kept back.")
    release_days_before = _number("release_days_before", "Days before the visit's day. 0 for the day itself.")
    release_at_minute = _text("release_at_minute", "", type="time")
    hold_minutes = _length(
        "hold_minutes", "How long a chosen time is kept while the patient fills in the form."
    )
    patient_type = _choice("patient_type", type_words.PATIENT_TYPES)
    visibility = _choice("visibility", type_words.SHOWN, "Where patients find this type.")
    approval_required = BooleanField(
        "Each request waits for our approval",
        description="The time is taken at once, and the patient is told when you say yes.",
    )
    approval_hours = _number(
        "approval_hours", "Hours until a request that nobody answered ends by itself, from 1 to 720."
    )
    series_most = _number(
        "series_most",
        "How many weekly visits a patient can book at once, up to 26. 1 for one visit at a time.",
    )
    relatives = BooleanField(
        "A relative can have the next time",
        description="Two visits, one right after the other, are booked together or not at all. While a referral is "
        "required this is not offered: a referral is one person's.",
    )
    waitlist = BooleanField(
        "Patients can join a waitlist",
        description="A time that is freed is offered to one waiting person after the other. Who waits already is served on.",
    )
    cancellation_notice_minutes = _length(
        "cancellation_notice_minutes",
        "How long before a visit patients can still cancel or move it by themselves.",
    )
    reminders = _text(
        "reminders",
        "How long before a visit patients are reminded, such as 2 days, 3 hours. Empty for no reminder.",
        autocomplete="off",
    )
    bring = TextAreaField("What to bring", description="Stands on the confirmation and in the mail.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.language.data or "en"
        self.language.choices = {chosen: chosen} | type_words.LANGUAGES
        for field in self:
            # the editor's groups stand between other forms, so each control names its own
            field.render_kw = {**(field.render_kw or {}), "form": "settings"}

    def values(self) -> tuple[dict[str, Any], dict[str, str]]:
        """(fields as the catalog takes them, sentences about those that can't be read). What can't be read stays as it was
        typed, so that the catalog refuses it too."""
        values: dict[str, Any] = {name: self[name].data for name in FIELDS}
        faults: dict[str, str] = {}
        for name in FIELDS:
            reader = _READERS.get(name)
            if reader is not None:
                try:
                    values[name] = reader((self[name].data or "").strip())
                except ValueError as error:
                    faults[name] = f"{FIELDS[name].label}: {error}"
        for field in (
            self.modality,
            self.patient_type,
            self.visibility,
            self.language,
            self.referral,
            self.insurance,
        ):
            if field.data not in (field.choices or {}):
                faults[field.name] = f"{field.label.text}: choose one of the list."
        return values, faults

    def blame(self, problems: Mapping[str, str]) -> None:
        """Put the sentences at their fields."""
        for name, sentence in problems.items():
            field = self[name if name in self else "name"]
            field.errors = [_in_words(sentence) if name in LENGTHS else sentence]

    def typed(self) -> dict[str, str]:
        """What stands in each field, lengths and names in their usual words: to be compared, field by field."""
        return {name: _usual(name, _as_text(self[name].data)) for name in (*FIELDS, "slug")}

    def seen_then(self) -> dict[str, str]:
        """What stood in the fields when the page was made; empty when that can't be read."""
        try:
            kept = json.loads(self.seen.data or "{}")
        except (ValueError, RecursionError):
            return {}
        return {str(key): str(value) for key, value in kept.items()} if isinstance(kept, dict) else {}


def form_of(kind: AppointmentType, slug: str) -> TypeForm:
    """The form filled in with a type's settings, and with what it shows noted in it."""
    texts = texts_of(kind, slug)
    data: dict[str, Any] = texts | ticks_of(kind)
    data |= {"version": str(kind.version), "seen": json.dumps(texts)}
    return TypeForm(formdata=None, data=data)


def new_form(kind: AppointmentType | None, cancellation_notice: int) -> TypeForm:
    """An empty form with the usual rules, or with another type's settings. ``cancellation_notice``: minutes."""
    if kind is not None:
        data: dict[str, Any] = texts_of(kind, "") | ticks_of(kind)
        return TypeForm(formdata=None, data=data | {"name": f"{kind.name}, copy"})
    usual = {name: field.default for name, field in FIELDS.items() if field.default is not REQUIRED}
    usual |= {"name": "", "duration_minutes": 30, "cancellation_notice_minutes": cancellation_notice}
    texts = {name: value if name in TICKS else _stored_text(name, value) for name, value in usual.items()}
    return TypeForm(formdata=None, data=texts)


def ticks_of(kind: AppointmentType) -> dict[str, bool]:
    """What is ticked of a type's settings."""
    return {name: getattr(kind, name) for name in TICKS}


def texts_of(kind: AppointmentType, slug: str) -> dict[str, str]:
    """A type's settings as they stand in the form's fields."""
    return {name: _stored_text(name, getattr(kind, name)) for name in FIELDS} | {"slug": slug}


def merged(mine: Mapping[str, str], seen: Mapping[str, str], theirs: Mapping[str, str]) -> dict[str, str]:
    """What somebody typed, with what another person saved meanwhile in the fields that the first left as they were."""
    return {name: theirs[name] if mine[name] == seen.get(name) else mine[name] for name in mine}


def label_of(name: str) -> str:
    """The field's label."""
    return FIELDS[name].label if name in FIELDS else "Page word"


def shown_text(name: str, text: str) -> str:
    """A field's text for people: choices by their words, nothing as "empty"."""
    words: Mapping[str, Mapping[str, str]] = {
        "modality": type_words.MODALITIES,
        "patient_type": type_words.PATIENT_TYPES,
        "visibility": type_words.SHOWN,
        "language": type_words.LANGUAGES,
        **WORDS,
    }
    return words.get(name, {}).get(text, text) or "empty"


def _stored_text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if name in LENGTHS:
        return duration_words(value)
    if name == "reminders":
        return ", ".join(map(duration_words, value))
    if name in CODED:
        return CODED[name].get(value, "")
    if name == "release_at_minute":
        return f"{value // 60:02}:{value % 60:02}"
    return _as_text(value)


def _as_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value).replace("\r\n", "\n")


def _usual(name: str, text: str) -> str:
    reader = _READERS.get(name)
    if reader is None:
        return text
    try:
        return _stored_text(name, reader(text.strip()))
    except ValueError:
        return text


def _in_words(sentence: str) -> str:
    """The catalog's limits of a length, which it counts in minutes, as words."""
    return _RANGE.sub(
        lambda found: f"{duration_words(int(found[1]))} to {duration_words(int(found[2]))}", sentence
    )


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ValueError("enter a whole number.")
    return int(text)


def _whole_or_none(text: str) -> int | None:
    return _whole(text) if text else None


def _wall_minute(text: str) -> int | None:
    if not text:
        return None
    try:
        return wall_minutes(text) % 1440
    except ValueError:
        raise ValueError("enter a time such as 06:00 or 18:30.") from None


def _code_by_name(table: Mapping[str, str]) -> Callable[[str], str]:
    """The code of a name, or of a part of it that is in one name alone."""
    codes = {name.lower(): code for code, name in table.items()}

    def read(text: str) -> str:
        typed = text.lower()
        if not typed or typed in codes:
            return codes.get(typed, "")
        near = [name for name in codes if typed in name]
        if len(near) == 1:
            return codes[near[0]]
        if 1 < len(near) <= _SEVERAL:
            raise ValueError(f"choose one of: {'; '.join(table[codes[name]] for name in near)}.")
        raise ValueError("choose one of the list, by its name.")

    return read


_READERS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(LENGTHS, minutes_in),
    **dict.fromkeys(_NUMBERS, _whole),
    **dict.fromkeys(_NUMBERS_OR_NONE, _whole_or_none),
    "release_at_minute": _wall_minute,
    "reminders": several_minutes_in,
    **{name: _code_by_name(table) for name, table in CODED.items()},
}
