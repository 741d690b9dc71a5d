"""Views behind a signed link: the patient's own data. Change how one is reached, take all of it along, remove it."""

from __future__ import annotations

from flask import make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response
from wtforms import Form

from scheduler import booking, clock
from scheduler.abuse import Limited, limits
from scheduler.booking import By
from scheduler.db import snapshot
from scheduler.errors import Conflict, InvalidInput, NotFound
from scheduler.intake.fields import Line, PhoneLine, email_check, phone_check
from scheduler.models import Appointment, PatientDetails
from scheduler.notify.forgetting import forget_mails
from scheduler.portal.managing import NO_VISIT, open_visit
from scheduler.portal.own_data import visits_of, zip_of
from scheduler.portal.visits import Visit
from scheduler.web.access import TOKEN, allow
from scheduler.web.forms import error_list
from scheduler.web.headers import private_page
from scheduler.web.languages import chosen_here, shown_anew
from scheduler.web.settings import current_settings


class ContactForm(Form):
    """How the clinic reaches the patient, with the checks of the details page."""

    email = Line(lazy_gettext("Email"), email_check, most=254)
    phone = PhoneLine(lazy_gettext("Phone"), phone_check, most=40)


@allow(TOKEN)
@private_page
def my_data(token: str) -> str:
    """What the patient can do with their data."""
    return _page(_visit(token))


@allow(TOKEN)
@private_page
def change_contact(token: str) -> Response:
    """Save a new email or phone; or the form once more, in another language."""
    found, form = _visit(token), ContactForm(request.form)
    if chosen_here():
        return shown_anew(lambda: _page(found, form))
    if not form.validate():
        return make_response(_page(found, form), 400)
    version = request.form.get("version", "")
    try:
        limits.before_change(current_settings(), found.id, clock.now())
        booking.change_contact(
            by=By("patient"),
            appointment_id=found.id,
            email=form.email.text,
            phone=form.phone.text,
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else -1,
        )
    except InvalidInput:
        form.email.errors = [_("Phone or email: enter at least one so the clinic can reach you.")]
        return make_response(_page(found, form), 400)
    except Limited as limited:
        said = _("You have changed this several times just now. Wait an hour, or call the clinic.")
        answer = make_response(_page(found, form, said), 429)
        answer.headers["Retry-After"] = str(limited.retry_after)
        return answer
    except Conflict:
        said = _("The clinic changed this visit meanwhile, so nothing was saved. Look once more, then save.")
        return make_response(_page(_visit(token), form, said), 409)
    return redirect(url_for("portal.my_data", token=token, saved=1), 303)


@allow(TOKEN)
@private_page
def download_data(token: str) -> Response:
    """All that is kept of the visit, as a zip."""
    found = _visit(token)
    with snapshot() as session:
        appointment = session.get_one(Appointment, found.id)
        body = zip_of(session, current_settings(), appointment, clock.now())
    response = make_response(body)
    response.mimetype = "application/zip"
    response.headers["Content-Disposition"] = "attachment; filename=my-data.zip"
    return response


@allow(TOKEN)
@private_page
def ask_to_remove_data(token: str) -> Response | str:
    """What would go and what stays; nothing happens yet."""
    found = _visit(token)
    erased, erasable = _standing(found)
    if erased or not erasable:
        return redirect(url_for("portal.my_data", token=token), 303)
    return render_template("portal/remove_data.html", visit=found, clinic=found.chosen.offer.clinic)


@allow(TOKEN)
@private_page
def remove_data(token: str) -> Response:
    """Remove what can go. A second press changes nothing; a visit that is still to be stays as it is."""
    found = _visit(token)
    try:
        booking.erase(by=By("patient"), appointment_id=found.id)
    except Conflict:
        return make_response(_page(found, problem=_("Cancel the visit first. Nothing was removed.")), 409)
    forget_mails(current_settings(), appointment_id=found.id)
    return redirect(url_for("portal.my_data", token=token), 303)


def _visit(token: str) -> Visit:
    found = open_visit(token)
    if found.state == "ended":
        raise NotFound(NO_VISIT)
    return found


def _standing(found: Visit) -> tuple[int | None, bool]:
    """(when the data were removed, whether they can be)."""
    with snapshot() as session:
        details = session.get(PatientDetails, found.id)
        appointment = session.get_one(Appointment, found.id)
        return (details.erased_at if details else None), booking.may_erase(appointment, clock.now())


def _page(found: Visit, form: ContactForm | None = None, problem: str = "") -> str:
    erased, erasable = _standing(found)
    with snapshot() as session:
        details = session.get(PatientDetails, found.id)
        appointment = session.get_one(Appointment, found.id)
        kept = {"email": details.email or "", "phone": details.phone or ""} if details else {}
        count, version = len(visits_of(session, appointment)), appointment.version
    shown = form or ContactForm(data=kept)
    return render_template(
        "portal/my_data.html",
        visit=found,
        form=shown,
        version=version,
        count=count,
        erased=erased,
        erasable=erasable,
        errors=error_list(shown),
        problem=problem,
        now=clock.now(),
        clinic=found.chosen.offer.clinic,
    )
