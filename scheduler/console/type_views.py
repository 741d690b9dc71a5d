"""Views of the list of appointment types, and its acts of one press: pause, resume, retire, offer again."""

from __future__ import annotations

from flask import redirect, render_template, request
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.catalog.types import VISIBILITIES
from scheduler.console import type_pages
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.type_access import own_type
from scheduler.console.type_offers import bookings_to_come
from scheduler.db import snapshot, transaction
from scheduler.errors import NotFound
from scheduler.models import AppointmentType
from scheduler.web import current_settings
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

_SAID = {
    "feed": "{name} is shown in finders and on your page.",
    "page": "{name} is shown on your page only.",
    "link": "{name} is open by private link only.",
    "paused": "{name} is paused. Nobody can book it now; bookings stay.",
}
_CHANGED_SINCE = (
    "Somebody has changed where this type is shown since, so it wasn't undone. Look at what it says now."
)


@allow(SIGNED_IN)
@private_page
def types() -> Answer:
    """The appointment types that the person hosts, or all of them."""
    page = type_pages.list_page(me(), clock.now(), current_settings())
    return render_template("console/types.html", page=page)


@allow(SIGNED_IN)
def show_type(type_id: str, visibility: str) -> Answer:
    """Show a type in finders, on the page, by link only, or pause it. An Undo says what it takes back (``?after=``), so
    that it doesn't open what somebody else has closed since."""
    if visibility not in VISIBILITIES:
        raise NotFound("There is no page at this address. The link may be old or cut short.")
    with transaction() as session:
        kind = own_type(session, me(), type_id)
        before = kind.visibility
        late = request.args.get("after", before) != before
        if not late:
            _edit(session, kind, visibility=visibility)
    if late:
        toast(_CHANGED_SINCE, kind="warn")
        return redirect("/console/types", 303)
    if before != visibility:
        undo = f"/console/types/{kind.id}/shown/{before}?after={visibility}"
        toast(_SAID[visibility].format(name=kind.name), undo=undo, undo_name=f"Undo for {kind.name}")
    return redirect("/console/types", 303)


@allow(SIGNED_IN)
@private_page
def ask_to_retire(type_id: str) -> Answer:
    """What stays when a type with bookings to come is retired."""
    now = clock.now()
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        coming = bookings_to_come(session, now, type_id=kind.id)
    return render_template(
        "console/type_stop.html",
        kind=kind,
        coming=coming,
        title=f"Retire {kind.name}",
        what="Nobody can book it any more, and its links say so. It can be offered again at any time.",
        action=f"/console/types/{kind.id}/retire",
        button="Retire this type",
        back=f"/console/types/{kind.id}",
    )


@allow(SIGNED_IN)
def retire_type(type_id: str) -> Answer:
    """Offer a type no more; its bookings stay."""
    now = clock.now()
    with transaction() as session:
        kind = own_type(session, me(), type_id)
        _edit(session, kind, active=False)
        coming = bookings_to_come(session, now, type_id=kind.id)
    stay = f" {coming.count} {'booking stays' if coming.count == 1 else 'bookings stay'}." if coming else ""
    undo = f"/console/types/{kind.id}/offer-again"
    toast(f"{kind.name} is retired.{stay}", undo=undo, undo_name=f"Undo retiring {kind.name}")
    return redirect("/console/types", 303)


@allow(SIGNED_IN)
def offer_type_again(type_id: str) -> Answer:
    """Offer a retired type again, shown where it was."""
    with transaction() as session:
        kind = own_type(session, me(), type_id)
        _edit(session, kind, active=True)
    undo = f"/console/types/{kind.id}/retire"
    toast(f"{kind.name} is offered again.", undo=undo, undo_name=f"Undo offering {kind.name} again")
    return redirect("/console/types", 303)


def _edit(session: Session, kind: AppointmentType, **changes: object) -> None:
    catalog.edit_appointment_type(
        session, by=by_me(), now=clock.now(), appointment_type_id=kind.id, version=kind.version, **changes
    )
