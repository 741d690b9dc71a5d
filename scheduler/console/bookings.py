"""Words about bookings that several pages share: states, names, initials, needs, hosts."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.booking import lapsed
from scheduler.intake.forms import NEEDS
from scheduler.models import (
    ARRIVED,
    BOOKED,
    COMPLETED,
    NO_SHOW,
    PENDING,
    Actor,
    Appointment,
    PatientDetails,
    Practitioner,
    ScheduleHost,
)

SHOWN = (PENDING, BOOKED, ARRIVED, COMPLETED, NO_SHOW)
STATES = {
    "held": ("info", "Held"),
    "pending": ("warn", "Waiting for approval"),
    "booked": ("info", "Booked"),
    "arrived": ("ok", "Arrived"),
    "completed": ("done", "Done"),
    "no-show": ("error", "No-show"),
    "cancelled": ("error", "Cancelled"),
    "declined": ("error", "Declined"),
    "expired": ("info", "Hold ended"),
}
_IN_ROOM = ("ok", "In room")
_LAPSED = ("error", "Not answered in time")
_NEEDS = {code: words for code, words in NEEDS if code != "other"}


def state_of(appointment: Appointment) -> tuple[str, str]:
    """The colour word and the name of the state an appointment is in."""
    if appointment.status == ARRIVED and appointment.roomed_at is not None:
        return _IN_ROOM
    if lapsed(appointment):
        return _LAPSED
    return STATES[appointment.status]


def patient_name(details: PatientDetails | None) -> str:
    """The name of who comes, as it was given."""
    parts = (details.given, details.family) if details is not None else ()
    return " ".join(part for part in parts if part) or "No name"


def initials(details: PatientDetails | None) -> str:
    """ "A. S.": what may stand in a message about a patient; "The patient" when there is no name."""
    parts = (details.given, details.family) if details is not None else ()
    return " ".join(f"{part.strip()[0].upper()}." for part in parts if part and part.strip()) or "The patient"


def needs_of(kept: str | None) -> tuple[str, ...]:
    """What would help the patient, in words; what they typed beside a need follows it: "An interpreter: Spanish"."""
    try:
        needs = json.loads(kept or "[]")
    except ValueError:
        return (kept or "",)
    if not isinstance(needs, list):
        return (str(needs),)
    return tuple(_need(str(need)) for need in needs)


def _need(kept: str) -> str:
    code, _, beside = kept.partition(": ")
    words = str(_NEEDS.get(code, ""))
    return ": ".join(part for part in (words, beside) if part) or code.capitalize()


def hosts_of(session: Session, schedule_ids: Iterable[str]) -> dict[str, str]:
    """Schedule id to the names of the practitioners it needs, in their order."""
    found = session.execute(
        select(ScheduleHost.schedule_id, Practitioner.display_name)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(ScheduleHost.schedule_id.in_(set(schedule_ids)))
        .order_by(ScheduleHost.schedule_id, ScheduleHost.position, Practitioner.id)
    )
    names: dict[str, list[str]] = defaultdict(list)
    for schedule_id, name in found:
        names[schedule_id].append(name)
    return {schedule_id: " and ".join(several) for schedule_id, several in names.items()}
