"""Views of hours: the list, the week editor with its preview and save, dates that differ."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.hours import (
    clock_changes,
    comparing,
    dates_form,
    history,
    previews,
    reading,
    week_form,
)
from scheduler.console.hours.previews import Change, Preview
from scheduler.console.hours.reading import Hours
from scheduler.console.refusals import whole
from scheduler.db import transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotAllowed
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

PRESETS: dict[str, dict[int, list[tuple[int, int]]]] = {
    "split": {day: [(540, 720), (780, 1020)] for day in range(5)},
    "early": {day: [(480, 960)] for day in range(5)},
    "empty": {},
}


@allow(SIGNED_IN)
def hours_list() -> Answer:
    """The sets of hours that the person may edit; the only one is opened at once."""
    groups = reading.listed(me())
    if sum(len(rows) for _, rows in groups) == 1 and "all" not in request.args:
        return redirect(f"/console/hours/{groups[0][1][0].id}", 303)
    return render_template("console/hours_list.html", groups=groups, owners=reading.may_be_owners(me()))


@allow(SIGNED_IN)
def add_hours() -> Answer:
    """Add a set of hours from a preset and open it."""
    owners = dict(reading.may_be_owners(me()))
    owner = request.form.get("owner", "")
    if owner not in owners:
        raise NotAllowed("Choose whose hours these are from the list.")
    try:
        with transaction() as session:
            made = catalog.add_availability(
                session,
                by=by_me(),
                now=clock.now(),
                organization_id=me().organization_id,
                name=request.form.get("name", ""),
                weekly=PRESETS.get(request.form.get("preset", ""), {}),
                practitioner_id=owner or None,
            )
    except InvalidInput as error:
        typed = {"name": request.form.get("name", ""), "owner": owner, "problem": error.sentence}
        page = {"groups": reading.listed(me()), "owners": list(owners.items()), "typed": typed}
        return render_template("console/hours_list.html", **page), 400
    toast(f"{made.name}: these hours are ready. Give them to a type to offer them.")
    return redirect(f"/console/hours/{made.id}", 303)


@allow(SIGNED_IN)
def hours_page(availability_id: str) -> Answer:
    """The week, what uses it, and its dates that differ."""
    hours = reading.hours_of(me(), availability_id, clock.now())
    return _week_page(hours, week_form.draft_of(hours.weekly, hours.version))


@allow(SIGNED_IN)
@private_page
def change_week(availability_id: str) -> Answer:
    """A press in the week editor: change rows, preview, save, or go on editing. Only saving writes."""
    now = clock.now()
    hours = reading.hours_of(me(), availability_id, now)
    draft, word = week_form.read(request.form), request.form.get("act", "preview")
    if word not in ("preview", "save"):
        return _week_page(hours, week_form.act(draft, word, request.form))
    draft = week_form.complete(draft)
    if draft.errors:
        return _week_page(hours, draft), 400

    change = week_form.change(draft, hours.id, by_me(), now)
    try:
        if word == "preview":
            return _week_preview(
                hours, draft, previews.rehearse(change, hours.schedule_ids, now, person=me())
            )
        return save_change(hours, change, now, "The new hours are saved.")
    except EditConflict:
        theirs = reading.hours_of(me(), availability_id, now)
        rows = comparing.weeks(theirs, draft.weekly)
        return conflict_page(theirs, f"/console/hours/{hours.id}", draft.fields, rows)


@allow(SIGNED_IN)
@private_page
def rename_hours(availability_id: str) -> Answer:
    """Give the hours another name, with Undo."""
    now = clock.now()
    hours = reading.hours_of(me(), availability_id, now)
    name, version = request.form.get("name", ""), whole(request.form.get("version"))

    def change(session: Session) -> object:
        return catalog.set_week(
            session,
            by=by_me(),
            now=now,
            availability_id=hours.id,
            version=version,
            weekly=hours.weekly,
            name=name,
        )

    try:
        return save_change(hours, change, now, "The new name is saved.")
    except InvalidInput as error:
        return _about_name(hours, name, error.problems.get("name", error.sentence)), error.status
    except EditConflict as error:
        problem = (
            "Name: somebody changed these hours meanwhile. They are shown above now; save the name again."
        )
        return _about_name(reading.hours_of(me(), hours.id, now), name, problem), error.status


@allow(SIGNED_IN)
@private_page
def remove_hours(availability_id: str) -> Answer:
    """Remove hours that nothing uses."""
    now = clock.now()
    hours = reading.hours_of(me(), availability_id, now)
    try:
        with transaction() as session:
            catalog.remove_availability(session, by=by_me(), now=now, availability_id=hours.id)
    except Conflict as error:
        return _about_name(hours, hours.name, refused=error.sentence), error.status
    toast(f"{hours.name}: these hours are removed.")
    return redirect("/console/hours?all=1", 303)


@allow(SIGNED_IN)
def dates_page(availability_id: str) -> Answer:
    """The form for a date that differs: a new one, or the one of ``?edit=<override id>``."""
    hours = reading.hours_of(me(), availability_id, clock.now())
    span = next((one for one in hours.dates if request.args.get("edit") in one.ids), None)
    return _dates_form(hours, dates_form.typed_of(span, hours))


@allow(SIGNED_IN)
@private_page
def change_dates(availability_id: str) -> Answer:
    """A press in the form of a date that differs: preview, save, remove, or go on editing. Only save and remove write."""
    now = clock.now()
    hours = reading.hours_of(me(), availability_id, now)
    typed, word = dates_form.read(request.form), request.form.get("act", "preview")
    if word == "edit":
        return _dates_form(hours, typed)
    removing = word in ("remove", "remove-now")
    asked = dates_form.removal(typed, hours) if removing else dates_form.check(typed, hours)
    if asked.problems:
        return _dates_form(hours, typed, asked.problems), 400
    change = dates_form.change(asked, hours.id, by_me(), now)
    try:
        if word in ("preview", "remove"):
            return _dates_preview(hours, asked, removing, _rehearse_dates(change, asked, hours, now))
        return save_change(
            hours, change, now, f"{asked.when}: {'usual hours again' if removing else asked.said}."
        )
    except EditConflict:
        theirs = reading.hours_of(me(), availability_id, now)
        rows = comparing.dates(theirs, None if removing else asked.span, typed.instead_of)
        fields = dates_form.still_there(typed, theirs).fields
        act = "remove-now" if removing else "save"
        return conflict_page(theirs, f"/console/hours/{hours.id}/dates", fields, rows, act)


def _rehearse_dates(change: Change, asked: dates_form.Asked, hours: Hours, now: int) -> Preview:
    since, until = previews.around(asked.days, now)
    return previews.rehearse(change, hours.schedule_ids, now, person=me(), since=since, until=until)


def _about_name(hours: Hours, name: str, problem: str = "", refused: str = "") -> str:
    """The page with what was typed as its name and what is wrong with it, or why the hours can't be removed."""
    draft = week_form.draft_of(hours.weekly, hours.version)
    return _week_page(hours, draft, naming={"name": name, "problem": problem, "refused": refused})


def _week_page(hours: Hours, draft: week_form.Draft, naming: Mapping[str, str] | None = None) -> str:
    dated = {
        day: span.windows for span in hours.dates for day in dates_form.days_between(span.first, span.last)
    }
    weekly = {day.number: list(day.ranges) for day in draft.days if day.open}
    said = clock_changes.sentences(weekly, dated, [use.zone for use in hours.uses], clock.now())
    return render_template(
        "console/hours.html",
        page=hours,
        draft=draft,
        naming=naming or {"name": hours.name},
        clock_notes=said,
        now=clock.now(),
    )


def _week_preview(hours: Hours, draft: week_form.Draft, preview: Preview) -> str:
    return render_template(
        "console/hours_preview.html",
        title="Preview of the new hours",
        back=f"/console/hours/{hours.id}",
        back_name=hours.name,
        action=f"/console/hours/{hours.id}",
        fields=draft.fields,
        rows=comparing.weeks(hours, draft.weekly),
        unchanged=hours.weekly == draft.weekly,
        preview=preview,
        save=("save", "Save"),
        span="next 4 weeks",
        clock_notes=clock_changes.sentences(draft.weekly, {}, [use.zone for use in hours.uses], clock.now()),
    )


def _dates_form(hours: Hours, typed: dates_form.Typed, problems: dict[str, str] | None = None) -> str:
    region, holidays = dates_form.holidays(hours)
    return render_template(
        "console/hours_dates.html",
        page=hours,
        typed=typed,
        problems=problems or {},
        errors=[(dates_form.CONTROLS[name], sentence) for name, sentence in (problems or {}).items()],
        region=region,
        holidays=holidays,
    )


def _dates_preview(hours: Hours, asked: dates_form.Asked, removing: bool, preview: Preview) -> str:
    mine = None if removing else asked.span
    dated = {} if removing else dict.fromkeys(asked.days, asked.windows)
    return render_template(
        "console/hours_preview.html",
        title=f"Preview: {asked.when}",
        back=f"/console/hours/{hours.id}",
        back_name=hours.name,
        action=f"/console/hours/{hours.id}/dates",
        fields=asked.typed.fields,
        rows=comparing.dates(hours, mine, asked.typed.instead_of),
        unchanged=False,
        preview=preview,
        save=("remove-now", "Remove this date") if removing else ("save", "Save"),
        span=asked.when,
        clock_notes=clock_changes.sentences({}, dated, [use.zone for use in hours.uses], clock.now()),
    )


def conflict_page(
    theirs: Hours, action: str, fields: list[tuple[str, str]], rows: list[comparing.Row], act: str = "save"
) -> Answer:
    """Both edits side by side; "Use mine" sends mine again, now knowing theirs."""
    mine = [("version", str(theirs.version)), *(pair for pair in fields if pair[0] != "version")]
    page = {"page": theirs, "action": action, "fields": mine, "rows": rows, "act": act}
    return render_template("console/hours_conflict.html", **page), 409


def save_change(hours: Hours, change: Change, now: int, sentence: str) -> Answer:
    """Make the change and go back to the hours, with Undo."""
    with transaction() as session:
        change(session)
        made = history.newest(session, me().id, now)
    toast(sentence, undo=f"/console/history/{made}/undo", undo_name=f"Undo the change of {hours.name}")
    return redirect(f"/console/hours/{hours.id}", 303)
