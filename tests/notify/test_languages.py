"""Mails in another language: dates, separators and colons are that language's, not those of English."""

from __future__ import annotations

import pytest
from flask import Flask

from scheduler import booking, clock
from scheduler.booking import SYSTEM, waitlist
from scheduler.db import transaction
from scheduler.jobs.runner import deliver
from scheduler.models import Appointment
from scheduler.notify import outbox
from tests.factories import Clinic, make_appointment, make_clinic, make_waiting
from tests.notify.mailbox import mails, part
from tests.support.times import Clock

SEPARATORS = {"ar": ("، ", ":"), "zh": ("，", "：")}
WRITTEN_ANYWHERE = ("Boston, MA", "Riverside Clinic, Main Street", "https:", "http:")


@pytest.fixture
def clinic(sqlite_app: Flask, frozen: Clock) -> Clinic:
    frozen.at("2027-06-07T08:00:00-04:00")
    return make_clinic(sqlite_app, cancellation_notice_minutes=60)


def said(clinic: Clinic) -> list[str]:
    """The texts of all mails sent so far, but for addresses and the clinic's own words."""
    deliver(clinic.app)
    texts = []
    for mail in mails(clinic.app):
        text = f"{mail['Subject']}\n{part(mail, 'plain')}"
        for own in WRITTEN_ANYWHERE:
            text = text.replace(own, "")
        texts.append(text)
    return texts


def enqueue(clinic: Clinic, kind: str, visit: Appointment) -> None:
    with clinic.app.app_context(), transaction() as session:
        outbox.enqueue(
            session, organization_id=clinic.organization, kind=kind, object_id=visit.id, now=clock.now()
        )


@pytest.mark.parametrize("language", ["ar", "zh"])
def test_no_mail_mixes_in_the_separators_or_days_of_english(clinic: Clinic, language: str) -> None:
    starts = clinic.starts()
    first = make_appointment(clinic, start=starts[0], language=language)
    enqueue(clinic, "contact-changed", first)
    with clinic.app.app_context():
        booking.move(by=SYSTEM, appointment_id=first.id, start=starts[9])
    entry = make_waiting(clinic, language=language)
    with clinic.app.app_context():
        waitlist.offer(by=SYSTEM, entry_id=entry.id, schedule_id=clinic.schedule, start=starts[4])
    texts = said(clinic)
    assert len(texts) >= 4
    comma, colon = SEPARATORS[language]
    for text in texts:
        assert ", " not in text
        assert "June" not in text
        assert "Tuesday" not in text
        assert colon == ":" or ":\n" not in text
    assert sum(comma in text for text in texts) >= 3


def test_a_note_of_two_visits_at_one_time_names_them_in_the_patients_language(clinic: Clinic) -> None:
    visit = make_appointment(clinic, language="es")
    other = make_appointment(clinic, start=clinic.starts()[4], language="es")
    with clinic.app.app_context(), transaction() as session:
        row = session.get_one(Appointment, other.id)
        row.starts_at, row.ends_at = visit.starts_at + 60, visit.ends_at + 60
        row.wall_time = "2027-06-08T09:01"
    enqueue(clinic, "booking-twice", visit)
    [text] = [text for text in said(clinic) if text.startswith("Dos ")]
    assert text.count("martes, 8 de junio") == 2
    assert "Tuesday" not in text
