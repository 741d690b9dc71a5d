"""Moving a visit that is for some ages: the new day counts, on every page and in the act itself."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from scheduler import booking
from scheduler.availability.zones import zone as zone_of
from scheduler.booking import By
from scheduler.booking.eligibility import Rules, age_fits, days_for
from scheduler.db import snapshot, transaction
from scheduler.errors import NotEligible
from scheduler.models import Appointment, AppointmentType, PatientDetails
from scheduler.models.slots import slot_id
from scheduler.portal.starts import span_within
from tests.factories import Clinic, make_clinic
from tests.portal.patient import Patient
from tests.portal.test_moving import press_move, times
from tests.support.times import Clock

MONDAY = "2027-06-07T07:00:00-04:00"
NEARLY_18 = {"birth_date-month": "6", "birth_date-day": "9", "birth_date-year": "2009"}
"""Who becomes 18 on Wednesday of this week."""
TEENS = "Birth date: this visit is for ages 0 to 17 on its day."


@pytest.fixture
def teens(app: Flask, frozen: Clock) -> Clinic:
    """A clinic whose visit is for people under 18, on a Monday morning before it opens."""
    frozen.at(MONDAY)
    return make_clinic(app, maximum_age=17)


def day_start(clinic: Clinic, day: str) -> int:
    """The first start of a date, as a slot id has it."""
    return next(start for start in clinic.starts() if slot_id("", start).startswith(f"-{day}"))


def stored(clinic: Clinic, path: str) -> tuple[int, int]:
    with clinic.app.app_context(), snapshot() as session:
        row = session.get_one(Appointment, path[3:19])
        return row.starts_at, row.sequence


def days_of(found: list[str]) -> set[str]:
    return {address.rsplit("-", 1)[1][:8] for address in found}


def close_to_teens(clinic: Clinic, age: int) -> None:
    """The clinic sees only people up to this age from now on."""
    with clinic.app.app_context(), transaction() as session:
        session.get_one(AppointmentType, clinic.type).maximum_age = age


def test_only_days_that_fit_are_offered_and_the_page_says_so(teens: Clinic) -> None:
    patient = Patient(teens.app)
    path = patient.book(teens, teens.first_start, **NEARLY_18)
    page = patient.open(f"{path}/reschedule")
    assert days_of(times(page)) == {"20270607", "20270608"}
    assert "Only days that fit are shown: this visit is for ages 0 to 17 on its day." in page.words
    later = patient.open(f"{path}/reschedule", **{"from": "2027-06-14"})
    assert times(later) == []
    small = Patient(teens.app)
    child = small.book(teens, teens.starts()[1], **NEARLY_18 | {"birth_date-year": "2015"})
    page = small.open(f"{child}/reschedule")
    assert "20270609" in days_of(times(page))
    assert "Only days that fit" not in page.words


def test_a_day_on_which_they_are_too_old_is_refused_with_times_that_fit(teens: Clinic) -> None:
    patient = Patient(teens.app)
    first = teens.first_start
    path = patient.book(teens, first, **NEARLY_18)
    page = patient.open(f"{path}/reschedule/{slot_id(teens.schedule, day_start(teens, '20270611'))}")
    assert (page.status, page.h1) == (200, "The age on that day doesn't fit this visit.")
    assert TEENS in page.words
    assert "Nothing has changed: your appointment is still Tuesday, June 8, 9:00 AM EDT." in page.words
    assert days_of(times(page)) == {"20270608"}
    assert len(times(page)) == 6
    assert "Move my appointment" not in page.words
    review = patient.open(times(page)[0])
    assert press_move(patient, path, review).location == path
    assert stored(teens, path)[1] == 1


def test_the_birthday_itself_is_refused_and_the_day_before_is_not(teens: Clinic) -> None:
    patient = Patient(teens.app)
    path = patient.book(teens, teens.first_start, **NEARLY_18)
    tuesday = patient.open(f"{path}/reschedule/{slot_id(teens.schedule, day_start(teens, '20270608'))}")
    assert tuesday.h1 == "Move to this time?"
    wednesday = patient.open(f"{path}/reschedule/{slot_id(teens.schedule, day_start(teens, '20270609'))}")
    assert wednesday.h1 == "The age on that day doesn't fit this visit."


def test_the_act_refuses_what_a_page_from_before_still_offers(teens: Clinic) -> None:
    patient = Patient(teens.app)
    first = teens.first_start
    path = patient.book(teens, first, **NEARLY_18 | {"birth_date-year": "2015"})
    review = patient.open(f"{path}/reschedule/{slot_id(teens.schedule, teens.starts()[3])}")
    assert review.h1 == "Move to this time?"
    close_to_teens(teens, 10)
    page = press_move(patient, path, review)
    assert (page.status, page.h1) == (409, "The age on that day doesn't fit this visit.")
    assert times(page) == []
    assert "No time that fits is open online now." in page.words
    assert "Call 617-555-0142" in page.words
    assert stored(teens, path) == (first, 0)


def test_the_booking_asks_patients_and_lets_staff_go_on_who_say_so(teens: Clinic) -> None:
    first = teens.first_start
    path = Patient(teens.app).book(teens, first, **NEARLY_18)
    friday = day_start(teens, "20270611")
    with teens.app.app_context():
        for by in (By("patient"), By("user")):
            with pytest.raises(NotEligible) as refused:
                booking.move(by=by, appointment_id=path[3:19], start=friday)
            assert refused.value.sentence == TEENS
        with pytest.raises(NotEligible):
            booking.move(
                by=By("patient"), appointment_id=path[3:19], start=friday, set_aside=frozenset({"who"})
            )
        assert stored(teens, path) == (first, 0)
        moved = booking.move(
            by=By("user"), appointment_id=path[3:19], start=friday, set_aside=frozenset({"who"})
        )
    assert (moved.starts_at, moved.sequence) == (friday, 1)


def test_whose_birth_date_is_not_known_may_move_to_any_day(teens: Clinic) -> None:
    patient = Patient(teens.app)
    path = patient.book(teens, teens.first_start, **NEARLY_18)
    with teens.app.app_context(), transaction() as session:
        session.get_one(PatientDetails, path[3:19]).birth_date = None
    assert "20270609" in days_of(times(patient.open(f"{path}/reschedule")))


@given(
    born=st.dates(date(1990, 1, 1), date(2027, 1, 1)),
    low=st.integers(0, 20),
    more=st.one_of(st.none(), st.integers(0, 20)),
    ahead=st.integers(0, 60),
    zone=st.sampled_from(["America/New_York", "Pacific/Apia", "Europe/London"]),
)
def test_a_day_is_within_the_span_that_is_looked_at_just_when_the_age_fits_on_it(
    born: date, low: int, more: int | None, ahead: int, zone: str
) -> None:
    rules = Rules(minimum_age=low, maximum_age=None if more is None else low + more)
    now = zone_of(zone).instant(date(2027, 6, 7).toordinal(), 7 * 60)
    day = date(2027, 6, 7) + timedelta(days=ahead)
    noon = zone_of(zone).instant(day.toordinal(), 12 * 60)
    since, until = span_within(days_for(rules, born.isoformat()), zone, now, now + 62 * 86400)
    assert (since <= noon < until) == age_fits(rules, born, day)
