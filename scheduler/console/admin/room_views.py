"""Views of the rooms and devices of a place: add, rename, take out of use, use again."""

from __future__ import annotations

from typing import Any

from flask import redirect, request

from scheduler import catalog, clock
from scheduler.console.admin import places
from scheduler.console.admin.place_forms import RenameForm, ResourceForm, form_of
from scheduler.console.admin.place_views import page_of
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.models import Actor
from scheduler.web.headers import private_page


@private_page
def add(location_id: str) -> Answer:
    """Add a room or a device to a place."""
    form = ResourceForm()
    page = places.place_page(me(), location_id, clock.now())
    verb = catalog.add_device if form.kind.data == "device" else catalog.add_room
    try:
        with transaction() as session:
            row = verb(
                session,
                by=me(),
                now=clock.now(),
                organization_id=me().organization_id,
                location_id=location_id,
                name=form.name.data or "",
                resource_kind=form.resource_kind.data or "",
            )
    except InvalidInput as error:
        form.show(error)
        return page_of(page, form_of(page.place, page.slug, clock.now()), resource_form=form), error.status
    toast(f"{row.name} is added.")
    return redirect(f"/admin/places/{location_id}#rooms", 303)


@private_page
def rename(location_id: str, actor_id: str) -> Answer:
    """Give a room or device another name."""
    form = RenameForm()
    try:
        row = _edit(location_id, actor_id, name=form.name.data or "", seen=request.form.get("seen"))
    except (InvalidInput, EditConflict) as error:
        page = places.place_page(me(), location_id, clock.now())
        form.name.errors = [error.sentence]
        shown = form_of(page.place, page.slug, clock.now())
        return page_of(page, shown, rename=form, renamed=actor_id), error.status
    toast(f"{row.name} has its new name.")
    return redirect(f"/admin/places/{location_id}#rooms", 303)


@private_page
def out_of_use(location_id: str, actor_id: str) -> Answer:
    """Take a room or device out of use: no new booking gets it, those to come keep it."""
    page = places.place_page(me(), location_id, clock.now())
    row = _edit(location_id, actor_id, active=False)
    stay = next((one.coming.stay for one in page.resources if one.id == actor_id), "")
    toast(
        f"{row.name} is out of use: no new booking gets it. {stay}".strip(),
        undo=f"/admin/places/{location_id}/rooms/{actor_id}/use",
        undo_name=f"Undo taking {row.name} out of use",
    )
    return redirect(f"/admin/places/{location_id}#rooms", 303)


@private_page
def use(location_id: str, actor_id: str) -> Answer:
    """Use a room or device again."""
    row = _edit(location_id, actor_id, active=True)
    toast(f"{row.name} is in use.")
    return redirect(f"/admin/places/{location_id}#rooms", 303)


def _edit(location_id: str, actor_id: str, **changes: Any) -> Actor:
    with transaction() as session:
        place = places.place_of(session, me(), location_id)
        row = places.resource_of(session, place, actor_id)
        return catalog.edit_resource(session, by=me(), now=clock.now(), actor_id=row.id, **changes)
