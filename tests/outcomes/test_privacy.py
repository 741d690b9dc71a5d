"""Markers planted in every field about a patient reach no call, no state, no answer and no log of what finders are told."""

from __future__ import annotations

import logging
from dataclasses import fields, replace

import pytest
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM, AnswerGiven, Details
from scheduler.db import snapshot
from scheduler.jobs.runner import tell_finders
from scheduler.models import AuditEntry, Outbox, Referral, ReferralState, UnknownSource
from tests.factories import DETAILS, Clinic, make_hold, make_question, make_source, visitor
from tests.outcomes.finder import FakeFinder, reply

HANDLE, BORN = "h-1", "1931-05-17"
# every text of the details, as a marker that occurs nowhere else
MARKED = {
    field.name: f"Zqzqzq{field.name.replace('_', '')}"
    for field in fields(Details)
    if isinstance(getattr(DETAILS, field.name), str)
    and field.name not in ("for_whom", "birth_date", "language", "zone")
}


def test_nothing_about_a_patient_leaves_towards_a_finder(
    clinic: Clinic, finder: FakeFinder, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _, key = make_source(clinic, value="carefinder", callback_url=finder.url)
    question = make_question(clinic, label="Zqzqzqquestion")
    details = replace(DETAILS, **MARKED, birth_date=BORN, needs=("other: Zqzqzqneed",))
    by, starts = visitor(), clinic.starts()
    held = make_hold(clinic, by=by, start=starts[0], source="carefinder", booking_referral=HANDLE)
    with clinic.app.app_context():
        booking.save_draft(by=by, appointment_id=held.id, draft={"typed": {"given": ["Zqzqzqdraft"]}})
        answers = [AnswerGiven(question.id, question.label, "Zqzqzqanswer")]
        made = booking.book(by=by, appointment_id=held.id, details=details, answers=answers)
        finder.answer = lambda handler: reply(handler, 500, b"Zqzqzqtheirs")
        tell_finders(clinic.app)
        finder.answer = lambda handler: reply(handler, 200, b"Zqzqzqtheirs")
        booking.move(by=SYSTEM, appointment_id=made.id, start=starts[8], message="Zqzqzqmessage")
        booking.cancel(by=SYSTEM, appointment_id=made.id, reason="Zqzqzqreason", message="Zqzqzqcancel")
    tell_finders(clinic.app)
    polled = clinic.app.test_client().get(f"/referrals/{HANDLE}", headers={"Authorization": f"Bearer {key}"})
    with clinic.app.app_context(), snapshot() as session:
        kinds = (ReferralState, UnknownSource, Outbox, AuditEntry)
        kept = [repr(row) for kind in kinds for row in session.execute(select(kind.__table__)).all()]
        assert session.get_one(Referral, made.id).booking_referral == HANDLE

    assert finder.states == ["held", "held", "booked", "moved", "cancelled"]
    everything = {
        "calls": [f"{call.path} {call.headers} {call.body!r}" for call in finder.calls],
        "answer": [polled.text, str(polled.headers)],
        "rows": kept,
        "log": [record.getMessage() for record in caplog.records],
    }
    for where, texts in everything.items():
        assert texts, where
        assert [text for text in texts if "Zqzqzq" in text or BORN in text] == [], where
    for call in finder.calls:
        assert made.id not in f"{call.headers} {call.body!r}"
        assert made.code not in f"{call.headers} {call.body!r}"
        assert clinic.schedule not in f"{call.headers} {call.body!r}"
