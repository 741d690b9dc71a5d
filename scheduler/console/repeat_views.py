"""Views of hours that repeat: the form, its preview, save and removal."""

from __future__ import annotations

from datetime import date

from flask import render_template, request

from scheduler import clock
from scheduler.catalog.hours import WEEKDAYS
from scheduler.clock import DAY
from scheduler.console.common import Answer, by_me, me
from scheduler.console.hours import clock_changes, comparing, previews, reading, repeat_form
from scheduler.console.hours.previews import Change, Preview
from scheduler.console.hours.reading import Hours
from scheduler.console.hours_views import conflict_page, save_change
from scheduler.errors import EditConflict, NotFound
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page
from scheduler.web.times import day_with_year


@allow(SIGNED_IN)
def repeats_page(availability_id: str) -> Answer:
    """The form for hours that repeat: new ones, or those of ``?edit=<rule id>``."""
    hours = reading.hours_of(me(), availability_id, clock.now())
    asked = request.args.get("edit")
    rule = next((one for one in hours.rules if asked in one.ids), None)
    if rule is not None and not rule.editable:
        raise NotFound("These hours can be removed, but the form can't say them.")
    return _form(hours, repeat_form.typed_of(rule, hours))


@allow(SIGNED_IN)
@private_page
def change_repeats(availability_id: str) -> Answer:
    """A press in the form: preview, save, remove, or go on editing. Only save and remove write."""
    now = clock.now()
    hours = reading.hours_of(me(), availability_id, now)
    typed, word = repeat_form.read(request.form), request.form.get("act", "preview")
    if word in ("edit", "more"):
        return _form(hours, repeat_form.with_another_date(typed) if word == "more" else typed)
    removing = word in ("remove", "remove-now")
    asked = repeat_form.removal(typed, hours) if removing else repeat_form.check(typed, hours)
    if asked.problems:
        return _form(hours, typed, asked.problems), 400
    change = repeat_form.change(asked, hours.id, by_me(), now)
    try:
        if word in ("preview", "remove"):
            return _preview(hours, asked, change, now)
        said = "The repeating hours are removed." if removing else "The repeating hours are saved."
        return save_change(hours, change, now, said)
    except EditConflict:
        theirs = reading.hours_of(me(), availability_id, now)
        rows = comparing.repeats(theirs, asked.repeats, typed.instead_of)
        fields = repeat_form.still_there(typed, theirs).fields
        act = "remove-now" if removing else "save"
        return conflict_page(theirs, f"/console/hours/{hours.id}/repeats", fields, rows, act)


def _form(hours: Hours, typed: repeat_form.Typed, problems: dict[str, str] | None = None) -> str:
    found = problems or {}
    controls = repeat_form.CONTROLS
    return render_template(
        "console/hours_repeat.html",
        page=hours,
        typed=typed,
        problems=found,
        errors=[(controls.get(name, name), sentence) for name, sentence in found.items()],
        kinds=repeat_form.KIND_WORDS,
        places=repeat_form.PLACE_WORDS,
        weekdays=WEEKDAYS,
    )


def _preview(hours: Hours, asked: repeat_form.Asked, change: Change, now: int) -> str:
    rule = asked.repeats
    replaced = [one for one in hours.rules if set(one.ids) & set(asked.typed.instead_of)]
    days = {day for one in [*replaced, *([rule] if rule else [])] for day in one.next}
    preview, last = _rehearse(hours, change, days, now)
    dated = {} if rule is None else dict.fromkeys(rule.next, rule.windows)
    return render_template(
        "console/hours_preview.html",
        title="Preview: hours that repeat" if rule else "Preview: remove hours that repeat",
        back=f"/console/hours/{hours.id}",
        back_name=hours.name,
        action=f"/console/hours/{hours.id}/repeats",
        fields=asked.typed.fields,
        read_back=rule,
        rows=comparing.repeats(hours, rule, asked.typed.instead_of) if replaced else (),
        row_name="Hours",
        unchanged=False,
        preview=preview,
        save=("save", "Save") if rule else ("remove-now", "Remove these hours"),
        span=f"until {day_with_year(last)}",
        clock_notes=clock_changes.sentences({}, dated, [use.zone for use in hours.uses], now),
    )


def _rehearse(hours: Hours, change: Change, days: set[date], now: int) -> tuple[Preview, date]:
    """What the change does in the next four weeks, or as far as the next dates reach; the last date looked at."""
    since, until = previews.around({hours.today, *days}, now)
    until = max(until, now + previews.DAYS * DAY)
    preview = previews.rehearse(change, hours.schedule_ids, now, person=me(), since=since, until=until)
    return preview, clock.local_date(until, hours.zone)
