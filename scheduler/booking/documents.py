"""Files that a patient hands in behind their hold: a referral document (``question_id`` None) or answers to questions.

They stand in the table ``document`` alone, move along with what was typed, and go with it a day after the hold lapsed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from scheduler import clock, db
from scheduler.booking.acts import By
from scheduler.booking.files import HEAVY, MANY, FileRefused, check_file, clean_name
from scheduler.booking.hold import own_appointment
from scheduler.errors import Conflict, NotFound
from scheduler.models import EXPIRED, HELD, Appointment, Document, Question

MOST_FILES = 3
MOST_TOGETHER = 60 * 1024 * 1024
FILE = "file"


@dataclass(frozen=True, slots=True)
class Attached:
    """A file behind a hold or booking, without its body. ``question_id``: None for the referral document; ``size`` in
    bytes, as it is kept."""

    id: str
    question_id: str | None
    name: str
    mimetype: str
    size: int


def attach(*, by: By, appointment_id: str, question_id: str | None, name: str, raw: bytes) -> Attached:
    """Keep a file behind one's own hold, live or lapsed, once its content is checked. ``name`` as the browser said it;
    ``raw`` at least one byte more than ``files.MAX_BYTES`` where the file has more. The same file twice is kept once.

    Raises FileRefused (its reason: too many or too much included), NotFound, Conflict when it is booked already.
    """
    checked = check_file(raw)
    digest = hashlib.sha256(checked.body).hexdigest()
    with db.transaction() as session:
        appointment = _open_hold(session, by, appointment_id)
        if question_id is not None:
            _ensure_asked(session, appointment, question_id)
        present = listed(session, appointment_id)
        same = _same(session, appointment_id, question_id, digest)
        if same is not None:
            return next(one for one in present if one.id == same)
        if sum(one.question_id == question_id for one in present) >= MOST_FILES:
            raise FileRefused(MANY)
        if sum(one.size for one in present) + len(checked.body) > MOST_TOGETHER:
            raise FileRefused(HEAVY)
        row = Document(
            organization_id=appointment.organization_id,
            appointment_id=appointment_id,
            question_id=question_id,
            name=clean_name(name),
            mimetype=checked.mimetype,
            size=len(checked.body),
            hash=digest,
            body=checked.body,
            created_at=clock.now(),
        )
        session.add(row)
        session.flush()
        return Attached(row.id, question_id, row.name or "", row.mimetype, row.size)


def remove(*, by: By, appointment_id: str, document_id: str) -> None:
    """Take a file away from one's own hold; one that is gone already is no error. Raises NotFound, Conflict."""
    with db.transaction() as session:
        _open_hold(session, by, appointment_id)
        session.execute(
            delete(Document).where(Document.id == document_id, Document.appointment_id == appointment_id)
        )


def carry(*, by: By, from_id: str, to_id: str) -> None:
    """Move the files behind one of the visitor's holds to another one, which keeps what it has. Nothing happens for a
    hold that has been booked. Raises NotFound."""
    if from_id == to_id:
        return
    with db.transaction() as session:
        try:
            for hold_id in sorted((from_id, to_id)):  # in one order, so that two at once take turns
                _open_hold(session, by, hold_id)
        except Conflict:
            return
        kept = {(one.question_id, one.name, one.size) for one in listed(session, to_id)}
        for one in listed(session, from_id):
            if (one.question_id, one.name, one.size) not in kept:
                session.get_one(Document, one.id).appointment_id = to_id


def listed(session: Session, appointment_id: str) -> tuple[Attached, ...]:
    """The files of a hold or booking in the order in which they came."""
    rows = session.execute(
        select(Document.id, Document.question_id, Document.name, Document.mimetype, Document.size)
        .where(Document.appointment_id == appointment_id)
        .order_by(Document.created_at, Document.id)
    )
    return tuple(Attached(row.id, row.question_id, row.name or "", row.mimetype, row.size) for row in rows)


def body_of(session: Session, appointment_id: str, document_id: str) -> bytes | None:
    """What is in a file of this booking; None when it has no such file."""
    return session.scalar(
        select(Document.body).where(Document.id == document_id, Document.appointment_id == appointment_id)
    )


def answered(attached: Sequence[Attached]) -> frozenset[str]:
    """The questions that files answer."""
    return frozenset(one.question_id for one in attached if one.question_id is not None)


def drop_unasked(session: Session, appointment_id: str, asked: Collection[str]) -> None:
    """Forget files for questions that a booking did not ask: they are not in ``asked``."""
    for one in listed(session, appointment_id):
        if one.question_id is not None and one.question_id not in asked:
            session.execute(delete(Document).where(Document.id == one.id))


def forget(session: Session, appointment_ids: Collection[str]) -> int:
    """Delete all files of these appointments. Returns how many."""
    if not appointment_ids:
        return 0
    gone = select(Document.id).where(Document.appointment_id.in_(appointment_ids))
    found = session.scalar(select(func.count()).select_from(gone.subquery())) or 0
    session.execute(delete(Document).where(Document.appointment_id.in_(appointment_ids)))
    return found


def _open_hold(session: Session, by: By, appointment_id: str) -> Appointment:
    """One's own hold, locked, so that counts hold against a second request and a booking at the same moment."""
    own_appointment(session, by, appointment_id)
    appointment = session.get_one(
        Appointment, appointment_id, populate_existing=True, with_for_update={"key_share": True}
    )
    if appointment.status not in (HELD, EXPIRED):
        raise Conflict("This appointment is booked already.")
    return appointment


def _ensure_asked(session: Session, appointment: Appointment, question_id: str) -> None:
    asked = session.scalar(
        select(Question.id).where(
            Question.id == question_id,
            Question.appointment_type_id == appointment.appointment_type_id,
            Question.kind == FILE,
            Question.active,
        )
    )
    if asked is None:
        raise NotFound("This question is not asked any more.")


def _same(session: Session, appointment_id: str, question_id: str | None, digest: str) -> str | None:
    query = select(Document.id).where(Document.appointment_id == appointment_id, Document.hash == digest)
    mine = Document.question_id.is_(None) if question_id is None else Document.question_id == question_id
    return session.scalar(query.where(mine).limit(1))
