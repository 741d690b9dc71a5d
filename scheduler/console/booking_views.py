"""Views of bookings: the list, one booking, cancelling it."""

from __future__ import annotations

from flask import redirect, render_template, request
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from scheduler import booking, clock
from scheduler.booking.change import MAX_REASON
from scheduler.console import bookings, detail
from scheduler.console.common import Answer, by_me, date_in, me, toast
from scheduler.errors import Conflict, NotFound
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page


class CancelForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Why a booking is cancelled, for the clinic's own record."""

    reason = TextAreaField("Reason", description="For the clinic's record. The patient doesn't see it.")

    def validate_reason(self, field: TextAreaField) -> None:
        """Raises ValidationError for a text that is too long; a browser's ``maxlength`` would cut it in silence."""
        if len(field.data or "") > MAX_REASON:
            raise ValidationError(f"Reason: use at most {MAX_REASON} characters.")


@allow(SIGNED_IN)
@private_page
def home() -> Answer:
    """Bookings of two weeks, from today or from ``?from=YYYY-MM-DD``."""
    page = bookings.bookings_page(me(), clock.now(), date_in(request.args.get("from")))
    return render_template("console/bookings.html", page=page)


@allow(SIGNED_IN)
@private_page
def booking_detail(appointment_id: str) -> Answer:
    """One booking: who comes, what they answered, what happened to it."""
    return _detail_page(appointment_id, CancelForm(formdata=None))


@allow(SIGNED_IN)
@private_page
def cancel_booking(appointment_id: str) -> Answer:
    """Cancel a booking; the patient is told by mail when there is an address."""
    has_email = detail.ensure_visible(me(), appointment_id)
    form = CancelForm()
    if not form.validate():
        return _detail_page(appointment_id, form), 400
    try:
        booking.cancel(by=by_me(), appointment_id=appointment_id, reason=form.reason.data or "")
    except Conflict as error:
        return _detail_page(appointment_id, form, problem=error.sentence), error.status
    told = "" if has_email else " The patient gave no email: call them."
    toast(f"Cancelled. The time is open again.{told}")
    return redirect(f"/console/bookings/{appointment_id}", 303)


def _detail_page(appointment_id: str, form: CancelForm, problem: str = "") -> str:
    page = detail.booking_page(me(), appointment_id, clock.now())
    if page is None:
        raise NotFound("We can't find that booking.")
    return render_template("console/booking.html", page=page, form=form, problem=problem)
