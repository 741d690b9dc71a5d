"""Where an act on a booking leads back to, and the booking's page when it could not be done."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from scheduler import clock
from scheduler.clock import local_date
from scheduler.console import detail
from scheduler.console.booking_forms import CancelForm, DeclineForm, NoteForm
from scheduler.console.common import me
from scheduler.console.offers import info_of
from scheduler.models import Appointment

_CALENDARS = ("day", "week")


def back_to(appointment: Appointment) -> Response:
    """To the page on which the button was pressed: ``back`` is day, week, or anything else for the booking's own."""
    back = request.values.get("back", "")
    if back in _CALENDARS:
        day = local_date(appointment.starts_at, info_of(appointment.zone))
        return redirect(f"/console/{back}/{day.isoformat()}", 303)
    return redirect(f"/console/bookings/{appointment.id}", 303)


def sequence_seen() -> int | None:
    """The booking's sequence when its time was looked at, as the form carries it: one that never was for nonsense."""
    text = request.form.get("sequence")
    return None if text is None else int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def came_from() -> str:
    """The query that leads an undo back to the same page."""
    back = request.values.get("back", "")
    return f"&back={back}" if back in _CALENDARS else ""


def booking_answer(
    appointment_id: str,
    *,
    cancel: CancelForm | None = None,
    decline: DeclineForm | None = None,
    note: NoteForm | None = None,
    problem: str = "",
) -> str:
    """The page of a booking with forms as they were filled in, and what went wrong. Raises NotFound."""
    page = detail.booking_page(me(), appointment_id, clock.now())
    return render_template(
        "console/booking.html",
        page=page,
        cancel=cancel or CancelForm(formdata=None),
        decline=decline or DeclineForm(formdata=None),
        note=note or NoteForm(formdata=None, text=page.note),
        problem=problem,
    )
