"""Views that move a booking: other times, clinicians and places of its type, any date."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import booking, clock
from scheduler.availability import wall_minutes
from scheduler.booking.acts import HOURS, LIMITS
from scheduler.booking.eligible import WHO
from scheduler.clock import local_date
from scheduler.console import detail, moving
from scheduler.console.back import booking_answer, sequence_seen
from scheduler.console.booking_forms import MoveForm
from scheduler.console.booking_views import CALL_THEM
from scheduler.console.common import Answer, by_me, date_in, me, toast
from scheduler.console.moving import Target
from scheduler.console.offers import info_of
from scheduler.console.setting_aside import Warning
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotEligible, NotFound, SlotGone
from scheduler.models import Appointment
from scheduler.models.slots import slot_id
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page
from scheduler.web.times import date_short, time_with_zone

OTHER = "other"
_GROUPS = frozenset({HOURS, LIMITS, WHO})


@allow(SIGNED_IN)
@private_page
def choose(appointment_id: str) -> Answer:
    """The open times of the booking's type, nearest first, or from ``?date=`` on."""
    return _page(appointment_id, MoveForm(formdata=None), asked=request.args.get("date", ""))


@allow(SIGNED_IN)
@private_page
def move(appointment_id: str) -> Answer:
    """Move the booking and tell the patient; when that can't be, the page says why, with everything kept."""
    known = detail.ensure_visible(me(), appointment_id)
    form = MoveForm()
    if "look" in request.form:
        return _page(appointment_id, form, asked=request.form.get("from", ""))
    target = _target(appointment_id, form) if form.validate() else None
    if target is None:
        return _page(appointment_id, form, asked=request.form.get("from", "")), 400
    try:
        moved = _moved(appointment_id, target, form)
    except (SlotGone, NotEligible, NotFound):
        return _refused(appointment_id, form, target), 409
    except InvalidInput as error:
        form.slot.errors = [error.sentence]
        return _page(appointment_id, form), 400
    except EditConflict as error:
        return _page(appointment_id, form, problem=error.sentence), error.status
    except Conflict as error:
        return booking_answer(appointment_id, problem=error.sentence), error.status
    zone = info_of(moved.zone)
    when = f"{date_short(moved.starts_at, zone)}, {time_with_zone(moved.starts_at, zone)}"
    toast(f"Moved to {when}. {'The patient gets a mail.' if known.has_email else CALL_THEM}")
    return redirect(f"/console/bookings/{appointment_id}", 303)


def _moved(appointment_id: str, target: Target, form: MoveForm) -> Appointment:
    # What was ticked for one time says nothing about another one.
    seen = request.form.get("warned") == slot_id(target.schedule_id, target.start)
    return booking.move(
        by=by_me(),
        appointment_id=appointment_id,
        start=target.start,
        schedule_id=target.schedule_id,
        set_aside=_GROUPS & set(request.form.getlist("set_aside")) if seen else frozenset(),
        overbook_reason=(form.overbook_reason.data or "") if seen else "",
        message=form.message.data or "",
        sequence=sequence_seen(),
    )


def _target(appointment_id: str, form: MoveForm) -> Target | None:
    """Where the form wants to go; None, with the field's error, when it doesn't say."""
    picked = form.slot.data or ""
    if picked and picked != OTHER:
        found = moving.target_of_slot(me(), appointment_id, picked)
        if found is None:
            form.slot.errors = ["New time: choose one of the times in the list."]
        return found
    if not picked and not form.day.data:
        form.slot.errors = ["New time: choose one, or type a day and a time."]
        return None
    return _typed_target(appointment_id, form)


def _typed_target(appointment_id: str, form: MoveForm) -> Target | None:
    day, minute = date_in(form.day.data), _minute(form.time.data or "")
    if day is None:
        form.day.errors = ["Day: enter a date, such as 2027-06-08."]
    if minute is None:
        form.time.errors = ["Time: enter it as hours and minutes, such as 14:30."]
    if day is None or minute is None:
        return None
    found = moving.target_of_wall(me(), appointment_id, form.schedule.data or "", day, minute)
    if found is None:
        form.schedule.errors = ["With: choose one of the list."]
    return found


def _minute(text: str) -> int | None:
    try:
        minute = wall_minutes(text.strip()[:5])
    except ValueError:
        return None
    return minute if minute < 1440 else None


def _refused(appointment_id: str, form: MoveForm, target: Target) -> str:
    warnings = moving.why_not(appointment_id, target, clock.now())
    return _page(appointment_id, form, target=target, warnings=warnings)


def _page(
    appointment_id: str,
    form: MoveForm,
    *,
    asked: str = "",
    target: Target | None = None,
    warnings: tuple[Warning, ...] = (),
    problem: str = "",
) -> str:
    near = local_date(target.start, target.zone) if target else None
    page = moving.move_page(me(), appointment_id, clock.now(), asked=date_in(asked), near=near)
    return render_template(
        "console/move.html",
        page=page,
        form=form,
        target=target,
        warned=slot_id(target.schedule_id, target.start) if target else "",
        warnings=warnings,
        problem=problem,
        ticked=request.form.getlist("set_aside"),
    )
