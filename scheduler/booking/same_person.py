"""Which visits are one person's, as staff say: join, take back, and remember that two are not."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler import audit, clock, db
from scheduler.booking.acts import By
from scheduler.errors import Conflict, NotFound
from scheduler.ids import new_id
from scheduler.models import EXPIRED, HELD, Appointment, AuditEntry, NotSame, PatientDetails, Person

JOINED, PARTED = "same-person", "undo-same-person"
_MOST = 50  # an entry of the audit holds no more


def join_persons(*, by: By, organization_id: str, visit_ids: Sequence[str]) -> str:
    """Make these visits, and those joined with any of them before, one person's; the person's id.

    Twice is once. Raises NotFound when one is not the organization's or its data were removed, Conflict for more than fifty
    changes at once.
    """
    with db.transaction() as session:
        rows = _locked(session, organization_id, visit_ids)
        known = [row.person_id for row in rows if row.person_id]
        if known:
            rows += [row for row in _of_persons(session, organization_id, known) if row not in rows]
            known = [row.person_id for row in rows if row.person_id]
        # whoever has most visits keeps them as they are
        person_id = max(sorted(known), key=known.count) if known else ""
        changed = [row for row in rows if row.person_id != person_id or not person_id]
        if not changed:
            return person_id
        if len(changed) > _MOST:
            raise Conflict(f"These are more than {_MOST} visits. Join fewer at once.")
        if not person_id:
            person_id = new_id()
            session.add(Person(id=person_id, organization_id=organization_id, created_at=clock.now()))
            session.flush()
        _note(session, by, organization_id, JOINED, person_id, changed)
        for row in changed:
            row.person_id = person_id
        return person_id


def undo_join(*, by: By, organization_id: str, person_id: str) -> None:
    """Take the last joining of a person back: each visit is whose it was before. Twice is once. Raises NotFound."""
    with db.transaction() as session:
        if (
            session.scalar(
                select(Person.id)
                .where(Person.id == person_id, Person.organization_id == organization_id)
                .with_for_update()
            )
            is None
        ):
            raise NotFound("We can't find what to undo.")
        last = session.scalars(
            select(AuditEntry)
            .where(AuditEntry.object_kind == "person", AuditEntry.object_id == person_id)
            .order_by(AuditEntry.id.desc())
            .limit(1)
        ).first()
        if last is None or last.action != JOINED:
            return
        before = dict(zip(last.details["visits"], last.details["before"], strict=True))
        rows = [
            row for row in _of_persons(session, organization_id, [person_id]) if row.appointment_id in before
        ]
        _note(session, by, organization_id, PARTED, person_id, rows)
        for row in rows:
            row.person_id = before[row.appointment_id] or None


def part_visit(*, by: By, organization_id: str, visit_id: str) -> None:
    """One visit is not the person's with whom it was joined. Twice is once. Raises NotFound."""
    with db.transaction() as session:
        [row] = _locked(session, organization_id, [visit_id])
        if row.person_id:
            _note(session, by, organization_id, PARTED, row.person_id, [row])
            row.person_id = None


def not_same(*, by: By, organization_id: str, first_id: str, second_id: str, undo: bool = False) -> None:
    """Remember that two visits are two people's, so that they are not put forward again; ``undo`` forgets it. Raises
    NotFound."""
    first_id, second_id = sorted((first_id, second_id))
    with db.transaction() as session:
        _locked(session, organization_id, [first_id, second_id])
        now = clock.now()
        if undo:
            row = session.get(NotSame, (first_id, second_id))
            if row is None:
                return
            session.delete(row)
        else:
            insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
            values = {"first_id": first_id, "second_id": second_id}
            values |= {"organization_id": organization_id}
            made = session.execute(
                insert(NotSame)
                .values(**values, created_at=now)
                .on_conflict_do_nothing()
                .returning(NotSame.first_id)
            ).first()
            if made is None:
                return
        audit.record(
            session,
            organization_id=organization_id,
            at=now,
            by=by,
            action="undo-not-same" if undo else "not-same",
            object_kind="appointment",
            object_id=first_id,
            details={"other": second_id},
        )


def _locked(session: Session, organization_id: str, visit_ids: Sequence[str]) -> list[PatientDetails]:
    wanted = sorted(set(visit_ids))
    rows = session.scalars(
        select(PatientDetails)
        .join(Appointment, Appointment.id == PatientDetails.appointment_id)
        .where(
            PatientDetails.appointment_id.in_(wanted),
            PatientDetails.organization_id == organization_id,
            PatientDetails.erased_at.is_(None),
            Appointment.status.not_in((HELD, EXPIRED)),
        )
        .order_by(PatientDetails.appointment_id)
        .with_for_update(of=PatientDetails)
    ).all()
    if not wanted or len(rows) != len(wanted):
        raise NotFound("We can't find one of these visits. It may have changed meanwhile.")
    return list(rows)


def _of_persons(session: Session, organization_id: str, person_ids: Sequence[str]) -> list[PatientDetails]:
    return list(
        session.scalars(
            select(PatientDetails)
            .where(
                PatientDetails.organization_id == organization_id,
                or_(*(PatientDetails.person_id == person_id for person_id in sorted(set(person_ids)))),
            )
            .order_by(PatientDetails.appointment_id)
            .with_for_update()
        )
    )


def _note(
    session: Session,
    by: By,
    organization_id: str,
    action: str,
    person_id: str,
    rows: Sequence[PatientDetails],
) -> None:
    """An entry that says whose the visits were before."""
    shown = rows[:_MOST]
    audit.record(
        session,
        organization_id=organization_id,
        at=clock.now(),
        by=by,
        action=action,
        object_kind="person",
        object_id=person_id,
        details={
            "visits": [row.appointment_id for row in shown],
            "before": [row.person_id or "" for row in shown],
        },
    )
