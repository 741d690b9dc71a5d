"""Appointment types: what is offered, with every setting of the slot rule (design.md "The slot rule")."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import coded, parse, slugs
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import changed, find, named, note, put
from scheduler.errors import Conflict
from scheduler.models import AppointmentType, AuditEntry, Organization, Schedule
from scheduler.models.offers import MAX_DURATION_MINUTES, MAX_HORIZON_DAYS

MODALITIES = ("in-person", "video", "phone")
VISIBILITIES = ("feed", "page", "link", "paused")
REFERRALS = ("optional", "required")
INSURANCES = ("ask", "only")
MOST_YEARS = 130
SHOWN_BEFORE = "shown_before"  # in the audit of an edit: the visibility that was left
MAX_APPROVAL_HOURS, MAX_SERIES = 720, 26
FIELDS = {
    "name": Field("Name", parse.name),
    "description": Field("Description", parse.prose, ""),
    "duration_minutes": Field("Length", parse.whole(1, MAX_DURATION_MINUTES)),
    "interval_minutes": Field("Interval", parse.whole(1, 1440), 15),
    "buffer_before_minutes": Field("Buffer before", parse.whole(0, 720), 0),
    "buffer_after_minutes": Field("Buffer after", parse.whole(0, 720), 0),
    "minimum_notice_minutes": Field("Minimum notice", parse.whole(0, 525_600), 240),
    "horizon_days": Field("Horizon", parse.whole(0, MAX_HORIZON_DAYS), 60),
    "capacity": Field("Seats", parse.whole(1, 1000), 1),
    "max_per_day": Field("Most per day", parse.optional(parse.whole(1, 1000)), None),
    "max_per_week": Field("Most per week", parse.optional(parse.whole(1, 5000)), None),
    "release_share_percent": Field("Share kept back", parse.optional(parse.whole(1, 100)), None),
    "release_days_before": Field("Released", parse.optional(parse.whole(0, MAX_HORIZON_DAYS)), None),
    "release_at_minute": Field("Release time", parse.optional(parse.whole(0, 1439)), None),
    "modality": Field("How", parse.one_of(MODALITIES), "in-person"),
    "service_type_code": Field("Service", parse.code_of(coded.SERVICE_TYPES), ""),
    "service_category_code": Field("Service category", parse.code_of(coded.SERVICE_CATEGORIES), ""),
    "specialty_code": Field("Specialty", parse.code_of(coded.SPECIALTIES), ""),
    "patient_type": Field("Who may book", parse.code_of(coded.PATIENT_TYPES), ""),
    "visibility": Field("Shown", parse.one_of(VISIBILITIES), "feed"),
    "approval_required": Field("Approval", parse.switch, False),
    "approval_hours": Field("Answered within", parse.whole(1, MAX_APPROVAL_HOURS), 48),
    "series_most": Field("Weeks at once", parse.whole(1, MAX_SERIES), 1),
    "relatives": Field("Two relatives", parse.switch, False),
    "waitlist": Field("Waitlist", parse.switch, True),
    "hold_minutes": Field("Hold", parse.whole(5, 30), 10),
    "cancellation_notice_minutes": Field("Cancellation notice", parse.whole(0, 43_200), 1440),
    "bring": Field("What to bring", parse.prose, ""),
    "reminders": Field("Reminders", parse.reminders, (2880, 180)),
    "language": Field("Language", parse.language, "en"),
    "minimum_age": Field("Youngest age", parse.optional(parse.whole(0, MOST_YEARS)), None),
    "maximum_age": Field("Oldest age", parse.optional(parse.whole(0, MOST_YEARS)), None),
    "referral": Field("Referral", parse.code_of(REFERRALS), ""),
    "insurance": Field("Insurance", parse.code_of(INSURANCES), ""),
    "wishes": Field("Wishes", parse.switch, False),
}
_EDITED = FIELDS | {"active": Field("Offered", parse.switch)}
_RELEASE = ("release_share_percent", "release_days_before", "release_at_minute")
_DISPLAYS = {
    "service_type": coded.SERVICE_TYPES,
    "service_category": coded.SERVICE_CATEGORIES,
    "specialty": coded.SPECIALTIES,
}


def add_appointment_type(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    organization_id: str,
    slug: str | None = None,
    **fields: Any,
) -> AppointmentType:
    """Add an appointment type (``FIELDS``; lengths in minutes, the horizon in days, the release time in wall minutes)
    with its path word. The cancellation notice is the organization's unless given. Raises InvalidInput."""
    problems = Problems()
    owner = named(
        session, Organization, organization_id, organization_id, problems, "organization_id", "Organization"
    )
    if owner is not None:
        fields.setdefault("cancellation_notice_minutes", owner.cancellation_notice_minutes)
    values = check(FIELDS, fields, problems)
    _check_together(values, problems)
    if slug is not None and (fault := slugs.problem_with(slug, first=False)):
        problems.add("slug", "Link", fault)
    problems.stop()
    row = AppointmentType(organization_id=organization_id, created_at=now, **_with_displays(values))
    session.add(row)
    session.flush()
    _give_slug(session, row, slug)
    note(session, row, by=by, now=now, action="add", kind="appointment-type")
    return row


def edit_appointment_type(
    session: Session, *, by: audit.Actor, now: int, appointment_type_id: str, version: int, **changes: Any
) -> AppointmentType:
    """Change settings of a type, also ``active``. Appointments keep the length and buffers they were booked with.

    Raises NotFound, EditConflict, InvalidInput; Conflict when its places don't fit another modality."""
    row = find(session, AppointmentType, appointment_type_id, version)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    _check_together(values, problems)
    problems.stop()
    used = session.scalar(select(Schedule.id).where(Schedule.appointment_type_id == row.id).limit(1))
    if used is not None and values["modality"] != row.modality:
        raise Conflict("This type is offered at places already. Add another type for the other way to meet.")
    before = row.visibility
    fields = put(row, _with_displays(values))
    details: dict[str, Any] = {"fields": fields} | (
        {SHOWN_BEFORE: before} if row.visibility != before else {}
    )
    note(session, row, by=by, now=now, action="edit", kind="appointment-type", **details)
    return row


def shown_before_pause(session: Session, row: AppointmentType) -> str | None:
    """Where a paused type was shown before, so that it can go on there: a link-only one must not become public. None
    when that isn't known, as of a type that was paused from the start."""
    told = session.scalars(
        select(AuditEntry.details)
        .where(AuditEntry.object_kind == "appointment-type", AuditEntry.object_id == row.id)
        .order_by(AuditEntry.id.desc())
    )
    return next((details[SHOWN_BEFORE] for details in told if SHOWN_BEFORE in details), None)


def rename_appointment_type(
    session: Session, *, by: audit.Actor, now: int, appointment_type_id: str, slug: str
) -> AppointmentType:
    """Give a type's pages another word; the old one redirects. Raises NotFound, InvalidInput."""
    row = find(session, AppointmentType, appointment_type_id)
    _give_slug(session, row, slug)
    note(session, row, by=by, now=now, action="rename", kind="appointment-type")
    return row


def _give_slug(session: Session, row: AppointmentType, typed: str | None) -> None:
    slugs.give_slug(
        session,
        organization_id=row.organization_id,
        kind="appointment-type",
        target_id=row.id,
        typed=typed,
        suggestion=row.name,
        scope=row.organization_id,
    )


def _with_displays(values: dict[str, Any]) -> dict[str, Any]:
    displays = {name: coded.display(table, values[f"{name}_code"]) for name, table in _DISPLAYS.items()}
    return values | displays


def _check_together(values: dict[str, Any], problems: Problems) -> None:
    """The release rule has all its three parts or none; a week's cap is no smaller than a day's, the oldest age no smaller
    than the youngest; what is shared by many has no two visits back to back."""
    parts = [field for field in _RELEASE if values.get(field) is not None]
    if parts:
        for field in _RELEASE:
            if field in values and values[field] is None:
                problems.add(
                    field, FIELDS[field].label, "fill this in, or leave the whole release rule empty."
                )
    youngest, oldest = values.get("minimum_age"), values.get("maximum_age")
    if youngest is not None and oldest is not None and oldest < youngest:
        problems.add("maximum_age", "Oldest age", "set it to at least the youngest age.")
    day, week = values.get("max_per_day"), values.get("max_per_week")
    if day is not None and week is not None and week < day:
        problems.add("max_per_week", "Most per week", "set it to at least the most per day.")
    if values.get("relatives") and (values.get("capacity") or 1) > 1:
        problems.add(
            "relatives", FIELDS["relatives"].label, "leave it off. Two relatives book two of the seats."
        )
