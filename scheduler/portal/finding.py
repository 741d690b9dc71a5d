"""Views of "Find my booking": mail somebody the links of their coming appointments. The answer is the same for all."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.wrappers import Response
from wtforms import Form

from scheduler import booking, clock
from scheduler.errors import TooMany
from scheduler.intake.fields import DateParts, Line, refuse
from scheduler.web.access import PUBLIC, allow
from scheduler.web.forms import error_list
from scheduler.web.headers import private_page
from scheduler.web.languages import chosen_here, shown_anew
from scheduler.web.throttle import Throttle

_per_contact = Throttle(limit=4, span=clock.HOUR)
_per_address = Throttle(limit=20, span=clock.HOUR)


def _contact_check(form: Form, field: Line) -> None:
    """Refuse what is neither an email address nor a phone number. Raises StopValidation."""
    if "@" not in field.text and not booking.phone_digits(field.text):
        refuse(field, _("enter the email address or the whole phone number that you gave."))


class FindForm(Form):
    """What somebody remembers of their booking."""

    contact = Line(
        lazy_gettext("Email or phone"),
        _contact_check,
        most=254,
        needed=lazy_gettext("enter one that you gave when you booked."),
        hint=lazy_gettext("The one that you gave when you booked."),
    )
    birth_date = DateParts(
        lazy_gettext("Birth date"),
        needed=lazy_gettext("enter month, day and year."),
        hint=lazy_gettext("Of the person who has the appointment. For example 4 27 1985"),
    )


@allow(PUBLIC)
@private_page
def find() -> str:
    """The form, or once it was sent: what happens now."""
    if request.args.get("sent"):
        return render_template("portal/find_sent.html")
    return render_template("portal/find.html", form=FindForm(), errors=[])


@allow(PUBLIC)
@private_page
def send() -> Response | tuple[str, int] | tuple[str, int, dict[str, str]]:
    """Mail the links of what is found, and say the same whatever that is; or the form once more, in another language."""
    form = FindForm(request.form)
    if chosen_here():
        return shown_anew(lambda: render_template("portal/find.html", form=form, errors=[]))
    if not form.validate():
        return render_template("portal/find.html", form=form, errors=error_list(form)), 400
    now, contact = clock.now(), form.contact.text
    try:
        _per_address.take((request.remote_addr or "",), now)
        _per_contact.take((booking.phone_digits(contact) or contact.casefold(),), now)
    except TooMany as error:
        form.contact.errors = [error.sentence]
        page = render_template("portal/find.html", form=form, errors=error_list(form), throttled=True)
        return page, error.status, {"Retry-After": str(error.retry_after)}
    booking.send_links(contact=contact, birth_date=form.birth_date.data)
    return redirect(url_for("portal.find", sent=1), 303)
