"""Views of Walk-in: four fields, a gap, Add to the day."""

from __future__ import annotations

from collections.abc import Sequence

from flask import render_template, request

from scheduler import booking, clock
from scheduler.booking.acts import HOURS, LIMITS
from scheduler.console.choices import chosen
from scheduler.console.common import Answer, by_me, me
from scheduler.console.desk.new_views import SENT_BEFORE, booked
from scheduler.console.desk.patient import form_key, overbook_problem, short_errors, short_form
from scheduler.console.desk.stopped import stop_errors
from scheduler.console.desk.walkin import Pick, read_pick, walkin_page
from scheduler.console.desk.who import who_errors, who_says
from scheduler.errors import Conflict, InvalidInput, KeyReused, NotFound, SlotGone
from scheduler.intake.forms import DetailsForm
from scheduler.models import Appointment
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

GAPS = "gaps"
"""The id of the list of gaps."""


@allow(SIGNED_IN)
@private_page
def walk_in() -> Answer:
    """Today's gaps, the first one for which one comes chosen. A ``?date=`` in the address is where one came from: a walk-in is today."""
    return _page()


@allow(SIGNED_IN)
@private_page
def add_walk_in() -> Answer:
    """Add the patient to the day; with the button ``show`` the page once more, with every start of a type."""
    now = clock.now()
    if "show" in request.form:
        return _page(all_of=request.form["show"])
    pick = read_pick(me(), request.form.get("slot", ""), now)
    if not request.form.get("slot"):
        return _page(errors=[(GAPS, "Today's gaps: choose one.")]), 400
    if pick is None or (pick.outside and not pick.anyway):
        return _page(problem=_gone(pick)), 409
    form = short_form(pick.questions, request.form, pick.offer.today(now), pick.who)
    if errors := _problems(pick, form):
        return _page(form=form, errors=errors), 400
    return _add(pick, form)


def _problems(pick: Pick, form: DetailsForm) -> list[tuple[str, str]]:
    """What is to be mended, ticked or explained before the patient is added."""
    errors = who_errors(form, request.form) if form.validate() else short_errors(form, request.form)
    errors += stop_errors(form, request.form)
    reason = request.form.get("overbook_reason", "")
    if pick.anyway and (pick.taken or reason.strip()) and (said := overbook_problem(reason)):
        errors.append(("overbook_reason", said))
    return errors


def _add(pick: Pick, form: DetailsForm) -> Answer:
    try:
        made = booking.desk_book(
            by=by_me(),
            schedule_id=pick.offer.schedule,
            start=pick.start,
            details=form.details(""),
            answers=form.answers(),
            set_aside=frozenset({HOURS, LIMITS, *request.form.getlist("aside")}),
            overbook_reason=request.form.get("overbook_reason", "") if pick.anyway else "",
            key=form_key(request.form.get("key")),
        )
    except (SlotGone, NotFound):
        return _page(form=form, problem=_gone(pick)), 409
    except KeyReused:
        return _page(form=form, problem=SENT_BEFORE, key=form_key(None)), 422
    except InvalidInput as error:
        return _asked_anew(pick, error)
    _check_in(made)
    return booked(made, form)


def _check_in(made: Appointment) -> None:
    """Somebody who walked in for today is here; for a later day they come again."""
    try:
        booking.check_in(by=by_me(), appointment_id=made.id)
    except Conflict:
        return


def _asked_anew(pick: Pick, error: InvalidInput) -> Answer:
    """The clinic asks something else since the page was read: the questions of now, with what was typed."""
    now = clock.now()
    again = read_pick(me(), request.form["slot"], now) or pick
    form = short_form(again.questions, request.form, again.offer.today(now), again.who)
    return _page(form=form, errors=_problems(again, form) or [("given", error.sentence)]), 400


def _gone(pick: Pick | None) -> str:
    if pick is None:
        return "That time has passed or can't be used. Choose one of the gaps below."
    return "Somebody else has just taken that time. The next gap is chosen below; what you typed is kept."


def _page(
    *,
    form: DetailsForm | None = None,
    errors: Sequence[tuple[str, str]] = (),
    problem: str = "",
    key: str = "",
    all_of: str = "",
) -> str:
    now = clock.now()
    page = walkin_page(me(), now, picked=request.form.get("slot", ""), all_of=all_of, place_id=chosen().place)
    typed = request.form if request.method == "POST" else None
    offer = next((row.offer for row in (*page.rows, *page.full)), None)
    if offer is not None and (form is None or not errors):
        form = short_form(page.questions, typed, offer.today(now), page.who)
    return render_template(
        "console/desk/walk_in.html",
        page=page,
        form=form,
        now=now,
        errors=list(errors),
        who_said=who_says(form) if form and typed else (),
        problem=problem,
        key=key or form_key(request.form.get("key")),
        typed=request.form,
        all_of=all_of,
    )
