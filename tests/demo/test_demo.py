"""The demo clinic: what it holds, that it is made once, and that nothing of it stays behind."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from scheduler import booking, catalog, clock, demo
from scheduler.accounts.passwords import password_fits
from scheduler.availability import open_starts
from scheduler.booking import SYSTEM
from scheduler.clock import DAY
from scheduler.db import snapshot, transaction
from scheduler.models import (
    Actor,
    Appointment,
    AppointmentType,
    Base,
    Claim,
    Location,
    Organization,
    Outbox,
    Override,
    PatientDetails,
    Practitioner,
    Question,
    RecurrenceRule,
    Schedule,
    ScheduleHost,
    ScheduleResource,
    TimeOff,
    User,
    UserRole,
)
from scheduler.models.situations import load_situations
from scheduler.settings import SettingsError
from tests.factories import Clinic, make_appointment, make_clinic

KEPT = {"shard_mark", "publication", "input_change"}


def _luhn_fits(npi: str) -> bool:
    total = 0
    for place, letter in enumerate(reversed("80840" + npi)):
        number = int(letter) * (1 + place % 2)
        total += number // 10 + number % 10
    return total % 10 == 0


def _count(session: Session, model: type[Base]) -> int:
    return session.execute(select(func.count()).select_from(model)).scalar_one()


def _rows(app: Flask) -> dict[str, int]:
    with app.app_context(), snapshot() as session:
        counts = {
            table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }
    return {name: count for name, count in counts.items() if count and name not in KEPT}


def test_the_demo_clinic_holds_what_it_promises_and_goes_without_a_trace(app: Flask) -> None:
    """One load serves all that is looked at, since it takes seconds."""
    signs = demo.load(app)
    assert signs is not None
    assert signs.loaded
    with app.app_context(), snapshot() as session:
        _look_at_the_offer(session)
        _look_at_the_people(session)
        _look_at_the_bookings(session)
        _look_at_the_sign_ins(session, signs)
    again = demo.load(app)
    assert again == demo.DemoSignIns(signs.password, signs.users)

    gone = demo.remove(app)
    assert gone > 1000
    assert _rows(app) == {}
    assert demo.remove(app) == 0
    assert not (app.config["SETTINGS"].data_dir / "demo_password").exists()


def _look_at_the_offer(session: Session) -> None:
    assert session.scalars(select(Organization.demo)).all() == [True]
    types = {row.name: row for row in session.scalars(select(AppointmentType))}
    assert len(types) == 6
    assert (
        len({row.zone for row in session.scalars(select(Location).where(Location.kind == "physical"))}) == 2
    )
    assert any(row.capacity > 1 and row.modality == "in-person" for row in types.values())
    video = [row for row in types.values() if row.modality == "video"]
    places = {row.id: row for row in session.scalars(select(Location))}
    schedules = session.scalars(select(Schedule)).all()
    assert {places[row.location_id].kind for row in schedules if row.appointment_type_id == video[0].id} == {
        "virtual"
    }
    asked = session.scalars(select(Question)).all()
    assert any("eferral number" in question.label and question.required for question in asked)
    assert sum(row.line_actor_id is not None for row in schedules) == 1
    hosts = Counter(session.scalars(select(ScheduleHost.schedule_id)))
    roomed = session.scalars(select(ScheduleResource.schedule_id)).all()
    assert [hosts[schedule_id] for schedule_id in roomed] == [2]
    for model in (RecurrenceRule, Override, TimeOff):
        assert _count(session, model) >= 1

    now = clock.now()
    situations = load_situations(session, None, now, now + 21 * DAY)
    assert set(situations) == {row.id for row in schedules}
    for situation in situations.values():
        assert open_starts(situation, now, now, now + 21 * DAY)


def _look_at_the_people(session: Session) -> None:
    people = session.scalars(select(Practitioner)).all()
    assert len(people) == 5
    assert all(person.npi and _luhn_fits(person.npi) and person.npi.startswith("2") for person in people)
    assert all(
        place.phone[4:8] == "555-" and place.phone[8:10] == "01"
        for place in session.scalars(select(Location))
    )
    actors = session.scalars(select(Actor).where(Actor.kind == "practitioner")).all()
    assert {actor.practitioner_id for actor in actors} == {person.id for person in people}


def _look_at_the_bookings(session: Session) -> None:
    now = clock.now()
    booked = session.scalars(select(Appointment)).all()
    assert 200 <= len(booked) <= 450
    assert {row.status for row in booked} == {"booked"}
    assert {row.made_by for row in booked} == {"patient", "system"}
    assert all(now - DAY < row.starts_at < now + 21 * DAY for row in booked)
    assert {row.schedule_id for row in booked} == set(session.scalars(select(Schedule.id)))
    assert any(
        number > 1 for number in session.scalars(select(Appointment.seat_number)) if number is not None
    )
    assert not any(claim.overbooked for claim in session.scalars(select(Claim)))
    details = session.scalars(select(PatientDetails)).all()
    assert len(details) == len(booked)
    assert all(row.phone and row.phone[4:10] == "555-01" for row in details)
    with_email = [row.email for row in details if row.email]
    assert 1 <= len(with_email) <= 20
    assert all(email.endswith("@example.org") for email in with_email)
    messages = session.execute(
        select(Outbox.kind, Outbox.created_at, Outbox.due_at, PatientDetails.email)
        .join(PatientDetails, PatientDetails.appointment_id == Outbox.object_id)
        .where(Outbox.recipient_id.is_(None))
    ).all()
    assert 0 < sum(not row.email for row in messages) <= 6, "a short call list"
    reminders = [row for row in messages if row.kind == "reminder"]
    assert all(row.email and row.due_at > row.created_at for row in reminders), "no burst of reminders"


def _look_at_the_sign_ins(session: Session, signs: demo.DemoSignIns) -> None:
    assert Counter(role for role, _ in signs.users) == {"admin": 1, "front-desk": 1, "clinician": 5}
    for user in session.scalars(select(User)):
        assert password_fits(user.password_hash, signs.password)
        roles = session.scalars(select(UserRole.role).where(UserRole.user_id == user.id)).all()
        assert (user.practitioner_id is not None) == (roles == ["clinician"])


def test_two_starts_at_once_load_it_once(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.demo.bookings.WEEKS", 1)
    found: list[demo.DemoSignIns | None] = []
    threads = [threading.Thread(target=lambda: found.append(demo.load(app))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(signs.loaded for signs in found if signs) == [False, True]
    with app.app_context(), snapshot() as session:
        assert _count(session, Organization) == 1
        assert _count(session, Practitioner) == 5


def test_an_installation_with_a_clinic_is_left_alone(clinic: Clinic) -> None:
    before = _rows(clinic.app)
    assert demo.load(clinic.app) is None
    assert demo.remove(clinic.app) == 0
    assert _rows(clinic.app) == before


def test_removing_it_leaves_the_clinic_beside_it_whole(app: Flask) -> None:
    clinic = make_clinic(app)
    make_appointment(clinic)
    before = _rows(app)
    with app.app_context(), transaction() as session:
        parent = catalog.add_organization(session, by=SYSTEM, now=clock.now(), name="Demo", demo=True).id
    below = make_clinic(app, organization={"parent_id": parent})
    make_appointment(below)

    assert demo.remove(app) > 0
    assert _rows(app) == before
    assert make_appointment(clinic).status == "booked"


def test_removing_it_marks_the_feed(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        catalog.add_organization(session, by=SYSTEM, now=clock.now(), name="Demo", demo=True)
        marks = Base.metadata.tables["shard_mark"]
        session.execute(marks.delete())
    demo.remove(app)
    with app.app_context(), snapshot() as session:
        assert session.execute(select(func.count()).select_from(marks)).scalar_one() == 1


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The demo clinic without its bookings, for tests about its sign-ins."""
    monkeypatch.setattr("scheduler.demo.loading.book_three_weeks", lambda *_: 0)


@pytest.mark.usefixtures("quick")
def test_the_password_is_the_settings_and_a_new_one_there_takes_its_place(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    for password in ("first demo password", "second demo password"):
        app = make_app(sqlite_url, demo_password=password)
        signs = demo.load(app)
        assert signs is not None
        assert signs.password == password
        with app.app_context(), snapshot() as session:
            assert all(password_fits(row.password_hash, password) for row in session.scalars(select(User)))
        assert not (app.config["SETTINGS"].data_dir / "demo_password").exists()


@pytest.mark.usefixtures("quick")
def test_a_made_password_is_kept_for_its_owner_alone_and_shown_again(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    first = demo.load(make_app(sqlite_url))
    app = make_app(sqlite_url)
    second = demo.load(app)

    assert first is not None
    assert second is not None
    assert first.password == second.password
    kept = app.config["SETTINGS"].data_dir / "demo_password"
    assert kept.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("quick")
def test_people_invited_later_are_not_the_demos(make_app: Callable[..., Flask], sqlite_url: str) -> None:
    app = make_app(sqlite_url)
    signs = demo.load(app)
    assert signs is not None
    runner = app.test_cli_runner()
    asked = runner.invoke(args=["user", "add", "new@example.org", "--name", "New", "--role", "admin"])
    assert asked.exit_code == 0
    with app.app_context(), transaction() as session:
        session.execute(
            Base.metadata.tables["user_account"]
            .update()
            .where(User.email == "new@example.org")
            .values(created_at=1)
        )

    assert demo.load(app) == demo.DemoSignIns(signs.password, signs.users)


def test_a_weak_password_of_the_settings_is_said_by_its_name(
    make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    with pytest.raises(SettingsError, match=r"SCHEDULER_DEMO_PASSWORD: .*at least 10"):
        demo.load(make_app(sqlite_url, demo_password="short"))


@pytest.mark.usefixtures("quick")
def test_a_demo_booking_is_made_by_the_bookings_own_verbs(
    make_app: Callable[..., Flask], sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row of an appointment is written by the demo itself: without the verbs there is none."""
    from scheduler.demo import bookings
    from scheduler.demo.clinic import make_clinic as make_demo

    def gone(**_: object) -> None:
        raise booking_gone

    booking_gone = RuntimeError("asked the booking")
    monkeypatch.setattr(booking, "desk_book", gone)
    monkeypatch.setattr(booking, "hold", gone)
    app = make_app(sqlite_url)
    now = clock.now()
    with app.app_context():
        with transaction() as session:
            made = make_demo(session, now)
        with pytest.raises(RuntimeError, match="asked the booking"):
            bookings.book_three_weeks(made, now)
        with snapshot() as session:
            assert _count(session, Appointment) == 0
