"""Views of the places at which an appointment type is offered: add one, change one, stop there, offer again."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template
from sqlalchemy.orm import Session

from scheduler import catalog, clock
from scheduler.catalog.rows import find
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.type_access import own_type
from scheduler.console.type_offers import Offered, bookings_to_come, offered_at
from scheduler.console.type_places import Choices, PlaceForm, choices_for
from scheduler.db import snapshot, transaction
from scheduler.errors import EditConflict, InvalidInput, NotFound
from scheduler.models import AppointmentType, Schedule
from scheduler.web.headers import private_page

_CHANGED = "Somebody else changed this place meanwhile. Your choices are in the form; saving puts them in place of theirs."


@private_page
def new_place(type_id: str) -> Answer:
    """Where else a type is to be offered."""
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        choices = choices_for(session, me(), kind.modality)
    return _place_page(kind, None, PlaceForm(formdata=None), choices)


@private_page
def add_place(type_id: str) -> Answer:
    """Offer a type at another place."""
    form = PlaceForm()
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        choices = choices_for(session, me(), kind.modality)
    try:
        with transaction() as session:
            own_type(session, me(), type_id)
            if faults := form.faults(choices):
                raise InvalidInput(faults)
            act: dict[str, Any] = {"by": by_me(), "now": clock.now(), "appointment_type_id": kind.id}
            made = catalog.add_schedule(session, **act, **form.fields(choices))
    except InvalidInput as error:
        form.blame(error.problems)
        return _place_page(kind, None, form, choices), 400
    toast("It is offered there now.", undo=_place(kind, made.id, "stop"), undo_name="Undo offering it there")
    return _back(kind)


@private_page
def edit_place(type_id: str, schedule_id: str) -> Answer:
    """The hours and rooms with which a type is offered at a place."""
    with snapshot() as session:
        kind, offer = _offer(session, type_id, schedule_id)
        choices = choices_for(session, me(), kind.modality)
    data = {"availability_id": offer.hours_id, "resource_kinds": offer.rooms, "seen": offer.fingerprint}
    return _place_page(kind, offer, PlaceForm(formdata=None, data=data), choices)


@private_page
def save_place(type_id: str, schedule_id: str) -> Answer:
    """Give a place other hours or rooms."""
    form = PlaceForm()
    with snapshot() as session:
        kind, offer = _offer(session, type_id, schedule_id)
        choices = choices_for(session, me(), kind.modality)
    wanted = form.fields(choices)
    fields = {name: wanted[name] for name in ("availability_id", "resource_kinds")}
    try:
        with transaction() as session:
            find(session, Schedule, offer.id)  # locked: of two saves at once the second is compared
            _, present = _offer(session, type_id, schedule_id)
            if form.seen.data != present.fingerprint:
                raise EditConflict(_CHANGED)
            fault = form.faults(choices).get("availability_id")
            if fault and fields["availability_id"] != offer.hours_id:
                raise InvalidInput({"availability_id": fault})
            catalog.edit_schedule(session, by=by_me(), now=clock.now(), schedule_id=offer.id, **fields)
    except InvalidInput as error:
        form.blame(error.problems)
        return _place_page(kind, offer, form, choices), 400
    except EditConflict as error:
        form.seen.data = offer.fingerprint
        return _place_page(kind, offer, form, choices, problem=error.sentence), error.status
    toast(f"Saved for {offer.place}.")
    return _back(kind)


@private_page
def ask_to_stop(type_id: str, schedule_id: str) -> Answer:
    """What stays when a place with bookings to come is given up."""
    with snapshot() as session:
        kind, offer = _offer(session, type_id, schedule_id)
        coming = bookings_to_come(session, clock.now(), schedule_id=offer.id)
    return render_template(
        "console/type_stop.html",
        kind=kind,
        coming=coming,
        title=f"Stop offering {kind.name} at {offer.place}",
        what=f"Nobody can book it with {offer.who} there any more. It can be offered again at any time.",
        action=_place(kind, offer.id, "stop"),
        button="Stop offering it there",
        back=f"/console/types/{kind.id}#where",
    )


def stop_place(type_id: str, schedule_id: str) -> Answer:
    """Offer a type at a place no more; bookings stay."""
    return _offer_there(type_id, schedule_id, active=False)


def offer_place_again(type_id: str, schedule_id: str) -> Answer:
    """Offer a type at a place again."""
    return _offer_there(type_id, schedule_id, active=True)


def _offer_there(type_id: str, schedule_id: str, *, active: bool) -> Answer:
    now = clock.now()
    with transaction() as session:
        kind, offer = _offer(session, type_id, schedule_id)
        catalog.edit_schedule(session, by=by_me(), now=now, schedule_id=offer.id, active=active)
        coming = bookings_to_come(session, now, schedule_id=offer.id)
    if active:
        said = f"{kind.name} is offered at {offer.place} again."
        toast(said, undo=_place(kind, offer.id, "stop"), undo_name=f"Undo offering it at {offer.place}")
    else:
        stay = (
            f" {coming.count} {'booking stays' if coming.count == 1 else 'bookings stay'}." if coming else ""
        )
        said = f"{kind.name} is not offered at {offer.place} any more.{stay}"
        undo = _place(kind, offer.id, "offer-again")
        toast(said, undo=undo, undo_name=f"Undo the stop at {offer.place}")
    return _back(kind)


def _offer(session: Session, type_id: str, schedule_id: str) -> tuple[AppointmentType, Offered]:
    """The type, to be changed, and one of its places. Raises NotFound, NotAllowed."""
    kind = own_type(session, me(), type_id)
    for offer in offered_at(session, [kind.id]).get(kind.id, []):
        if offer.id == schedule_id:
            return kind, offer
    raise NotFound("We can't find that place of the appointment type.")


def _place(kind: AppointmentType, schedule_id: str, act: str) -> str:
    return f"/console/types/{kind.id}/places/{schedule_id}/{act}"


def _back(kind: AppointmentType) -> Answer:
    return redirect(f"/console/types/{kind.id}#where", 303)


def _place_page(
    kind: AppointmentType, offer: Offered | None, form: PlaceForm, choices: Choices, *, problem: str = ""
) -> str:
    form.offer(choices)
    if offer is not None and offer.hours_id not in dict(choices.hours):
        form.availability_id.choices = {offer.hours_id: offer.hours} | dict(choices.hours)
    return render_template(
        "console/type_place.html", kind=kind, offer=offer, form=form, choices=choices, problem=problem
    )
