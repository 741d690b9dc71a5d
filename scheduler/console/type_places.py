"""The form that says where a type is offered: at which place, by whom, in which hours, with which rooms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_wtf import FlaskForm
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session
from wtforms import HiddenField, SelectField, SelectMultipleField
from wtforms.widgets import CheckboxInput, ListWidget

from scheduler.accounts.rights import ADMIN, Person
from scheduler.catalog import places
from scheduler.catalog.schedules import PLACES_FOR
from scheduler.models import Actor, Availability, Location, Practitioner, PractitionerRole, Schedule

NOT_YET = ("", "Not yet: I add a place later")
CHOOSE = ("", "Choose")
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person may choose from, as (id, name). ``own_actor``: the clinician's own, who hosts by themselves alone;
    "" for an admin, who chooses among ``hosts``. ``mine``: the person's actor, and ``usual_hours`` their hours that are used
    most, "" for none."""

    places: Pairs
    hours: Pairs
    usual_hours: str
    hosts: Pairs
    rooms: Pairs
    own_actor: str
    mine: str

    @property
    def only(self) -> tuple[str, str] | None:
        """(place, hours) when a person who sees patients has nothing to choose: one press is enough."""
        if self.mine and len(self.places) == 1 and len(self.hours) == 1:
            return self.places[0][0], self.hours[0][0]
        return None


class PlaceForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """One place of a type. ``seen``: its hours and rooms when the page was made."""

    seen = HiddenField()
    location_id = SelectField("Place", validate_choice=False)
    hosts = SelectMultipleField(
        "Who",
        description="All of them are needed for each visit. Nobody: patients book the place.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )
    availability_id = SelectField("Hours", validate_choice=False)
    resource_kinds = SelectMultipleField(
        "Rooms and devices",
        description="One of each is needed for a visit.",
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
        validate_choice=False,
    )

    def offer(self, choices: Choices, *, may_wait: bool = False) -> None:
        """Fill the lists. ``may_wait``: a type may be saved before it has a place."""
        first = NOT_YET if may_wait else CHOOSE
        alone = len(choices.places) == 1 and not may_wait
        self.location_id.choices = dict(choices.places if alone else (first, *choices.places))
        self.availability_id.choices = dict(
            choices.hours if len(choices.hours) == 1 else (CHOOSE, *choices.hours)
        )
        if self.availability_id.data is None:
            self.availability_id.data = choices.usual_hours
        self.hosts.choices = dict(choices.hosts)
        self.resource_kinds.choices = dict(choices.rooms)

    def fields(self, choices: Choices) -> dict[str, Any]:
        """As ``catalog.add_schedule`` takes them; a clinician hosts whatever the form says."""
        hosts = [choices.own_actor] if choices.own_actor else list(self.hosts.data or [])
        return {
            "location_id": self.location_id.data or "",
            "availability_id": self.availability_id.data or "",
            "hosts": hosts,
            "resource_kinds": list(self.resource_kinds.data or []),
        }

    def faults(self, choices: Choices) -> dict[str, str]:
        """Choices that are not the person's to make: another clinician's hours, a place where they don't work."""
        faults = {}
        for name, offered in (("location_id", choices.places), ("availability_id", choices.hours)):
            if self[name].data not in dict(offered):
                faults[name] = f"{self[name].label.text}: choose one of the list."
        return faults

    def blame(self, problems: Mapping[str, str]) -> None:
        """Put the sentences at their fields."""
        for name, sentence in problems.items():
            field = self[name if name in self else "location_id"]
            field.errors = [sentence]


def choices_for(session: Session, person: Person, modality: str = "") -> Choices:
    """What the person may offer a type with; ``modality``: at places that fit it alone."""
    admin = ADMIN in person.roles
    own = session.execute(
        select(Actor.id, Actor.active).where(Actor.practitioner_id == (person.practitioner_id or ""))
    ).one_or_none()
    return Choices(
        places=_places(session, person, admin, PLACES_FOR.get(modality, places.KINDS)),
        hours=_hours(session, person, admin),
        usual_hours=_usual_hours(session, person),
        hosts=_hosts(session, person) if admin else (),
        rooms=_rooms(session, person),
        # theirs even when they no longer work here: the catalog refuses it then, and nobody else is theirs to choose
        own_actor=own.id if own is not None and not admin else "",
        mine=own.id if own is not None and own.active else "",
    )


def _places(session: Session, person: Person, admin: bool, kinds: Sequence[str]) -> Pairs:
    query = (
        select(Location.id, Location.name)
        .where(Location.organization_id == person.organization_id, Location.active, Location.kind.in_(kinds))
        .order_by(Location.name, Location.id)
    )
    if not admin:
        query = query.where(
            Location.id.in_(
                select(PractitionerRole.location_id).where(
                    PractitionerRole.practitioner_id == (person.practitioner_id or ""),
                    PractitionerRole.active,
                )
            )
        )
    return tuple((row.id, row.name) for row in session.execute(query))


def _hours(session: Session, person: Person, admin: bool) -> Pairs:
    """An admin chooses among all hours, a clinician among their own and those that are nobody's."""
    query = (
        select(Availability.id, Availability.name, Practitioner.display_name)
        .outerjoin(Practitioner, Practitioner.id == Availability.practitioner_id)
        .where(Availability.organization_id == person.organization_id)
        .order_by(Practitioner.display_name, Availability.name, Availability.id)
    )
    if not admin:
        query = query.where(
            or_(
                Availability.practitioner_id.is_(None),
                Availability.practitioner_id == (person.practitioner_id or ""),
            )
        )
    return tuple(
        (row.id, f"{row.name} ({row.display_name})" if admin and row.display_name else row.name)
        for row in session.execute(query)
    )


def _usual_hours(session: Session, person: Person) -> str:
    """The hours that most of what the person offers uses: what a new type of theirs is likely to use; "" for none."""
    if person.practitioner_id is None:
        return ""
    rows = session.execute(
        select(Availability.id, func.count(Schedule.id).label("uses"))
        .outerjoin(Schedule, (Schedule.availability_id == Availability.id) & Schedule.active)
        .where(Availability.practitioner_id == person.practitioner_id)
        .group_by(Availability.id)
        .order_by(func.count(Schedule.id).desc(), Availability.id)
    ).first()
    return rows.id if rows is not None else ""


def _hosts(session: Session, person: Person) -> Pairs:
    rows = session.execute(
        select(Actor.id, Practitioner.display_name)
        .join(Practitioner, Practitioner.id == Actor.practitioner_id)
        .where(Actor.organization_id == person.organization_id, Actor.active, Practitioner.active)
        .order_by(Practitioner.display_name, Actor.id)
    )
    return tuple((row.id, row.display_name) for row in rows)


def _rooms(session: Session, person: Person) -> Pairs:
    kinds = session.scalars(
        select(Actor.resource_kind)
        .where(Actor.organization_id == person.organization_id, Actor.active, Actor.resource_kind != "")
        .distinct()
        .order_by(Actor.resource_kind)
    )
    return tuple((kind, kind.capitalize()) for kind in kinds)
