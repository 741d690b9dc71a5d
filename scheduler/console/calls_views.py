"""Views of the call list: the list, noting a call, taking the note back."""

from __future__ import annotations

from flask import redirect, render_template
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.console import calls, detail
from scheduler.console.bookings import initials
from scheduler.console.common import Answer, me, toast
from scheduler.db import snapshot, transaction
from scheduler.errors import NotFound
from scheduler.models import Outbox, PatientDetails
from scheduler.notify import tending
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

PATH = "/console/calls"
_GONE = "We can't find that call."
_MOST_DIGITS = 18


@allow(SIGNED_IN)
@private_page
def call_list() -> Answer:
    """Whom to call."""
    now = clock.now()
    with snapshot() as session:
        offers = calls.offers_to_call(session, me(), now)
    return render_template("console/calls.html", calls=calls.call_list(me(), now), offers=offers, now=now)


@allow(SIGNED_IN)
@private_page
def called(call_id: str) -> Answer:
    """Note that the patient was called."""
    who = _note(call_id, called=True)
    toast(
        f"Noted: {who} was called.",
        undo=f"{PATH}/{call_id}/undo",
        undo_name=f"Undo noting the call to {who}",
    )
    return redirect(PATH, 303)


@allow(SIGNED_IN)
@private_page
def not_called(call_id: str) -> Answer:
    """Take the note back."""
    toast(f"{_note(call_id, called=False)} is on the call list again.")
    return redirect(PATH, 303)


def _note(call_id: str, *, called: bool) -> str:
    """Whose call it is, by initials. Raises NotFound for one that the person may not see, as for one that never was."""
    if not (call_id.isascii() and call_id.isdigit() and len(call_id) <= _MOST_DIGITS):
        raise NotFound(_GONE)
    with transaction() as session:
        _ensure_visible(session, int(call_id))
        about = tending.note_call(
            session,
            by=me(),
            now=clock.now(),
            organization_id=me().organization_id,
            message_id=int(call_id),
            called=called,
        )
        return initials(session.get(PatientDetails, about))


def _ensure_visible(session: Session, message_id: int) -> None:
    row = session.get(Outbox, message_id)
    if row is None:
        raise NotFound(_GONE)
    detail.find_visible(session, me(), row.object_id)
