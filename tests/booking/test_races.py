"""Real processes race for the same time, on both databases: never more than allowed, and nobody sees an error."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from scheduler import booking, clock
from scheduler.availability import open_starts
from scheduler.booking import By
from scheduler.db import snapshot, transaction
from scheduler.models import BOOKED, Appointment
from scheduler.models.situations import load_situation
from tests.factories import make_clinic, make_pool, make_practitioner, make_room, make_schedule, make_type

pytestmark = pytest.mark.processes

CLIENTS = 32
MINUTE, DAY = 60, 86400


def starts_of(schedule: str, *, days: int = 7) -> list[int]:
    """Open starts from tomorrow on."""
    now = clock.now()
    with snapshot() as session:
        situation = load_situation(session, schedule, now, now + days * DAY)
    return open_starts(situation, now, now + DAY, now + days * DAY)


def one_each(schedules: list[str], starts: list[int]) -> list[list[dict[str, Any]]]:
    """A client per number, going round the schedules and the starts."""
    return [
        [
            {
                "verb": "hold and book",
                "schedule": schedules[number % len(schedules)],
                "start": starts[number % len(starts)],
                "visitor": f"{number:064x}",
            }
        ]
        for number in range(CLIENTS)
    ]


def booked(answers: list[str]) -> int:
    """How many were told that they are booked; all others must have been told that the time is gone."""
    wrong = [answer for answer in answers if not answer.startswith(("booked ", "gone:"))]
    assert wrong == []
    said = [answer.removeprefix("booked ") for answer in answers if answer.startswith("booked ")]
    with snapshot() as session:
        there = session.scalars(select(Appointment.id).where(Appointment.status == BOOKED)).all()
    assert sorted(said) == sorted(there)
    return len(said)


def overlaps() -> int:
    """Pairs of claims of one actor that overlap although they belong to different groups."""
    with snapshot() as session:
        return session.execute(
            text(
                "SELECT count(*) FROM claim a JOIN claim b ON a.actor_id = b.actor_id AND a.id < b.id"
                " AND a.group_id <> b.group_id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at"
            )
        ).scalar_one()


def test_one_time_goes_to_one_of_many(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context)
    start = starts_of(clinic.schedule)[0]
    assert booked(race(one_each([clinic.schedule], [start]))) == 1


def test_overlapping_starts_never_both_win(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, duration_minutes=60, interval_minutes=15)
    starts = starts_of(clinic.schedule)[:12]
    assert 1 <= booked(race(one_each([clinic.schedule], starts))) <= 4
    assert overlaps() == 0


def test_two_types_of_one_practitioner_exclude_each_other(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context)
    kind = make_type(clinic, duration_minutes=45, interval_minutes=15)
    other = make_schedule(clinic, type=kind.id).id
    start = starts_of(clinic.schedule)[0]
    assert booked(race(one_each([clinic.schedule, other], [start]))) == 1
    assert overlaps() == 0


@pytest.mark.parametrize("rooms", [1, 2])
def test_no_more_visits_than_rooms(app_context: Flask, race: Any, rooms: int) -> None:
    clinic = make_clinic(app_context)
    for _ in range(rooms):
        make_room(clinic, kind="ultrasound")
    schedules = [make_schedule(clinic, hosts=[], resource_kinds=["ultrasound"]).id for _ in range(4)]
    start = starts_of(schedules[0])[0]
    assert booked(race(one_each(schedules, [start]))) == rooms
    assert overlaps() == 0


def test_buffers_hold_in_a_race(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(
        app_context,
        duration_minutes=30,
        interval_minutes=30,
        buffer_before_minutes=15,
        buffer_after_minutes=15,
    )
    starts = starts_of(clinic.schedule)[:2]
    assert starts[1] - starts[0] == 30 * MINUTE
    assert booked(race(one_each([clinic.schedule], starts))) == 1


def test_a_session_takes_as_many_as_it_has_seats(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, capacity=3, duration_minutes=60, interval_minutes=30)
    start = starts_of(clinic.schedule)[0]
    assert booked(race(one_each([clinic.schedule], [start]))) == 3
    with snapshot() as session:
        seats = session.scalars(select(Appointment.seat_number).where(Appointment.status == BOOKED)).all()
    assert sorted(seats, key=str) == [1, 2, 3]


def test_a_cap_of_one_a_day_holds_for_different_times(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, max_per_day=1)
    starts = starts_of(clinic.schedule)[:12]
    assert booked(race(one_each([clinic.schedule], starts))) == 1


def test_two_lapsed_holds_of_overlapping_times_do_not_both_come_back(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, duration_minutes=60, interval_minutes=30)
    starts = starts_of(clinic.schedule)[:2]
    clients = []
    for number in range(CLIENTS):
        visitor = f"{number:064x}"
        held = booking.hold(
            by=By("patient", visitor=visitor), schedule_id=clinic.schedule, start=starts[number % 2]
        )
        lapse(held.id)
        clients.append([{"verb": "book", "appointment": held.id, "visitor": visitor}, {"verb": "expire"}])
    answers = race(clients)
    assert booked([answer for answer in answers if not answer.startswith("expired")]) == 1
    assert overlaps() == 0


def test_cancelling_and_booking_at_once_leaves_one_visit_at_a_time(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context)
    start = starts_of(clinic.schedule)[0]
    by = By("patient", visitor="f" * 64)
    held = booking.hold(by=by, schedule_id=clinic.schedule, start=start)
    first = booking.book(
        by=by, appointment_id=held.id, details=booking.Details(given="A", phone="617-555-0100")
    )
    clients = one_each([clinic.schedule], [start])
    for number in range(0, CLIENTS, 4):
        clients[number] = [{"verb": "cancel", "appointment": first.id}]
    answers = [answer for answer in race(clients) if not answer.startswith("cancelled")]
    assert booked(answers) <= 1
    assert overlaps() == 0


def test_the_desk_books_while_patients_book_the_same_time_and_one_of_all_gets_it(
    app_context: Flask, race: Any
) -> None:
    clinic = make_clinic(app_context)
    start = starts_of(clinic.schedule)[0]
    clients = one_each([clinic.schedule], [start])[:12]
    for number in range(0, len(clients), 3):
        clients[number] = [{"verb": "desk book", "schedule": clinic.schedule, "start": start}]
    assert booked(race(clients)) == 1
    assert overlaps() == 0


def test_many_presses_of_one_desk_form_book_once(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context)
    start = starts_of(clinic.schedule)[0]
    press = {"verb": "desk book", "schedule": clinic.schedule, "start": start, "key": "one form"}
    answers = race([[press, press] for _ in range(8)])
    assert len(set(answers)) == 1
    assert answers[0].startswith("booked ")


def test_many_presses_of_one_visitor_hold_once(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context)
    start = starts_of(clinic.schedule)[0]
    press = {"verb": "hold", "schedule": clinic.schedule, "start": start, "visitor": "a" * 64, "key": "slot"}
    answers = race([[press, press] for _ in range(CLIENTS)])
    assert len(set(answers)) == 1
    assert answers[0].startswith("held ")


def test_one_time_of_a_pool_goes_to_as_many_as_it_has_members(app_context: Flask, race: Any) -> None:
    clinic = make_clinic(app_context, duration_minutes=60)
    members = [
        clinic.schedule,
        *(make_schedule(clinic, hosts=[make_practitioner(clinic).actor]).id for _ in range(2)),
    ]
    pool = make_pool(clinic, dict.fromkeys(members, 0)).id
    start = starts_of(clinic.schedule)[0]
    wanted = {"verb": "hold any and book", "pool": pool, "location": clinic.location, "start": start}
    clients = [[wanted | {"visitor": f"{100 + number:064x}"}] for number in range(12)]
    clients += one_each(members[:1], [start])[:2]
    assert booked(race(clients)) == len(members)
    assert overlaps() == 0
    with snapshot() as session:
        rows = session.execute(select(Appointment.schedule_id).where(Appointment.status == BOOKED)).scalars()
        assert sorted(rows) == sorted(members)


def lapse(appointment_id: str) -> None:
    """Let a hold end now."""
    with transaction() as session:
        session.get_one(Appointment, appointment_id).expires_at = clock.now() - 1
