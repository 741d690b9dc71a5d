"""Offers keep to the ages that a visit is for, on the day of the offered time; and so does taking one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from scheduler.booking import SYSTEM, By, waitlist
from scheduler.db import snapshot, transaction
from scheduler.errors import NotEligible
from scheduler.models import AppointmentType, PatientDetails, WaitlistEntry
from tests.booking.waitlist.conftest import FullClinic
from tests.factories import make_waiting

BECOMES_18_THAT_TUESDAY = "2009-06-08"
BECOMES_18_ON_WEDNESDAY = "2009-06-09"


@pytest.fixture
def adults(fill: Callable[..., FullClinic]) -> FullClinic:
    """Full, and from now on for people of 18 or more."""
    full = fill()
    set_ages(full, 18)
    return full


def set_ages(full: FullClinic, minimum: int) -> None:
    with transaction() as session:
        session.get_one(AppointmentType, full.clinic.type).minimum_age = minimum


def sooner(full: FullClinic, number: int, born: str) -> WaitlistEntry:
    """The patient of that visit, who is ``born`` then, asks for something sooner."""
    visit = full.visits[full.starts[number]].id
    with transaction() as session:
        session.get_one(PatientDetails, visit).birth_date = born
    return waitlist.ask_sooner(by=By("patient"), appointment_id=visit)


def test_a_time_goes_past_whom_it_is_not_for_to_who_joined_later(adults: FullClinic) -> None:
    young = make_waiting(adults.clinic, birth_date=BECOMES_18_ON_WEDNESDAY)
    grown = make_waiting(adults.clinic, birth_date=BECOMES_18_THAT_TUESDAY)
    start = adults.free(1)
    adults.next()
    assert adults.offers() == [(grown.id, start, "open")]
    assert adults.status(young) == "waiting"


def test_a_sooner_time_on_a_day_that_does_not_fit_is_offered_to_nobody(adults: FullClinic) -> None:
    entry = sooner(adults, 3, BECOMES_18_ON_WEDNESDAY)
    start = adults.free(0)
    adults.next(0)
    assert adults.status(entry) == "waiting"
    with pytest.raises(NotEligible) as refused:
        waitlist.offer(by=SYSTEM, entry_id=entry.id, schedule_id=adults.clinic.schedule, start=start)
    assert refused.value.sentence == "Birth date: this visit is for people who are 18 or older on its day."
    with snapshot() as session:
        known = session.scalars(select(WaitlistEntry).where(WaitlistEntry.id == entry.id)).all()
        assert waitlist.suiting(session, known, start - 86400) == {}


def test_a_visit_never_moves_to_an_offered_time_for_which_the_ages_have_changed(adults: FullClinic) -> None:
    entry = sooner(adults, 3, BECOMES_18_THAT_TUESDAY)
    start = adults.free(0)
    adults.next()
    set_ages(adults, 21)
    visit = adults.visits[adults.starts[3]]
    with pytest.raises(NotEligible):
        waitlist.take_sooner(by=By("patient"), offer_id=adults.offer_of(entry).id)
    assert adults.appointment(visit.id).starts_at == visit.starts_at
    assert adults.offer_of(entry).status == "open"
    set_ages(adults, 18)
    moved = waitlist.take_sooner(by=By("patient"), offer_id=adults.offer_of(entry).id)
    assert moved.starts_at == start
