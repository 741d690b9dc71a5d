"""What staff do about messages: try one again now, note that a patient was called, take that note back.

Each verb works on a message of the staff's own organization alone; another's is as one that never was.
"""

from __future__ import annotations

from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.errors import Conflict, NotFound
from scheduler.models import Outbox


def retry(session: Session, *, by: audit.Actor, now: int, organization_id: str, message_id: int) -> None:
    """Make a message that failed due now, with all its tries before it. Its Message-ID stays, so that a mail program
    shows it once even when an earlier try had arrived. Raises NotFound, Conflict when it was sent or is under way."""
    row = _find(session, organization_id, message_id)
    if row.done_at is not None:
        raise Conflict("This message has been dealt with meanwhile. There is nothing to try again.")
    if row.claimed_until_at is not None and row.claimed_until_at > now:
        raise Conflict("This message is being sent right now. Look again in a few minutes.")
    row.attempts, row.due_at, row.claimed_until_at, row.error = 0, now, None, ""
    row.to_call, row.called_at, row.called_by = False, None, None
    _note(session, row, by, now, "retry")


def note_call(
    session: Session, *, by: audit.Actor, now: int, organization_id: str, message_id: int, called: bool = True
) -> str:
    """Note that staff called the patient whom no mail reached, or (``called`` False) that they are still to be called.
    Returns the id of what the message is about. Raises NotFound, Conflict for a message that asks for no call."""
    row = _find(session, organization_id, message_id)
    if not row.to_call:
        raise Conflict("This message asks for no call.")
    row.called_at, row.called_by = (now, by.user_id) if called else (None, None)
    _note(session, row, by, now, "called" if called else "to-call")
    return row.object_id


def _find(session: Session, organization_id: str, message_id: int) -> Outbox:
    row = session.get(Outbox, message_id, with_for_update=True, populate_existing=True)
    if row is None or row.organization_id != organization_id:
        raise NotFound("We can't find that message.")
    return row


def _note(session: Session, row: Outbox, by: audit.Actor, now: int, action: str) -> None:
    session.flush()
    audit.record(
        session,
        organization_id=row.organization_id,
        at=now,
        by=by,
        action=action,
        object_kind="message",
        object_id=str(row.id),
    )
