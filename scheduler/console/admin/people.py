"""What the people's pages show: a person is a practitioner, a user, or both."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler.accounts import users
from scheduler.catalog import languages, photos, slugs
from scheduler.console.profiles import ROLE_WORDS
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import (
    BOOKED,
    PENDING,
    Actor,
    Appointment,
    Location,
    Practitioner,
    PractitionerRole,
    ScheduleHost,
    User,
    UserRole,
)

SHOWN = 200
State = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Login:
    """A user: what they may do, and how their sign-in stands. ``invited``: they have set no password yet."""

    id: str
    name: str
    email: str
    roles: tuple[str, ...]
    state: State
    invited: bool
    active: bool
    practitioner_id: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """A person of the list; ``work`` is where and as what a practitioner works."""

    name: str
    practitioner_id: str | None
    login: Login | None
    works_here: bool
    work: tuple[str, ...]
    npi: str = ""

    @property
    def href(self) -> str:
        """The person's page: the practitioner's, else the user's."""
        if self.practitioner_id:
            return f"/admin/people/practitioners/{self.practitioner_id}"
        return f"/admin/people/users/{self.login.id if self.login else ''}"


@dataclass(frozen=True, slots=True)
class Job:
    """A practitioner's role at a place."""

    id: str
    place: str
    specialty: str
    title: str
    start: date | None
    end: date | None
    active: bool


@dataclass(frozen=True, slots=True)
class PractitionerPage:
    """A practitioner; ``fields`` are those of the form, ``coming`` the number of bookings still to come."""

    id: str
    name: str
    active: bool
    version: int
    slug: str
    photo: str
    fields: dict[str, object]
    jobs: tuple[Job, ...]
    logins: tuple[Login, ...]
    coming: int


@dataclass(frozen=True, slots=True)
class JobPage:
    """A role to edit, with the practitioner whose version guards it."""

    practitioner_id: str
    name: str
    version: int
    place: str = ""
    location_id: str = ""
    fields: dict[str, object] = field(default_factory=dict)


def people_page(organization_id: str, now: int, wanted: str = "") -> tuple[list[Row], int]:
    """The people of the organization whose name, address or NPI holds ``wanted``, by name, at most ``SHOWN``; and how many
    there are in all."""
    with snapshot() as session:
        logins = _logins(session, organization_id, now)
        work = _work(session, organization_id)
        practitioners = session.scalars(
            select(Practitioner).where(Practitioner.organization_id == organization_id)
        ).all()
        rows = [
            Row(
                person.display_name,
                person.id,
                login,
                person.active,
                tuple(work[person.id]),
                person.npi or "",
            )
            for person in practitioners
            for login in _of(person.id, logins)
        ]
        rows += [Row(login.name, None, login, True, ()) for login in logins if login.practitioner_id is None]
    found = [row for row in rows if _holds(row, wanted.strip().casefold())]
    found.sort(key=lambda row: (not row.works_here, row.name.casefold()))
    return found[:SHOWN], len(found)


def practitioner_page(organization_id: str, practitioner_id: str, now: int) -> PractitionerPage:
    """A practitioner of the organization. Raises NotFound."""
    with snapshot() as session:
        person = _practitioner(session, organization_id, practitioner_id)
        slug = slugs.current_slug(session, "practitioner", person.id) or ""
        names = (
            "display_name",
            "prefix",
            "given",
            "family",
            "suffix",
            "npi",
            "phone",
            "email",
            "about",
            "gender",
        )
        return PractitionerPage(
            id=person.id,
            name=person.display_name,
            active=person.active,
            version=person.version,
            slug=slug,
            photo=photos.photo_hash(session, person.id),
            fields={name: getattr(person, name) or "" for name in names}
            | {"languages": languages.names_of(person.languages), "slug": slug},
            jobs=_jobs(session, person.id),
            logins=tuple(
                each for each in _logins(session, organization_id, now) if each.practitioner_id == person.id
            ),
            coming=_coming(session, person.id, now),
        )


def user_page(organization_id: str, user_id: str, now: int) -> tuple[Login, str]:
    """A user of the organization, and the word for what an editor sees (``users.state_of``). Raises NotFound."""
    with snapshot() as session:
        user = session.get(User, user_id)
        if user is None or user.organization_id != organization_id:
            raise NotFound("We can't find that person.")
        roles = users.roles_of(session, user.id)
        return _login(user, roles, now), users.state_of(user, roles)


def job_page(organization_id: str, role_id: str) -> JobPage:
    """A role to edit. Raises NotFound."""
    with snapshot() as session:
        row = session.get(PractitionerRole, role_id)
        if row is None or row.organization_id != organization_id:
            raise NotFound("We can't find that; it may have been removed.")
        person = session.get_one(Practitioner, row.practitioner_id)
        names = ("specialty_code", "title", "phone", "period_start", "period_end", "active")
        return JobPage(
            practitioner_id=person.id,
            name=person.display_name,
            version=person.version,
            place=session.get_one(Location, row.location_id).name,
            location_id=row.location_id,
            fields={name: getattr(row, name) for name in names},
        )


def new_job_page(organization_id: str, practitioner_id: str) -> JobPage:
    """A practitioner to add a role to. Raises NotFound."""
    with snapshot() as session:
        person = _practitioner(session, organization_id, practitioner_id)
        return JobPage(practitioner_id=person.id, name=person.display_name, version=person.version)


def places(organization_id: str) -> dict[str, str]:
    """The places where somebody may work: names by id."""
    with snapshot() as session:
        found = session.execute(
            select(Location.id, Location.name)
            .where(Location.organization_id == organization_id, Location.active)
            .order_by(Location.name, Location.id)
        ).all()
    return {row.id: row.name for row in found}


def practitioners(organization_id: str) -> dict[str, str]:
    """The practitioners that a user may be: names by id."""
    with snapshot() as session:
        found = session.execute(
            select(Practitioner.id, Practitioner.display_name)
            .where(Practitioner.organization_id == organization_id)
            .order_by(Practitioner.display_name, Practitioner.id)
        ).all()
    return {row.id: row.display_name for row in found}


def _practitioner(session: Session, organization_id: str, practitioner_id: str) -> Practitioner:
    person = session.get(Practitioner, practitioner_id)
    if person is None or person.organization_id != organization_id:
        raise NotFound("We can't find that person.")
    return person


def _logins(session: Session, organization_id: str, now: int) -> list[Login]:
    roles: dict[str, list[str]] = defaultdict(list)
    for user_id, role in session.execute(
        select(UserRole.user_id, UserRole.role)
        .where(UserRole.organization_id == organization_id)
        .order_by(UserRole.user_id, UserRole.role)
    ):
        roles[user_id].append(role)
    found = session.scalars(
        select(User).where(User.organization_id == organization_id).order_by(User.name, User.id)
    ).all()
    return [_login(user, roles[user.id], now) for user in found]


def _of(practitioner_id: str, logins: list[Login]) -> Sequence[Login | None]:
    """The users who are this practitioner; None alone when nobody is."""
    return [login for login in logins if login.practitioner_id == practitioner_id] or [None]


def _login(user: User, roles: Sequence[str], now: int) -> Login:
    return Login(
        id=user.id,
        name=user.name,
        email=user.email,
        roles=tuple(roles),
        state=_state(user, now),
        invited=user.password_hash is None,
        active=user.active,
        practitioner_id=user.practitioner_id,
    )


def _state(user: User, now: int) -> State:
    if not user.active:
        return "error", "Deactivated"
    if user.password_hash is not None:
        return "ok", "Signs in"
    lasts = user.invitation_expires_at is not None and user.invitation_expires_at > now
    return ("info", "Invited") if lasts else ("warn", "Invitation ended")


def _work(session: Session, organization_id: str) -> dict[str, list[str]]:
    found = session.execute(
        select(PractitionerRole.practitioner_id, PractitionerRole.specialty, Location.name)
        .join(Location, Location.id == PractitionerRole.location_id)
        .where(PractitionerRole.organization_id == organization_id, PractitionerRole.active)
        .order_by(Location.name, PractitionerRole.id)
    ).all()
    work: dict[str, list[str]] = defaultdict(list)
    for practitioner_id, specialty, place in found:
        work[practitioner_id].append(f"{specialty}, {place}")
    return work


def _jobs(session: Session, practitioner_id: str) -> tuple[Job, ...]:
    found = session.execute(
        select(PractitionerRole, Location.name)
        .join(Location, Location.id == PractitionerRole.location_id)
        .where(PractitionerRole.practitioner_id == practitioner_id)
        .order_by(PractitionerRole.active.desc(), Location.name, PractitionerRole.id)
    ).all()
    return tuple(
        Job(role.id, place, role.specialty, role.title, role.period_start, role.period_end, role.active)
        for role, place in found
    )


def _coming(session: Session, practitioner_id: str, now: int) -> int:
    hosted = (
        select(ScheduleHost.schedule_id)
        .join(Actor, Actor.id == ScheduleHost.actor_id)
        .where(Actor.practitioner_id == practitioner_id)
    )
    return session.execute(
        select(func.count())
        .select_from(Appointment)
        .where(
            Appointment.schedule_id.in_(hosted),
            Appointment.status.in_((BOOKED, PENDING)),
            Appointment.starts_at >= now,
        )
    ).scalar_one()


def _holds(row: Row, wanted: str) -> bool:
    texts: Iterable[str] = (row.name, row.npi, *row.work)
    if row.login is not None:
        texts = (*texts, row.login.name, row.login.email, *(ROLE_WORDS[role] for role in row.login.roles))
    return not wanted or any(wanted in text.casefold() for text in texts)
