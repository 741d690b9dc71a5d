"""What staff change about a booking besides its time: their private note, who comes, a confirmation sent once more."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.booking.acts import By
from scheduler.booking.details import AnswerGiven, Details, check, keep
from scheduler.booking.transaction import booking_transaction, lock_visit, note, settled, tell_patient
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.models import (
    BOOKED,
    EXPIRED,
    HELD,
    PENDING,
    Answer,
    Appointment,
    Outbox,
    PatientDetails,
    Question,
    Referral,
)

MAX_NOTE = 2000
MAX_MESSAGE = 500
MEANWHILE = "Somebody else changed this booking while you were typing. Nothing of yours is saved yet."


def clean_text(text: str, *, field: str, label: str, most: int) -> str | None:
    """What staff typed, without spaces around it and with plain line ends; None for nothing. Raises InvalidInput."""
    kept = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(kept) > most:
        raise InvalidInput({field: f"{label}: use at most {most} characters. It has {len(kept)} now."})
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\t" for sign in kept):
        raise InvalidInput({field: f"{label}: remove the characters that can't be shown, and type it again."})
    return kept or None


@settled
def save_note(*, by: By, appointment_id: str, text: str, version: int) -> Appointment:
    """Save the clinic's private note, which the patient never sees. ``version``: the appointment's when it was read.

    Raises NotFound, InvalidInput, EditConflict.
    """
    kept = clean_text(text, field="note", label="Note", most=MAX_NOTE)
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        if appointment.staff_note == kept:
            return appointment
        _raise_version(appointment, version)
        appointment.staff_note = kept
        note(session, appointment, by=by, at=now, action="note")
        return appointment


@settled
def edit_details(
    *, by: By, appointment_id: str, version: int, details: Details, answers: Sequence[AnswerGiven] = ()
) -> Appointment:
    """Change who comes, how to reach them and what they answered. What staff are not asked stays as the patient left it:
    their language and zone, whom they would rather see, whether the finder hears of it, answers to questions that are not asked any more.

    Raises NotFound, InvalidInput, EditConflict.
    """
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        taken = check(session, appointment.appointment_type_id, details, answers)
        _raise_version(appointment, version)
        keep(
            session,
            appointment,
            _with_what_stays(session, appointment, details),
            [*taken.answers, *_retired_answers(session, appointment)],
        )
        note(session, appointment, by=by, at=now, action="details")
        return appointment


@settled
def resend(*, by: By, appointment_id: str) -> Appointment:
    """Send the confirmation (or the note that the request has come in) once more; while one is still on its way, nothing
    is added. Raises NotFound; Conflict when nothing is true to confirm or there is no address."""
    with booking_transaction() as session:
        appointment, now = _locked(session, appointment_id)
        if appointment.status not in (BOOKED, PENDING) or appointment.ends_at <= now:
            raise Conflict("There is nothing to confirm any more.")
        details = session.get(PatientDetails, appointment.id)
        if details is None or not details.email:
            raise Conflict("The patient gave no email: call them.")
        kind = "booking-pending" if appointment.status == PENDING else "booking-confirmed"
        on_its_way = select(Outbox.id).where(
            Outbox.object_id == appointment.id,
            Outbox.kind == kind,
            Outbox.recipient_id.is_(None),
            Outbox.done_at.is_(None),
        )
        if session.scalar(on_its_way.limit(1)) is None:
            tell_patient(session, appointment, now, kind)
            note(session, appointment, by=by, at=now, action="resend")
        return appointment


def _locked(session: Session, appointment_id: str) -> tuple[Appointment, int]:
    appointment = session.get(Appointment, appointment_id)
    if appointment is None:
        raise NotFound("We can't find that appointment.")
    now = lock_visit(session, appointment)
    if appointment.status in (HELD, EXPIRED):
        raise NotFound("We can't find that appointment.")
    return appointment, now


def _raise_version(appointment: Appointment, version: int) -> None:
    if appointment.version != version:
        raise EditConflict(MEANWHILE)
    appointment.version += 1


def _with_what_stays(session: Session, appointment: Appointment, details: Details) -> Details:
    row = session.get(PatientDetails, appointment.id)
    referral = session.get(Referral, appointment.id)
    wishes = json.loads(row.wishes) if row and row.wishes else {}
    return replace(
        details,
        language=row.language if row else details.language,
        zone=row.zone if row else details.zone,
        share_outcome=referral.share_outcome if referral else details.share_outcome,
        wish_gender=wishes.get("gender", ""),
        wish_language=wishes.get("language", ""),
    )


def _retired_answers(session: Session, appointment: Appointment) -> list[AnswerGiven]:
    rows = session.execute(
        select(Answer.question_id, Answer.question, Answer.text)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.appointment_id == appointment.id, Question.active.is_(False))
    )
    return [AnswerGiven(question_id, question, text) for question_id, question, text in rows]
