"""Views of one booking: its page, cancelling, the clinic's note, its details, messages, leaving it outside the hours."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import booking, clock
from scheduler.console import detail
from scheduler.console.back import back_to, booking_answer, sequence_seen
from scheduler.console.booking_forms import CancelForm, NoteForm
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.desk.stopped import stop_errors, stop_marks
from scheduler.console.editing import Page as EditPage
from scheduler.console.editing import differences, edit_page
from scheduler.console.offers import info_of
from scheduler.console.visit_views import CANCELLATION, undo_address
from scheduler.errors import Conflict, EditConflict, InvalidInput
from scheduler.intake import DetailsForm, details_form
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.forms import error_list
from scheduler.web.headers import private_page
from scheduler.web.times import time_of_day

CALL_THEM = "The patient gave no email: call them."


@allow(SIGNED_IN)
@private_page
def booking_detail(appointment_id: str) -> Answer:
    """One booking: who comes, what they answered, what happened to it, what can be done."""
    return booking_answer(appointment_id)


@allow(SIGNED_IN)
@private_page
def cancel_booking(appointment_id: str) -> Answer:
    """Cancel a booking; the patient is told by mail when there is an address."""
    known = detail.ensure_visible(me(), appointment_id)
    form = CancelForm()
    if not form.validate():
        return booking_answer(appointment_id, cancel=form), 400
    reason, message = form.reason.data or "", form.message.data or ""
    try:
        appointment = booking.cancel(
            by=by_me(),
            appointment_id=appointment_id,
            reason=reason,
            message=message,
            sequence=sequence_seen(),
        )
    except Conflict as error:
        return booking_answer(appointment_id, cancel=form, problem=error.sentence), error.status
    told = "The patient gets a mail." if known.has_email else CALL_THEM
    time = time_of_day(appointment.starts_at, info_of(appointment.zone))
    toast(
        f"Cancelled. The time is open again. {told}",
        undo=undo_address(appointment_id, CANCELLATION),
        undo_name=f"Undo cancellation of {known.initials}, {time}",
    )
    return redirect(f"/console/bookings/{appointment_id}", 303)


@allow(SIGNED_IN)
@private_page
def save_note(appointment_id: str) -> Answer:
    """Save the clinic's note; one that a colleague changed meanwhile is shown beside what was typed."""
    detail.ensure_visible(me(), appointment_id)
    form = NoteForm()
    if not form.validate():
        return booking_answer(appointment_id, note=form), 400
    try:
        booking.save_note(
            by=by_me(), appointment_id=appointment_id, text=form.text.data or "", version=_version()
        )
    except EditConflict as error:
        return booking_answer(appointment_id, note=form, problem=error.sentence), error.status
    toast("Note saved.")
    return redirect(f"/console/bookings/{appointment_id}", 303)


@allow(SIGNED_IN)
@private_page
def resend(appointment_id: str) -> Answer:
    """Send the confirmation once more."""
    detail.ensure_visible(me(), appointment_id)
    try:
        appointment = booking.resend(by=by_me(), appointment_id=appointment_id)
    except Conflict as error:
        return booking_answer(appointment_id, problem=error.sentence), error.status
    toast("The confirmation is on its way to the patient.")
    return back_to(appointment)


@allow(SIGNED_IN)
@private_page
def keep(appointment_id: str) -> Answer:
    """Leave a booking that lies outside the hours where it is."""
    detail.ensure_visible(me(), appointment_id)
    appointment = booking.keep_outside(by=by_me(), appointment_id=appointment_id, now=clock.now())
    toast("Kept where it is.")
    return back_to(appointment)


@allow(SIGNED_IN)
@private_page
def edit_details(appointment_id: str) -> Answer:
    """The details form with what is kept now."""
    page = edit_page(me(), appointment_id, clock.now())
    return _details(page, details_form(page.questions, page.saved, page.today, page.who))


@allow(SIGNED_IN)
@private_page
def save_details(appointment_id: str) -> Answer:
    """Save changed details; what a colleague saved meanwhile is shown beside what was typed."""
    page = edit_page(me(), appointment_id, clock.now())
    form = details_form(page.questions, request.form, page.today, page.who)
    if not form.validate() or stop_errors(form, request.form):
        return _details(page, form, version=_version(), errors=True), 400
    try:
        booking.edit_details(
            by=by_me(),
            appointment_id=appointment_id,
            version=_version(),
            details=form.details(""),
            answers=form.answers(),
        )
    except EditConflict as error:
        return _details(page, form, problem=error.sentence), error.status
    except InvalidInput as error:  # the clinic asks something else since the form was read
        page = edit_page(me(), appointment_id, clock.now())
        form = details_form(page.questions, request.form, page.today, page.who)
        problem = error.sentence if form.validate() else ""
        return _details(page, form, version=_version(), errors=True, problem=problem), 400
    toast("Details saved.")
    return redirect(f"/console/bookings/{appointment_id}", 303)


def _details(
    page: EditPage, form: DetailsForm, *, version: int | None = None, errors: bool = False, problem: str = ""
) -> str:
    saved = details_form(page.questions, page.saved, page.today, page.who)
    return render_template(
        "console/details.html",
        page=page,
        form=form,
        differences=differences(saved, form),
        version=page.version if version is None else version,
        errors=[*error_list(form), *stop_errors(form, request.form)] if errors else [],
        aside=request.form.getlist("aside") if request.method == "POST" else stop_marks(saved),
        problem=problem,
    )


def _version() -> int:
    """The version of the booking that the form was filled in on; one that never was, for nonsense."""
    text = request.form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1
