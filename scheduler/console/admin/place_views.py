"""Views of places: the table, adding and editing one, closing it and opening it again."""

from __future__ import annotations

from collections.abc import Sequence

from flask import redirect, render_template, request
from wtforms import Form

from scheduler import catalog, clock
from scheduler.availability import check_zone
from scheduler.catalog import slugs
from scheduler.console.admin import places
from scheduler.console.admin.forms import Difference
from scheduler.console.admin.place_forms import PlaceForm, ResourceForm, form_of
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput
from scheduler.models import Location
from scheduler.web.headers import private_page
from scheduler.web.zone_choice import zone_label, zone_labels

_QUERY_LENGTH = 100


@private_page
def table() -> Answer:
    """All places, or those that match ``?q=``."""
    query = (request.args.get("q") or "").strip()[:_QUERY_LENGTH]
    return render_template("admin/places.html", page=places.places_table(me(), clock.now(), query))


@private_page
def new() -> Answer:
    """The empty form of a place."""
    return _new_page(PlaceForm(formdata=None))


@private_page
def add() -> Answer:
    """Add a place."""
    now, form = clock.now(), PlaceForm()
    try:
        with transaction() as session:
            place = catalog.add_location(
                session,
                by=me(),
                now=now,
                organization_id=me().organization_id,
                slug=(form.slug.data or "").strip() or None,
                **form.fields(now),
            )
    except InvalidInput as error:
        form.show(error)
        return _new_page(form), error.status
    toast(f"{place.name} is added. Offer something there next, on its types.")
    return redirect(f"/admin/places/{place.id}", 303)


@private_page
def place(location_id: str) -> Answer:
    """One place: its use, its fields, its rooms and devices."""
    page = places.place_page(me(), location_id, clock.now())
    return page_of(page, form_of(page.place, page.slug, clock.now()))


@private_page
def edit(location_id: str) -> Answer:
    """Save a place. A new zone with bookings to come is asked about first; what somebody saved meanwhile is shown."""
    now, form = clock.now(), PlaceForm()
    page = places.place_page(me(), location_id, now)
    zone = form.fields(now)["zone"]
    if page.coming.count and zone not in (page.place.zone, form.zone_seen.data):
        return _ask_about_zone(page, form, zone, now)
    try:
        saved = _save(location_id, form, now)
    except InvalidInput as error:
        form.show(error)
        return page_of(page, form), error.status
    except EditConflict as error:
        differences = form.differences(form_of(page.place, page.slug, now))
        form.version.data = str(page.place.version)
        return page_of(page, form, differences=differences), error.status
    except Conflict as error:
        return page_of(page, form, problem=error.sentence), error.status
    toast(f"{saved.name} is saved.")
    return redirect(f"/admin/places/{location_id}", 303)


@private_page
def close(location_id: str) -> Answer:
    """Close a place: nothing can be booked there any more; bookings stay."""
    page = places.place_page(me(), location_id, clock.now())
    _set_active(location_id, active=False)
    toast(
        f"{page.place.name} is closed: nobody can book there. {page.coming.stay}".strip(),
        undo=f"/admin/places/{location_id}/open",
        undo_name=f"Undo closing {page.place.name}",
    )
    return redirect(f"/admin/places/{location_id}", 303)


@private_page
def reopen(location_id: str) -> Answer:
    """Open a place again."""
    row = _set_active(location_id, active=True)
    toast(f"{row.name} is open: its times can be booked.")
    return redirect(f"/admin/places/{location_id}", 303)


def page_of(
    page: places.Page,
    form: PlaceForm,
    *,
    resource_form: ResourceForm | None = None,
    rename: Form | None = None,
    renamed: str = "",
    differences: Sequence[Difference] | None = None,
    problem: str = "",
    ask_zone: str = "",
) -> str:
    """The page of a place with whatever is to be said on it. ``renamed``: the room or device that ``rename`` is about."""
    return render_template(
        "admin/place.html",
        page=page,
        form=form,
        resource_form=resource_form or ResourceForm(formdata=None),
        rename=rename,
        renamed=renamed,
        differences=differences,
        problem=problem,
        ask_zone=ask_zone,
        zones=zone_labels(clock.now()),
    )


def _new_page(form: PlaceForm) -> str:
    return render_template("admin/place_new.html", form=form, zones=zone_labels(clock.now()))


def _ask_about_zone(page: places.Page, form: PlaceForm, zone: str, now: int) -> Answer:
    """Say what a new zone does to what is booked; the next press of Save carries the answer. A zone that there isn't is
    a mistake like any other."""
    try:
        form.zone_seen.data = check_zone(zone)
    except ValueError:
        form.show(InvalidInput({"zone": ""}))
        return page_of(page, form), InvalidInput.status
    return page_of(page, form, ask_zone=zone_label(zone, now)), Conflict.status


def _save(location_id: str, form: PlaceForm, now: int) -> Location:
    with transaction() as session:
        places.place_of(session, me(), location_id)
        row = catalog.edit_location(
            session,
            by=me(),
            now=now,
            location_id=location_id,
            version=form.seen_version,
            **form.fields(now),
        )
        word = (form.slug.data or "").strip()
        if word and word != slugs.current_slug(session, "location", row.id):
            catalog.rename_location(session, by=me(), now=now, location_id=row.id, slug=word)
        return row


def _set_active(location_id: str, *, active: bool) -> Location:
    with transaction() as session:
        row = places.place_of(session, me(), location_id)
        return catalog.edit_location(
            session, by=me(), now=clock.now(), location_id=row.id, version=row.version, active=active
        )
