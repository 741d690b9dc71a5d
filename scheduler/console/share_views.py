"""Views of sharing: the links that patients book by, their QR codes, and whether finders list them."""

from __future__ import annotations

from flask import redirect, render_template, request
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.accounts.rights import may_edit_type, sees_all_bookings
from scheduler.console import shares
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.db import transaction
from scheduler.errors import Conflict, NotAllowed, NotFound
from scheduler.models import AppointmentType
from scheduler.web import current_settings
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

_GONE = "We can't find that link."


@allow(SIGNED_IN)
@private_page
def share() -> Answer:
    """The links that patients book by, and the feed. ``?new=<type>``: the one that was just set up comes first."""
    page = shares.shares_page(me(), clock.now(), current_settings(), request.args.get("new", ""))
    return render_template("console/share.html", page=page)


@allow(SIGNED_IN)
@private_page
def print_link(owner_id: str, type_id: str) -> Answer:
    """A sheet with the QR code and the link in words, black on white."""
    link = shares.find_link(me(), clock.now(), current_settings(), owner_id, type_id)
    if link is None:
        raise NotFound(_GONE)
    return render_template("console/share_print.html", link=link)


@allow(SIGNED_IN)
@private_page
def show_in_finders(type_id: str) -> Answer:
    """Let finders list a type's times."""
    return _switch(type_id, "feed")


@allow(SIGNED_IN)
@private_page
def hide_from_finders(type_id: str) -> Answer:
    """Keep a type on its own page; its link goes on working."""
    return _switch(type_id, "page")


def _switch(type_id: str, visibility: str) -> Answer:
    try:
        with transaction() as session:
            name = _set_visibility(session, type_id, visibility)
    except Conflict as error:
        toast(error.sentence, kind="warn")
        return redirect("/console/share", 303)
    shown = visibility == "feed"
    toast(
        f"{name} is {'shown in finders' if shown else 'on your page only'} now.",
        undo=f"/console/share/{type_id}/{'hide' if shown else 'show'}",
        undo_name=f"Undo {'showing' if shown else 'hiding'} {name}",
    )
    return redirect("/console/share", 303)


def _set_visibility(session: Session, type_id: str, visibility: str) -> str:
    """The type's name, when it is shown so now. Raises NotFound, NotAllowed, Conflict."""
    kind = session.get(AppointmentType, type_id, with_for_update=True)
    if kind is None or kind.organization_id != me().organization_id:
        raise NotFound(_GONE)
    if not may_edit_type(session, me(), kind):
        if sees_all_bookings(me()):
            raise NotAllowed("Your sign-in doesn't include this. Ask an administrator of your clinic.")
        raise NotFound(_GONE)
    if kind.visibility not in shares.SWITCHED:
        raise Conflict(
            f"Nothing was changed: {kind.name} is paused or by private link only. Open its type first."
        )
    if kind.visibility != visibility:
        catalog.edit_appointment_type(
            session,
            by=by_me(),
            now=clock.now(),
            appointment_type_id=kind.id,
            version=kind.version,
            visibility=visibility,
        )
    return kind.name
