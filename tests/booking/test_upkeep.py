"""What staff change about a booking besides its time."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select, update

from scheduler import booking
from scheduler.booking import SYSTEM, AnswerGiven, By
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.jobs.runner import deliver
from scheduler.models import Answer, AuditEntry, Outbox, PatientDetails, Question, Referral
from tests.factories import DETAILS, Clinic, make_appointment, make_hold, make_question, visitor

pytestmark = pytest.mark.usefixtures("app_context")

STAFF = By("user", user_id="u" * 32)


def test_a_note_is_saved_once_and_a_stale_one_is_refused(clinic: Clinic) -> None:
    visit = make_appointment(clinic)
    saved = booking.save_note(
        by=STAFF, appointment_id=visit.id, text="  Bring the chart\r\nfirst ", version=visit.version
    )
    assert (saved.staff_note, saved.version) == ("Bring the chart\nfirst", visit.version + 1)
    with pytest.raises(EditConflict):
        booking.save_note(by=STAFF, appointment_id=visit.id, text="Other", version=visit.version)
    same = booking.save_note(
        by=STAFF, appointment_id=visit.id, text="Bring the chart\nfirst", version=visit.version
    )
    assert same.version == saved.version
    cleared = booking.save_note(by=STAFF, appointment_id=visit.id, text=" ", version=saved.version)
    assert cleared.staff_note is None


@pytest.mark.parametrize("text", ["x" * 2001, "a\0b", "a\x1bb", "\ud800"])
def test_a_note_that_cannot_be_kept_is_refused(clinic: Clinic, text: str) -> None:
    visit = make_appointment(clinic)
    with pytest.raises(InvalidInput):
        booking.save_note(by=STAFF, appointment_id=visit.id, text=text, version=visit.version)


def test_details_change_with_a_version_and_what_staff_are_not_asked_stays(clinic: Clinic) -> None:
    asked, retired = make_question(clinic, label="Plan?"), make_question(clinic, label="Old?")
    who = visitor()
    held = make_hold(clinic, by=who, source="finder", booking_referral="r-1")
    given = [AnswerGiven(asked.id, "Plan?", "Blue"), AnswerGiven(retired.id, "Old?", "Yes")]
    private = replace(DETAILS, share_outcome=False, language="es", zone="America/Chicago")
    visit = booking.book(by=who, appointment_id=held.id, details=private, answers=given)
    with transaction() as session:
        session.execute(update(Question).where(Question.id == retired.id).values(active=False))
    changed = replace(DETAILS, given="Anna", email="", phone="617-555-0101")
    saved = booking.edit_details(
        by=STAFF,
        appointment_id=visit.id,
        version=visit.version,
        details=changed,
        answers=[AnswerGiven(asked.id, "Plan?", "Green")],
    )
    assert saved.version == visit.version + 1
    with snapshot() as session:
        row = session.get_one(PatientDetails, visit.id)
        assert (row.given, row.email, row.language, row.zone) == ("Anna", "", "es", "America/Chicago")
        assert not session.get_one(Referral, visit.id).share_outcome
        answers = {row.question: row.text for row in session.execute(select(Answer.question, Answer.text))}
        assert answers == {"Plan?": "Green", "Old?": "Yes"}
        assert "Anna" not in str(session.scalars(select(AuditEntry.details)).all())
    with pytest.raises(EditConflict):
        booking.edit_details(by=STAFF, appointment_id=visit.id, version=visit.version, details=DETAILS)
    nobody = replace(DETAILS, phone="", email="")
    with pytest.raises(InvalidInput):
        booking.edit_details(by=STAFF, appointment_id=visit.id, version=saved.version, details=nobody)


def test_a_confirmation_is_sent_again_but_not_twice_at_once(clinic: Clinic) -> None:
    visit = make_appointment(clinic)

    def sent() -> int:
        with snapshot() as session:
            return len(session.scalars(select(Outbox).where(Outbox.object_id == visit.id)).all())

    booking.resend(by=STAFF, appointment_id=visit.id)
    assert sent() == 1  # the first is still on its way
    deliver(clinic.app)
    for _ in range(2):
        booking.resend(by=STAFF, appointment_id=visit.id)
    assert sent() == 2


def test_nothing_is_sent_again_about_what_is_over_or_to_nobody(clinic: Clinic) -> None:
    unreachable = make_appointment(clinic, email="")
    with pytest.raises(Conflict, match="call them"):
        booking.resend(by=STAFF, appointment_id=unreachable.id)
    booking.cancel(by=SYSTEM, appointment_id=unreachable.id)
    with pytest.raises(Conflict, match="nothing to confirm"):
        booking.resend(by=STAFF, appointment_id=unreachable.id)
    with pytest.raises(NotFound):
        booking.resend(by=STAFF, appointment_id=make_hold(clinic).id)
