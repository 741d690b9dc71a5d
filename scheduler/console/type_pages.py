"""What the list of appointment types and the editor's page show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, FRONT_DESK, Person, may_edit_type
from scheduler.catalog.insurance import plans_accepted, plans_of
from scheduler.catalog.types import shown_before_pause
from scheduler.console import type_words
from scheduler.console.type_access import may_add_types, seen_type, visible_types, whom_to_ask
from scheduler.console.type_offers import (
    Offered,
    ToCome,
    bookings_to_come,
    next_openings,
    offered_at,
    path_words,
)
from scheduler.db import snapshot
from scheduler.models import AppointmentType, Question, ShareLink
from scheduler.settings import Settings


@dataclass(frozen=True, slots=True)
class Fault:
    """Why finders don't get all of a type, the words of the link that leads to the fix, and where it leads ("" when
    that is somebody else's to do)."""

    sentence: str
    fix: str
    href: str


@dataclass(frozen=True, slots=True)
class Link:
    """An address at which patients see the type: whose page it is on."""

    owner: str
    url: str


@dataclass(frozen=True, slots=True)
class Row:
    """A type in the list. ``resumes``: where a paused one was shown before, "" when unknown."""

    id: str
    name: str
    state: tuple[str, str]
    visibility: str
    active: bool
    minutes: int
    modality: str
    where: tuple[tuple[str, str], ...]
    links: tuple[Link, ...]
    opening: tuple[int, str] | None
    faults: int
    may_edit: bool
    resumes: str


@dataclass(frozen=True, slots=True)
class ListPage:
    rows: tuple[Row, ...]
    everyone: bool
    may_add: bool
    ask: str


@dataclass(frozen=True, slots=True)
class Private:
    """A private link; ``ends``: epoch seconds or None."""

    id: str
    label: str
    urls: tuple[Link, ...]
    ends: int | None
    zone: str


@dataclass(frozen=True, slots=True)
class EditorPage:
    """Everything around the settings of one type. ``plans``: the insurance plans that it alone accepts, None for all."""

    id: str
    name: str
    version: int
    slug: str
    state: tuple[str, str]
    visibility: str
    active: bool
    offers: tuple[Offered, ...]
    links: tuple[Link, ...]
    private: tuple[Private, ...]
    questions: tuple[Question, ...]
    no_more_asked: tuple[Question, ...]
    faults: tuple[Fault, ...]
    coming: ToCome | None
    opening: tuple[int, str] | None
    may_edit: bool
    ask: str
    resumes: str
    zone: str
    plans: tuple[str, ...] | None = None


def list_page(person: Person, now: int, settings: Settings) -> ListPage:
    """The types that the person sees, retired ones last. ``now``: epoch seconds."""
    with snapshot() as session:
        kinds = session.scalars(
            select(AppointmentType)
            .where(visible_types(person))
            .order_by(AppointmentType.active.desc(), AppointmentType.name, AppointmentType.id)
        ).all()
        offers = offered_at(session, [kind.id for kind in kinds])
        words = path_words(session, [kind.id for kind in kinds])
        openings = next_openings(session, [kind for kind in kinds if kind.active], now)
        rows = tuple(
            _row(session, person, kind, offers.get(kind.id, []), words, openings, settings, now)
            for kind in kinds
        )
        ask = "" if all(row.may_edit for row in rows) else whom_to_ask(session, person)
    return ListPage(
        rows=rows,
        everyone=bool(person.roles & {ADMIN, FRONT_DESK}),
        may_add=may_add_types(person),
        ask=ask,
    )


def _row(
    session: Session,
    person: Person,
    kind: AppointmentType,
    offers: Sequence[Offered],
    words: dict[str, str],
    openings: dict[str, tuple[int, str]],
    settings: Settings,
    now: int,
) -> Row:
    active = [offer for offer in offers if offer.active]
    return Row(
        id=kind.id,
        name=kind.name,
        state=type_words.state(kind.visibility, kind.active),
        visibility=kind.visibility,
        active=kind.active,
        minutes=kind.duration_minutes,
        modality=type_words.MODALITIES[kind.modality],
        where=tuple(dict.fromkeys((offer.who, offer.place) for offer in active)),
        links=tuple(_links(session, kind, active, words.get(kind.id, ""), settings, now)),
        opening=openings.get(kind.id),
        faults=len(_faults(person, kind, active)) if kind.active and kind.visibility == "feed" else 0,
        may_edit=may_edit_type(session, person, kind),
        resumes=_resumes(session, kind),
    )


def editor_page(session: Session, person: Person, type_id: str, now: int, settings: Settings) -> EditorPage:
    """One type, for who may see it. Raises NotFound."""
    kind = seen_type(session, person, type_id)
    offers = offered_at(session, [kind.id]).get(kind.id, [])
    active = [offer for offer in offers if offer.active]
    slug = path_words(session, [kind.id]).get(kind.id, "")
    zone = next((offer.zone for offer in offers), "UTC")
    questions = session.scalars(
        select(Question).where(Question.appointment_type_id == kind.id).order_by(Question.position)
    ).all()
    may_edit = may_edit_type(session, person, kind)
    return EditorPage(
        id=kind.id,
        name=kind.name,
        version=kind.version,
        slug=slug,
        state=type_words.state(kind.visibility, kind.active),
        visibility=kind.visibility,
        active=kind.active,
        offers=tuple(offers),
        links=tuple(_links(session, kind, active, slug, settings, now)),
        private=tuple(
            Private(
                link.id, link.label, tuple(_pages(active, slug, settings, link.token)), link.expires_at, zone
            )
            for link in live_links(session, kind.id, now)
        ),
        questions=tuple(question for question in questions if question.active),
        no_more_asked=tuple(question for question in questions if not question.active),
        faults=tuple(_faults(person, kind, active)),
        coming=bookings_to_come(session, now, type_id=kind.id),
        opening=next_openings(session, [kind], now).get(kind.id) if kind.active else None,
        may_edit=may_edit,
        ask="" if may_edit else whom_to_ask(session, person),
        resumes=_resumes(session, kind),
        zone=zone,
        plans=_plans(session, kind),
    )


def _plans(session: Session, kind: AppointmentType) -> tuple[str, ...] | None:
    named = plans_of(session, kind.id)
    accepted = plans_accepted(session, kind.organization_id)
    return tuple(plan.name for plan in accepted if plan.id in named) if named else None


def live_links(session: Session, type_id: str, now: int) -> Sequence[ShareLink]:
    """The private links that open the type now, oldest first."""
    return session.scalars(
        select(ShareLink)
        .where(
            ShareLink.appointment_type_id == type_id,
            ShareLink.active,
            or_(ShareLink.expires_at.is_(None), ShareLink.expires_at > now),
        )
        .order_by(ShareLink.created_at, ShareLink.id)
    ).all()


def _resumes(session: Session, kind: AppointmentType) -> str:
    return (shown_before_pause(session, kind) or "") if kind.visibility == "paused" else ""


def _links(
    session: Session,
    kind: AppointmentType,
    offers: Sequence[Offered],
    slug: str,
    settings: Settings,
    now: int,
) -> list[Link]:
    """Where patients see the type: its pages, by a private link's token for a link-only one."""
    if kind.visibility != "link":
        return _pages(offers, slug, settings)
    newest = next(reversed(live_links(session, kind.id, now)), None)
    return _pages(offers, slug, settings, newest.token) if newest is not None else []


def _pages(offers: Sequence[Offered], slug: str, settings: Settings, token: str = "") -> list[Link]:
    owners = dict.fromkeys((offer.owner, offer.owner_slug) for offer in offers if offer.owner_slug and slug)
    query = f"?private={token}" if token else ""
    return [Link(owner, f"{settings.public_url}/{word}/{slug}{query}") for owner, word in owners]


def _faults(person: Person, kind: AppointmentType, offers: Sequence[Offered]) -> list[Fault]:
    """What keeps the type, or a part of it, out of the feed, as the publisher has it."""
    found = []
    if not offers:
        found.append(Fault("It is offered at no place, so nobody can book it.", "Add a place", "#where"))
    for code, words, field in (
        (kind.service_type_code, "service", "service_type_code"),
        (kind.specialty_code, "specialty", "specialty_code"),
    ):
        if not code:
            sentence = f"It has no {words}: people who search by {words} don't find it."
            found.append(Fault(sentence, f"Choose a {words}", f"#{field}"))
    admin = ADMIN in person.roles
    for place in dict.fromkeys(offer.place for offer in offers if not offer.phone):
        found.append(
            Fault(
                f"{place} has no phone: some finders leave it out.",
                f"Give {place} a phone",
                "/admin/places" if admin else "",
            )
        )
    for place in dict.fromkeys(offer.place for offer in offers if not offer.states):
        found.append(
            Fault(
                f"{place} names no state: finders that ask by state miss its times.",
                f"Give {place} a state",
                "/admin/places" if admin else "",
            )
        )
    for host in dict.fromkeys(host for offer in offers for host in offer.hosts if not host.npi):
        mine = host.practitioner_id == person.practitioner_id
        href = "/console/profile" if mine else "/admin/people" if admin else ""
        sentence = f"{host.name} has no NPI: finders list the times without the name as a practitioner."
        found.append(Fault(sentence, f"Add the NPI of {host.name}", href))
    return found
