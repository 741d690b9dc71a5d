"""Views of time off and of the history of hours: enter, preview, take away, undo."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import catalog, clock
from scheduler.booking import block_days
from scheduler.booking.transaction import booking_transaction
from scheduler.catalog import holiday_calendars, revisions
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.hours import clock_changes, history, previews, time_off
from scheduler.console.hours.time_off import Asked, Typed
from scheduler.db import transaction
from scheduler.errors import Conflict, NotFound
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

GONE = "We can't find that time off; it may be gone already."


@allow(SIGNED_IN)
def time_off_page() -> Answer:
    """The form, and what is to come."""
    return _page(Typed())


@allow(SIGNED_IN)
@private_page
def add_time_off() -> Answer:
    """A press in the form: preview, block, or go on editing. Only blocking writes."""
    now = clock.now()
    typed, word = time_off.read(request.form), request.form.get("act", "preview")
    if word == "edit":
        return _page(typed)
    asked = time_off.check(typed, time_off.choices(me()), now)
    if asked.problems:
        return _page(typed, asked.problems), 400
    assert asked.whom is not None
    change = time_off.change(asked, me().organization_id, by_me(), now)
    if word != "save":
        since, until = previews.around([asked.first, asked.last], now)
        ids = asked.whom.schedule_ids
        preview = previews.rehearse(change, ids, now, person=me(), since=since, until=until)
        return _preview(asked, preview, now)
    with booking_transaction() as session:
        change(session)
        made = history.newest(session, me().id, now)
    toast(
        f"Blocked: {asked.when}, {asked.whom.name}.",
        undo=f"/console/history/{made}/undo",
        undo_name=f"Undo the time off of {asked.when}",
    )
    return redirect("/console/time-off", 303)


@allow(SIGNED_IN)
def remove_time_off() -> Answer:
    """Take time off or a block away, with Undo."""
    kind, row_id, now = request.form.get("kind", ""), request.form.get("id", ""), clock.now()
    if kind not in ("off", "block") or not time_off.may_remove(me(), kind, row_id):
        raise NotFound(GONE)
    if kind == "block":
        made = block_days.unblock(by=by_me(), now=now, block_id=row_id)
    else:
        with transaction() as session:
            catalog.remove_time_off(session, by=by_me(), now=now, time_off_id=row_id)
            made = history.newest(session, me().id, now)
    toast(
        "Removed. The time is open again.", undo=f"/console/history/{made}/undo", undo_name="Undo the removal"
    )
    return redirect("/console/time-off", 303)


@allow(SIGNED_IN)
def history_page() -> Answer:
    """Every change of hours, dates and time off that the person could have made."""
    return _history()


@allow(SIGNED_IN)
def undo_change(revision_id: str) -> Answer:
    """Take a change back, unless what it left has changed since."""
    number, kind, object_id = history.ensure_mine(me(), revision_id)
    now = clock.now()
    try:
        if kind == revisions.BLOCKS:
            block_days.undo_blocks(by=by_me(), now=now, revision_id=number)
        else:
            with transaction() as session:
                act = holiday_calendars.undo if kind == holiday_calendars.KIND else revisions.undo
                act(session, by=by_me(), now=now, revision_id=number)
    except Conflict as error:
        return _history(error.sentence), error.status
    toast("Undone. It is as it was before.")
    if kind == holiday_calendars.KIND:
        return redirect("/admin/holidays", 303)
    hours = kind in revisions.OF_HOURS
    return redirect(f"/console/hours/{object_id}" if hours else "/console/time-off", 303)


def _page(typed: Typed, problems: dict[str, str] | None = None) -> str:
    found = problems or {}
    return render_template(
        "console/time_off.html",
        typed=typed,
        problems=found,
        errors=[(name, sentence) for name, sentence in found.items()],
        whose=time_off.choices(me()),
        coming=time_off.coming(me(), clock.now()),
        holidays=time_off.holidays(me(), clock.now()),
    )


def _preview(asked: Asked, preview: previews.Preview, now: int) -> str:
    assert asked.whom is not None
    days = dict.fromkeys((asked.first, asked.last), asked.windows)
    return render_template(
        "console/hours_preview.html",
        title=f"Preview: time off, {asked.when}",
        back="/console/time-off",
        back_name="Time off",
        action="/console/time-off",
        fields=asked.typed.fields,
        who=asked.whom.name,
        rows=(),
        unchanged=False,
        preview=preview,
        save=("save", "Block these dates"),
        span=asked.when,
        clock_notes=clock_changes.sentences({}, days, [asked.whom.zone], now),
    )


def _history(problem: str = "") -> str:
    entries = history.history(me(), clock.now())
    return render_template("console/hours_history.html", entries=entries, problem=problem)
