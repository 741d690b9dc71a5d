"""What stands beside the rule's reasons: paused, link only, no longer offered, and how the published copies stand."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, Person, may_edit_type
from scheduler.console.feed_state import FeedState, age_words
from scheduler.console.type_access import whom_to_ask
from scheduler.console.why.asked import Asked
from scheduler.console.why.facts import Facts
from scheduler.console.why.fixes import ASK_ADMIN, Fix, type_fix
from scheduler.console.why.words import when
from scheduler.models import Actor, AppointmentType, Practitioner, ScheduleHost
from scheduler.web.times import time_of_day

SAID_BESIDE = frozenset({"private", "feed"})
"""Codes of notes under which a time is open all the same."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note with its code, sentence and fix."""

    code: str
    sentence: str
    fix: Fix | None


def notes_of(session: Session, person: Person, facts: Facts, hosted: bool) -> Iterable[Note]:
    """The notes in ux.md's order. ``hosted``: all clinicians of the Schedule see patients now."""
    kind, place = facts.type, facts.place
    if not kind.active:
        fix = type_fix(facts, "shown", "Offer it again")
        yield Note("paused", "This appointment type is retired.", fix)
    elif kind.visibility == "paused":
        yield Note("paused", "This appointment type is paused.", type_fix(facts, "shown", "Resume"))
    elif kind.visibility == "link":
        yield Note("private", "This appointment type is link only.", type_fix(facts, "shown", "Publish"))
    if not facts.schedule.active:
        sentence = f"{kind.name} is not offered at {place.name}."
        yield Note("place", sentence, type_fix(facts, "where", "Places on the type"))
    admin = ADMIN in person.roles
    if not place.active:
        fix = Fix("Open the place again", f"/admin/places/{place.id}") if admin else Fix(ASK_ADMIN)
        yield Note("place", f"{place.name} is closed for good.", fix)
    for name, practitioner in () if hosted else _gone(session, facts):
        fix = (
            Fix("Open their page", f"/admin/people/practitioners/{practitioner}") if admin else Fix(ASK_ADMIN)
        )
        yield Note("place", f"{name} sees no patients here now.", fix)


def _gone(session: Session, facts: Facts) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Practitioner.display_name, Practitioner.id)
        .join(Actor, Actor.practitioner_id == Practitioner.id)
        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
        .where(ScheduleHost.schedule_id == facts.schedule.id, Actor.active.is_(False))
        .order_by(ScheduleHost.position)
    )
    return [(name, key) for name, key in rows]


def unknown_place(session: Session, person: Person, asked: Asked) -> Note:
    """The note for a type that was never offered at the asked place, or there by another clinician alone."""
    kind = session.get_one(AppointmentType, asked.type_id)
    may = may_edit_type(session, person, kind)
    fix = (
        Fix("Places on the type", f"/console/types/{kind.id}#where")
        if may
        else Fix(whom_to_ask(session, person))
    )
    return Note("place", f"{kind.name} is not offered at {asked.place}.", fix)


def feed_note(
    facts: Facts, state: FeedState | None, asked: Asked, admin: bool, now: int, zone: ZoneInfo
) -> tuple[str, Note | None]:
    """Of an open time: what M20 says about the feed, and the note when its copies are not of this moment."""
    time = time_of_day(asked.start, zone)
    if facts.type.visibility == "link":
        return f"{time} is open to who has a private link. Finders don't list it.", None
    if facts.type.visibility != "feed":
        return f"{time} is open on your page. Finders don't list it.", None
    fix = Fix("Check feed", "/admin/feed") if admin else Fix("Whoever reads the feed next gets the new one.")
    if state is None:
        return "", Note("feed", "Open, but nobody has read the feed yet.", fix)
    if state.due:
        sentence = f"Open, but published copies are {age_words(state.age)} old."
        return "", Note("feed", sentence, fix)
    since = when(now - state.age, asked.start, zone)
    return f"{time} is open. The feed has listed it since {since}.", None
