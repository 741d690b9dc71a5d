"""Pages: /console, /console/bookings/<id>, /console/bookings/<id>/cancel, /console/share."""

from __future__ import annotations

from datetime import date
from typing import cast

from flask import Blueprint, flash, redirect, render_template, request
from flask_login import current_user
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import TextAreaField
from wtforms.validators import ValidationError

from scheduler import booking, clock
from scheduler.accounts import SignedIn
from scheduler.booking.change import MAX_REASON
from scheduler.console import bookings, detail, shares
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotFound
from scheduler.models import Organization
from scheduler.web import current_settings
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.clinic import clinic_of, set_clinic
from scheduler.web.headers import private_page

blueprint = Blueprint("console", __name__, url_prefix="/console")

Answer = str | Response | tuple[str, int]


@blueprint.before_request
def _name_the_clinic() -> None:
    """The frame names the organization of who is signed in."""
    if current_user.is_authenticated:
        with snapshot() as session:
            set_clinic(clinic_of(session.get_one(Organization, _me().organization_id)))


class CancelForm(FlaskForm):  # type: ignore[misc]  # flask-wtf ships no types
    """Why a booking is cancelled, for the clinic's own record."""

    reason = TextAreaField("Reason", description="For the clinic's record. The patient doesn't see it.")

    def validate_reason(self, field: TextAreaField) -> None:
        """Raises ValidationError for a text that is too long; a browser's ``maxlength`` would cut it in silence."""
        if len(field.data or "") > MAX_REASON:
            raise ValidationError(f"Reason: use at most {MAX_REASON} characters.")


@blueprint.get("")
@allow(SIGNED_IN)
@private_page
def home() -> Answer:
    """Bookings of two weeks, from today or from ``?from=YYYY-MM-DD``."""
    page = bookings.bookings_page(_me(), clock.now(), _date(request.args.get("from")))
    return render_template("console/bookings.html", page=page)


@blueprint.get("/bookings/<appointment_id>")
@allow(SIGNED_IN)
@private_page
def booking_detail(appointment_id: str) -> Answer:
    """One booking: who comes, what they answered, what happened to it."""
    return _detail_page(appointment_id, CancelForm(formdata=None))


@blueprint.post("/bookings/<appointment_id>/cancel")
@allow(SIGNED_IN)
@private_page
def cancel_booking(appointment_id: str) -> Answer:
    """Cancel a booking; the patient is told by mail when there is an address."""
    detail.ensure_visible(_me(), appointment_id)
    form = CancelForm()
    if not form.validate():
        return _detail_page(appointment_id, form), 400
    by = booking.By("user", user_id=_me().id)
    try:
        booking.cancel(by=by, appointment_id=appointment_id, reason=form.reason.data or "")
    except Conflict as error:
        return _detail_page(appointment_id, form, problem=error.sentence), error.status
    flash("Cancelled. The time is open again.", "ok")
    return redirect(f"/console/bookings/{appointment_id}", 303)


@blueprint.get("/share")
@allow(SIGNED_IN)
@private_page
def share() -> Answer:
    """The links that patients book by, and the feed's address."""
    page = shares.shares_page(_me(), clock.now(), current_settings())
    return render_template("console/share.html", page=page)


def _detail_page(appointment_id: str, form: CancelForm, problem: str = "") -> str:
    page = detail.booking_page(_me(), appointment_id, clock.now())
    if page is None:
        raise NotFound("We can't find that booking.")
    return render_template("console/booking.html", page=page, form=form, problem=problem)


def _me() -> SignedIn:
    return cast(SignedIn, current_user)


def _date(text: str | None) -> date | None:
    try:
        asked = date.fromisoformat(text or "")
    except ValueError:
        return None
    return asked if bookings.EARLIEST <= asked <= bookings.LATEST else None
