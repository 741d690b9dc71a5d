"""What pages remember of a clinic's set-up: never more than the database says now, and nothing that moves all day."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, event, select

from scheduler import clock
from scheduler.clock import local_date
from scheduler.db import db, snapshot, transaction
from scheduler.models import (
    Actor,
    AppointmentType,
    Base,
    InsurancePlan,
    Location,
    Organization,
    Override,
    Pool,
    PoolMember,
    Practitioner,
    RecurrenceRule,
    Schedule,
    TimeOff,
    TypePlan,
    Window,
)
from scheduler.models.inputs import INPUTS
from scheduler.web.recall import Recalled, recall
from tests.factories import (
    Clinic,
    make_clinic,
    make_plan,
    make_pool,
    make_practitioner,
    make_room,
    make_schedule,
)
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
TABLES = {table.__tablename__ for table in INPUTS}


@pytest.fixture
def pages(app: Flask, frozen: Clock) -> tuple[Clinic, list[str]]:
    """A clinic with everything that a page of times may speak of, and such pages: a clinician's, a team's."""
    frozen.at(MONDAY)
    clinic = make_clinic(app, insurance="only", practitioner={"languages": ["es", "en"]})
    plan = make_plan(clinic)
    make_plan(clinic)
    make_room(clinic)
    other = make_practitioner(clinic, display_name="Dr. Omar Haddad", given="Omar", family="Haddad")
    schedule = make_schedule(clinic, hosts=[other.actor], resource_kinds=["exam room"])
    make_pool(clinic, {clinic.schedule: 0, schedule.id: 0})
    today = local_date(clock.now(), ZoneInfo(clinic.zone))
    with app.app_context(), transaction() as session:
        session.add(
            TypePlan(
                appointment_type_id=clinic.type,
                insurance_plan_id=plan.id,
                organization_id=clinic.organization,
            )
        )
        session.add(
            TimeOff(
                organization_id=clinic.organization,
                actor_id=clinic.actor,
                start_date=today + timedelta(days=2),
                end_date=today + timedelta(days=2),
            )
        )
    return clinic, [clinic.times_path, f"/riverside-team/{clinic.type_slug}"]


def read(app: Flask, path: str) -> str:
    """As somebody reads it whose cookie keeps whole pages out of play."""
    return app.test_client(use_cookies=False).get(path, headers={"Cookie": "nothing=here"}).text


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        said.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


def tables_of(said: list[str]) -> set[str]:
    words = set(re.findall(r'\b(?:FROM|JOIN) "?([a-z_]+)', "\n".join(said)))
    return words & {table.name for table in Base.metadata.sorted_tables}


def test_what_is_remembered_was_read_from_inputs_alone(app: Flask, pages: tuple[Clinic, list[str]]) -> None:
    for path in pages[1]:
        with statements(app) as first:
            read(app, path)
        with statements(app) as again:
            read(app, path)
        remembered = tables_of(first) - tables_of(again)
        assert remembered >= {"appointment_type", "schedule", "time_off", Window.__tablename__, "type_plan"}
        assert remembered <= TABLES
        assert tables_of(again) <= {"input_change", "claim", "appointment", "busy_block"}


def change_of(clinic: Clinic, name: str) -> None:
    """One of the changes that somebody makes to what these pages show."""
    today = local_date(clock.now(), ZoneInfo(clinic.zone))
    with clinic.app.app_context(), transaction() as session:
        if name == "a type's name":
            session.get_one(AppointmentType, clinic.type).name = "Longer visit"
        elif name == "a type's rules":
            session.get_one(AppointmentType, clinic.type).duration_minutes = 45
        elif name == "weekly hours, in bulk":
            session.execute(
                delete(Window).where(Window.availability_id == clinic.availability, Window.weekday == 0)
            )
        elif name == "a rule":
            session.add(
                RecurrenceRule(
                    organization_id=clinic.organization,
                    availability_id=clinic.availability,
                    rrule="FREQ=WEEKLY;BYDAY=SA",
                    dtstart=today,
                    start_minute=600,
                    end_minute=660,
                    exdates=[],
                )
            )
        elif name == "a date":
            session.add(
                Override(
                    organization_id=clinic.organization,
                    availability_id=clinic.availability,
                    date=today + timedelta(days=1),
                    windows=[[600, 660]],
                )
            )
        elif name == "time off, in bulk":
            session.execute(delete(TimeOff))
        elif name == "a place's phone":
            session.get_one(Location, clinic.location).phone = "617-555-0177"
        elif name == "a place's zone":
            session.get_one(Location, clinic.location).zone = "America/Chicago"
        elif name == "the clinic's name":
            session.get_one(Organization, clinic.organization).name = "Harbor Clinic"
        elif name == "a clinician's name":
            session.get_one(Practitioner, clinic.practitioner).display_name = "Dr. Maya Chen-Ortiz"
        elif name == "who works here":
            session.get_one(Actor, clinic.actor).active = False
        elif name == "a schedule":
            session.get_one(Schedule, clinic.schedule).active = False
        elif name == "a plan":
            session.scalars(select(InsurancePlan).join(TypePlan)).one().name = "Harbor Health"
        elif name == "plans, in bulk":
            session.execute(delete(TypePlan))
        elif name == "a team":
            session.scalars(select(Pool)).one().name = "Harbor team"
        elif name == "a team's members, in bulk":
            session.execute(delete(PoolMember).where(PoolMember.schedule_id != clinic.schedule))


CHANGES = (
    "a type's name",
    "a type's rules",
    "weekly hours, in bulk",
    "a rule",
    "a date",
    "time off, in bulk",
    "a place's phone",
    "a place's zone",
    "the clinic's name",
    "a clinician's name",
    "who works here",
    "a schedule",
    "a plan",
    "plans, in bulk",
    "a team",
    "a team's members, in bulk",
)


def test_a_page_follows_every_change_of_the_set_up_at_once(
    app: Flask, pages: tuple[Clinic, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic, paths = pages
    known = [read(app, path) for path in paths]
    for name in CHANGES:
        change_of(clinic, name)
        now = [read(app, path) for path in paths]
        app.extensions["scheduler.recall"] = Recalled()
        assert now == [read(app, path) for path in paths], name
        assert now != known, f"{name} is seen on no page"
        known = now


def test_what_is_not_read_of_one_instant_is_not_remembered(app_context: Flask, clinic: Clinic) -> None:
    made = iter(("first", "second", "third"))
    with transaction() as session:
        assert recall(session, "key", lambda: next(made)) == "first"
    with snapshot() as session:
        assert recall(session, "key", lambda: next(made)) == "second"
    with snapshot() as session:
        assert recall(session, "key", lambda: next(made)) == "second"


def test_words_that_name_nothing_take_no_place_and_what_was_not_asked_for_leaves(
    app_context: Flask, clinic: Clinic
) -> None:
    kept = Recalled(most=2)
    made: list[str] = []

    def ask(word: str, answer: str | None) -> str | None:
        with snapshot() as session:
            return kept(session, word, lambda: made.append(word) or answer)

    for word, answer in (
        ("a", "A"),
        ("b", "B"),
        ("none", None),
        ("a", "A"),
        ("c", "C"),
        ("a", "A"),
        ("b", "B"),
    ):
        assert ask(word, answer) == answer
    assert made == ["a", "b", "none", "c", "b"]
