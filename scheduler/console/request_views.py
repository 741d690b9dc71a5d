"""Views of requests: the list of those that wait, saying yes, saying no."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.console import detail
from scheduler.console.back import back_to, booking_answer, sequence_seen
from scheduler.console.booking_forms import DeclineForm
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.requests import requests_page
from scheduler.errors import Conflict
from scheduler.models import Appointment
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

CALL_THEM = "The patient gave no email: call them."


@allow(SIGNED_IN)
@private_page
def requests() -> Answer:
    """The requests that wait, what ends first at the top."""
    return render_template("console/requests.html", page=requests_page(me(), clock.now()))


@allow(SIGNED_IN)
@private_page
def approve(appointment_id: str) -> Answer:
    """Say yes; the patient is told by mail when there is an address."""
    known = detail.ensure_visible(me(), appointment_id)
    try:
        made = booking.approve(by=by_me(), appointment_id=appointment_id, sequence=sequence_seen())
    except Conflict as error:
        return booking_answer(appointment_id, problem=error.sentence), error.status
    told = "The patient gets a mail." if known.has_email else CALL_THEM
    toast(f"{known.initials}: approved. {told}")
    return _back(made)


@allow(SIGNED_IN)
@private_page
def decline(appointment_id: str) -> Answer:
    """Say no, with what the clinic writes to the patient; a text that is too long comes back as it was typed."""
    known = detail.ensure_visible(me(), appointment_id)
    form = DeclineForm()
    if not form.validate():
        return booking_answer(appointment_id, decline=form), 400
    try:
        made = booking.decline(
            by=by_me(),
            appointment_id=appointment_id,
            message=form.message.data or "",
            sequence=sequence_seen(),
        )
    except Conflict as error:
        return booking_answer(appointment_id, decline=form, problem=error.sentence), error.status
    told = "The patient gets a mail." if known.has_email else CALL_THEM
    toast(f"{known.initials}: declined. The time is open again. {told}")
    return _back(made)


def _back(made: Appointment) -> Response:
    """To the list of requests when the button stood there, else to the booking."""
    if request.form.get("back") == "requests":
        return redirect("/console/requests", 303)
    return back_to(made)
