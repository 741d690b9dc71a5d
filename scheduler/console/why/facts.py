"""What the sentences and fixes of reasons need beyond the rule's values: names, notes, and what the person may see."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, Person, may_edit_calendar, may_edit_type, visible_appointments
from scheduler.availability import Reason
from scheduler.console.bookings import initials
from scheduler.console.type_access import whom_to_ask
from scheduler.models import (
    HELD,
    Actor,
    Appointment,
    AppointmentType,
    Availability,
    BusyBlock,
    HolidayCalendar,
    Location,
    Organization,
    PatientDetails,
    Schedule,
    ScheduleResource,
    TimeOff,
)


@dataclass(frozen=True, slots=True)
class Absence:
    """Time off: whose (a clinician, a place, the organization), the clinic's note, whether the person may end it.
    ``calendar``: the address of the holiday calendar that it comes from, empty for what somebody typed."""

    who: str
    note: str
    may_edit: bool
    calendar: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """Busy time: made by staff here, or in an outside calendar; ``mine``: of the person who asks."""

    staff: bool
    may_edit: bool
    mine: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """``patients``: appointment id to initials, of bookings that the person may open. ``kinds``: the kinds of room that
    the Schedule needs, in the order of the Situation's. ``mine``: the hours are the person's own."""

    type: AppointmentType
    place: Location
    schedule: Schedule
    people: Mapping[str, str]
    patients: Mapping[str, str]
    absences: Mapping[str, Absence]
    blocks: Mapping[str, Block]
    kinds: Sequence[str]
    mine: bool
    may_edit_hours: bool
    may_edit_type: bool
    ask: str


def load_facts(
    session: Session,
    person: Person,
    schedule_id: str,
    reasons: Sequence[Reason],
    appointments: Collection[str],
    actors: Collection[str],
) -> Facts:
    """The facts about a Schedule's reasons; ``appointments`` and ``actors`` are further ids to be named."""
    schedule = session.get_one(Schedule, schedule_id)
    kind = session.get_one(AppointmentType, schedule.appointment_type_id)
    hours = session.get_one(Availability, schedule.availability_id)
    records = {reason.record for reason in reasons if reason.record is not None}
    ids = {name: {one.id for one in records if one.kind == name} for name in ("time_off", "busy_block")}
    visits = {one.id for one in records if one.kind == "appointment"} | set(appointments)
    people = set(actors) | {str(one.detail["actor"]) for one in reasons if "actor" in one.detail}
    may = may_edit_type(session, person, kind)
    return Facts(
        type=kind,
        place=session.get_one(Location, schedule.location_id),
        schedule=schedule,
        people={
            row.id: row.name
            for row in session.execute(select(Actor.id, Actor.name).where(Actor.id.in_(people)))
        },
        patients=_patients(session, person, visits),
        absences=_absences(session, person, ids["time_off"]),
        blocks=_blocks(session, person, ids["busy_block"]),
        kinds=session.scalars(
            select(ScheduleResource.resource_kind)
            .where(ScheduleResource.schedule_id == schedule_id)
            .order_by(ScheduleResource.resource_kind)
        ).all(),
        mine=person.practitioner_id is not None and hours.practitioner_id == person.practitioner_id,
        may_edit_hours=may_edit_calendar(person, hours.organization_id, hours.practitioner_id),
        may_edit_type=may,
        ask=whom_to_ask(session, person),
    )


def _patients(session: Session, person: Person, ids: Collection[str]) -> dict[str, str]:
    rows = session.execute(
        select(Appointment.id, PatientDetails)
        .outerjoin(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(Appointment.id.in_(ids), Appointment.status != HELD, visible_appointments(person))
    )
    return {appointment: initials(details) for appointment, details in rows}


def _absences(session: Session, person: Person, ids: Collection[str]) -> dict[str, Absence]:
    rows = session.execute(
        select(TimeOff, Actor, Location.name, Organization.name)
        .join(Organization, Organization.id == TimeOff.organization_id)
        .outerjoin(Actor, Actor.id == TimeOff.actor_id)
        .outerjoin(Location, Location.id == TimeOff.location_id)
        .where(TimeOff.id.in_(ids))
    )
    own_calendars = set(session.scalars(select(HolidayCalendar.location_id)))
    return {
        row.id: _holiday(person, row, place or organization, own_calendars)
        if row.holiday_key
        else Absence(
            actor.name if actor is not None else place or organization,
            row.note,
            may_edit_calendar(
                person, row.organization_id, actor.practitioner_id if actor is not None else None
            ),
        )
        for row, actor, place, organization in rows
    }


def _holiday(person: Person, row: TimeOff, who: str, own_calendars: Collection[str | None]) -> Absence:
    own = row.location_id in own_calendars
    may = ADMIN in person.roles and row.organization_id == person.organization_id
    return Absence(who, row.note, may, f"/admin/holidays/{row.location_id}" if own else "/admin/holidays")


def _blocks(session: Session, person: Person, ids: Collection[str]) -> dict[str, Block]:
    rows = session.execute(
        select(BusyBlock, Actor.practitioner_id)
        .join(Actor, Actor.id == BusyBlock.actor_id)
        .where(BusyBlock.id.in_(ids))
    )
    return {
        row.id: Block(
            row.origin == "staff",
            may_edit_calendar(person, row.organization_id, practitioner),
            practitioner is not None and practitioner == person.practitioner_id,
        )
        for row, practitioner in rows
    }
