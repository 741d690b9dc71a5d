"""Views of New booking: for a patient on the phone, at any future time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking.acts import HOURS, LIMITS
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.desk.new import Chosen, Page, Wanted, new_page
from scheduler.console.desk.patient import form_key, overbook_problem
from scheduler.console.desk.reasons import Warnings
from scheduler.console.desk.stopped import stop_errors
from scheduler.console.desk.who import who_errors, who_says
from scheduler.errors import InvalidInput, KeyReused, NotFound, SlotGone
from scheduler.intake.asking import QUESTION
from scheduler.intake.forms import DetailsForm, details_form
from scheduler.intake.who import STAFF
from scheduler.models import Appointment
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.forms import error_list
from scheduler.web.headers import private_page
from scheduler.web.times import day_long, time_with_zone

SENT_BEFORE = (
    "This form booked once already, with other answers, and that booking stands. Press Book once more only if you "
    "want a second booking."
)
_GROUP_WORDS = {HOURS: "Hours", LIMITS: "Limits"}
Errors = Sequence[tuple[str, str]]


@allow(SIGNED_IN)
@private_page
def new() -> Answer:
    """Choose a type, a date and a time; with ``?slot=`` the time is chosen, and the patient is asked for."""
    now = clock.now()
    page = new_page(me(), Wanted.of(request.args), now)
    return _page(page, _form(page, now, sent=False)), 400 if page.problems else 200


@allow(SIGNED_IN)
@private_page
def book_new() -> Answer:
    """Book the time; or, for the buttons that change it, the page once more with everything that was typed."""
    now = clock.now()
    choosing = request.form.get("choose")
    try:
        page = new_page(me(), _wanted(choosing), now)
    except NotFound as error:
        return _not_offered(error)
    form = _form(page, now, sent=True)
    if choosing is not None or page.chosen is None:
        return _page(page, form, errors=list(page.problems.items())), 400 if page.problems else 200
    errors = [] if form.validate() else [*error_list(form), *_warning_errors(page.chosen.warnings)]
    errors = [*(errors or who_errors(form, request.form)), *stop_errors(form, request.form)]
    if errors or (errors := _reason_errors()):
        return _page(page, form, errors=errors), 400
    return _book(page, page.chosen, form)


def _book(page: Page, chosen: Chosen, form: DetailsForm) -> Answer:
    """The booking decides, so that a second press is met by what the first one made; then the page says why not."""
    try:
        made = booking.desk_book(
            by=by_me(),
            schedule_id=chosen.offer.schedule,
            start=chosen.start,
            details=form.details(""),
            answers=form.answers(),
            set_aside=frozenset(request.form.getlist("aside")),
            overbook_reason=request.form.get("overbook_reason", ""),
            key=form_key(request.form.get("key")),
        )
    except SlotGone:
        return _refused(form)
    except KeyReused:
        return _page(page, form, key=form_key(None), problem=SENT_BEFORE), 422
    except NotFound as error:
        return _not_offered(error)
    except InvalidInput as error:
        return _asked_anew(error)
    return booked(made, form)


def _not_offered(error: NotFound) -> Answer:
    """What was to be booked is not offered (any more): another choice, with everything that was typed."""
    now = clock.now()
    page = new_page(me(), Wanted(), now)
    return _page(page, _form(page, now, sent=True), problem=error.sentence), error.status


def _asked_anew(error: InvalidInput) -> Answer:
    """The clinic asks something else since the page was read: the questions of now, with what was typed."""
    now = clock.now()
    page = new_page(me(), _wanted(None), now)
    form = _form(page, now, sent=True)
    errors = [("given", error.sentence)] if form.validate() else error_list(form)
    return _page(page, form, errors=errors), 400


def _refused(form: DetailsForm) -> Answer:
    """The time was lost meanwhile, or something stands against it that nobody ticked yet."""
    page = new_page(me(), _wanted(None), clock.now())
    errors = _warning_errors(page.chosen.warnings) if page.chosen else []
    if errors:
        return _page(page, form, errors=errors), 400
    return _page(page, form, lost=True), 409


def booked(made: Appointment, form: DetailsForm) -> Response:
    """On to the page of the booking, with the word that says how the patient learns of it."""
    told = (
        "They get a confirmation by mail."
        if form.email.text
        else f"No email: read them the code {made.code}."
    )
    at = f"{day_long(made.starts_at, made.zone)}, {time_with_zone(made.starts_at, made.zone)}"
    toast(f"Booked: {at}. {told}")
    return redirect(f"/console/bookings/{made.id}", 303)


def _wanted(choosing: str | None) -> Wanted:
    """The time that the form is about: ``choosing`` is the slot that was pressed, "" for what was typed beside it."""
    wanted = Wanted.of(request.form, choosing)
    return wanted if choosing != "" else replace(wanted, slot="")


def _form(page: Page, now: int, *, sent: bool) -> DetailsForm:
    questions = page.chosen.questions if page.chosen else ()
    today = page.offer.today(now) if page.offer else page.day
    who = page.chosen.who if page.chosen else STAFF
    return details_form(questions, request.form if sent else None, today, who)


def _warning_errors(warnings: Warnings) -> list[tuple[str, str]]:
    """What must still be ticked or explained. A taken time that nobody was asked to explain yet is no error: it was
    lost meanwhile."""
    ticked = set(request.form.getlist("aside"))
    errors = [
        (f"aside-{group}", f'{_GROUP_WORDS[group]}: tick "Go on anyway", or choose another time.')
        for group in (HOURS, LIMITS)
        if group in warnings.groups - ticked
    ]
    if warnings.taken and "overbook_reason" in request.form:
        errors += _reason_errors(needed=True)
    return errors


def _reason_errors(*, needed: bool = False) -> list[tuple[str, str]]:
    reason = request.form.get("overbook_reason", "")
    said = overbook_problem(reason) if reason.strip() or needed else ""
    return [("overbook_reason", said)] if said else []


def _page(
    page: Page,
    form: DetailsForm,
    *,
    errors: Errors = (),
    lost: bool = False,
    problem: str = "",
    key: str = "",
) -> str:
    context: dict[str, Any] = {"page": page, "form": form, "lost": lost, "problem": problem}
    return render_template(
        "console/desk/new.html",
        **context,
        errors=list(errors) or list(page.problems.items()),
        key=key or form_key(request.form.get("key")),
        typed=request.form,
        who_said=who_says(form) if request.method == "POST" and page.chosen else (),
        kept=_kept(form) if page.chosen is None and request.method == "POST" else [],
    )


def _kept(form: DetailsForm) -> list[tuple[str, str]]:
    """Answers to questions of the type chosen before: hidden fields carry them while no type's questions are shown."""
    shown = {QUESTION + question.id for question in form.asked}
    return [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name.startswith(QUESTION) and name not in shown
    ]
