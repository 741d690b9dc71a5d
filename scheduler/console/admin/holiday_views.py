"""Views of holiday calendars: the clinic's, and that of a place that differs."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import clock
from scheduler.catalog import holiday_dates
from scheduler.clock import DAY
from scheduler.console.admin import holidays
from scheduler.console.admin.forms import Difference
from scheduler.console.admin.holidays import Page, Typed
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.hours import history, previews
from scheduler.console.regions import country_choices, region_words
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.web.headers import private_page


def clinic() -> Answer:
    """The clinic's holidays."""
    return _shown(holidays.holidays_page(me(), None))


def place(location_id: str) -> Answer:
    """The holidays of one place."""
    return _shown(holidays.holidays_page(me(), location_id))


@private_page
def change_clinic() -> Answer:
    """A press in the clinic's form: preview, save, or go on choosing. Only saving writes."""
    return _pressed(holidays.holidays_page(me(), None))


@private_page
def change_place(location_id: str) -> Answer:
    """A press in the form of a place; ``follow`` gives its own calendar up."""
    return _pressed(holidays.holidays_page(me(), location_id))


def _shown(page: Page) -> str:
    return _form(page, holidays.read(None, request.args, page))


def _pressed(page: Page) -> Answer:
    now, word = clock.now(), request.form.get("act", "preview")
    typed = holidays.read(request.form, {}, page)
    if word == "edit":
        return _form(page, typed)
    follows = word == "follow" and page.place is not None and page.own
    change = holidays.change(page, typed, me().organization_id, by_me(), now, follows=follows)
    try:
        if word not in ("save", "follow"):
            days = holidays.closed_days(page, typed, now)
            since, until = previews.around(days, now) if days else (now, now)
            until = max(until, now + previews.DAYS * DAY)
            found = previews.rehearse(change, page.schedule_ids, now, person=me(), since=since, until=until)
            return _preview(page, typed, found, now)
        with transaction() as session:
            change(session)
            made = history.newest(session, me().id, now)
    except InvalidInput as error:
        return _form(page, typed, error.problems), error.status
    except EditConflict as error:
        return _meanwhile(
            holidays.holidays_page(me(), page.place.id if page.place else None), typed
        ), error.status
    said = (
        f"{page.name} closes with the clinic again." if follows else f"The holidays of {page.name} are saved."
    )
    toast(said, undo=f"/console/history/{made}/undo", undo_name=f"Undo the holidays of {page.name}")
    return redirect(page.address, 303)


def _form(
    page: Page,
    typed: Typed,
    problems: dict[str, str] | None = None,
    differences: list[Difference] | None = None,
) -> str:
    found = problems or {}
    controls = {"keys": "holidays"}
    return render_template(
        "admin/holidays.html",
        page=page,
        typed=typed,
        lines=holidays.lines(typed, clock.now()),
        countries=country_choices(),
        parts=list(holiday_dates.subdivisions(typed.country).items()),
        region=region_words(typed.country, typed.subdivision),
        problems=found,
        errors=[(controls.get(name, name), sentence) for name, sentence in found.items()],
        differences=differences,
    )


def _preview(page: Page, typed: Typed, preview: previews.Preview, now: int) -> str:
    return render_template(
        "console/hours_preview.html",
        here="holidays",
        title=f"Preview: holidays of {page.name}",
        back=page.address,
        back_name="Holidays",
        action=page.address,
        fields=typed.fields,
        rows=holidays.compared(page, typed, now),
        row_name="Holiday",
        unchanged=False,
        preview=preview,
        save=("save", "Save"),
        span="next 12 months",
        clock_notes=(),
    )


def _meanwhile(theirs: Page, typed: Typed) -> str:
    """The form as typed, now knowing theirs: saved again it takes their place."""
    mine = Typed(theirs.kept.version, typed.country, typed.subdivision, typed.keys)
    kept = theirs.kept
    pairs = (
        (
            "Region",
            region_words(kept.country, kept.subdivision),
            region_words(typed.country, typed.subdivision),
        ),
        ("Closed on", ", ".join(kept.keys) or "no holiday", ", ".join(typed.keys) or "no holiday"),
    )
    return _form(theirs, mine, differences=[Difference(*pair) for pair in pairs if pair[1] != pair[2]])
