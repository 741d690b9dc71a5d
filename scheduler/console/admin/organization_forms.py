"""The form of an organization: what was typed, as the catalog's fields."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectField, StringField

from scheduler.availability.values import wall_minutes
from scheduler.catalog.organizations import FIELDS
from scheduler.console.admin.forms import EditForm, language_choices, text_of
from scheduler.errors import InvalidInput
from scheduler.models import Organization

_AS_TYPED = ("name", "npi", "phone", "email", "url", "language")
_CLOCK_TIMES = ("quiet_from_minute", "quiet_until_minute")
_HOUR_MINUTES = 60
_MOST_HOURS = 720


class OrganizationForm(EditForm):
    """All fields of an organization; the cancellation notice in hours."""

    name = StringField(FIELDS["name"].label)
    npi = StringField("NPI", description="Ten digits. Finders tell clinics apart by it.")
    phone = StringField(
        FIELDS["phone"].label, description="For places without a number of their own, and on every page."
    )
    email = StringField(FIELDS["email"].label)
    url = StringField(FIELDS["url"].label, description="Starts with https://")
    language = SelectField(
        FIELDS["language"].label, choices=language_choices(), default="en", validate_choice=False
    )
    cancellation_notice_minutes = StringField(
        "Cancellation notice, in hours",
        default="24",
        description="Until so many hours before the start, patients cancel or move free of charge. New types begin with it.",
    )
    quiet_from_minute = StringField(
        FIELDS["quiet_from_minute"].label,
        default="21:00",
        render_kw={"type": "time"},
        description="No reminder leaves from then on, by the clock of the place. One that falls into these hours leaves before.",
    )
    quiet_until_minute = StringField(
        FIELDS["quiet_until_minute"].label,
        default="08:00",
        render_kw={"type": "time"},
        description="The same time twice means no quiet hours.",
    )
    neutral_titles = BooleanField(
        "Keep the type of visit out of titles",
        default=True,
        description='Mails and calendar entries are then titled "Appointment at" with the name of the clinic. A calendar may be shared with others.',
    )
    parent_id = SelectField(
        FIELDS["parent_id"].label, description="For a clinic of a health system.", validate_choice=False
    )

    def fields(self) -> dict[str, Any]:
        """What was typed, as fields of ``catalog.organizations``."""
        return text_of(self, _AS_TYPED) | {
            "cancellation_notice_minutes": _minutes(self.cancellation_notice_minutes.data or ""),
            "quiet_from_minute": _wall_minute(self.quiet_from_minute.data or ""),
            "quiet_until_minute": _wall_minute(self.quiet_until_minute.data or ""),
            "neutral_titles": bool(self.neutral_titles.data),
            "parent_id": self.parent_id.data or None,
        }

    def show(self, error: InvalidInput) -> None:
        """The catalog counts the notice in minutes; here people give hours."""
        super().show(error)
        if "cancellation_notice_minutes" in error.problems:
            self.cancellation_notice_minutes.errors = [
                f"Cancellation notice: enter whole hours from 0 to {_MOST_HOURS}."
            ]
        for name in _CLOCK_TIMES:
            if isinstance(_wall_minute(self[name].data or ""), str):
                self[name].errors = [f"{FIELDS[name].label}: enter a time such as 21:00 or 08:00."]


def form_of(row: Organization) -> OrganizationForm:
    """The form with what an organization says now."""
    hours, rest = divmod(row.cancellation_notice_minutes, _HOUR_MINUTES)
    form = OrganizationForm(
        formdata=None,
        data={name: getattr(row, name) or "" for name in _AS_TYPED}
        | {
            "version": str(row.version),
            "parent_id": row.parent_id or "",
            "neutral_titles": row.neutral_titles,
            **{name: f"{getattr(row, name) // 60:02}:{getattr(row, name) % 60:02}" for name in _CLOCK_TIMES},
            "cancellation_notice_minutes": str(hours) if not rest else f"{hours + rest / _HOUR_MINUTES:.4g}",
        },
    )
    form.language.choices = language_choices(row.language)
    return form


def _minutes(text: str) -> int | str:
    """Typed hours in minutes; anything that is no sensible number as it is, for the catalog to refuse."""
    try:
        minutes = float(text) * _HOUR_MINUTES
        return round(minutes) if minutes == round(minutes) else text
    except (ValueError, OverflowError):
        return text


def _wall_minute(text: str) -> int | str:
    """A typed time of day in wall minutes; anything else as it is, for the catalog to refuse."""
    try:
        return wall_minutes(text.strip()) % 1440
    except ValueError:
        return text
