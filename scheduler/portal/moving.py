"""Views behind a signed link: another time for the appointment. The old one stays until the new one is sure."""

from __future__ import annotations

from flask import abort, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from scheduler import booking, clock
from scheduler.booking import By
from scheduler.booking.eligibility import AGE
from scheduler.booking.eligible import age_refusal, age_sentence
from scheduler.db import snapshot
from scheduler.errors import Conflict, NotEligible, NotFound, SlotGone
from scheduler.models import Appointment
from scheduler.portal.browse import NO_TIME
from scheduler.portal.managing import open_visit
from scheduler.portal.reschedule import (
    NewTime,
    find_new_time,
    fitting_days,
    move_offers,
    narrower,
    nearest_moves,
)
from scheduler.portal.slots import Standing
from scheduler.portal.times import parse_day, times_page
from scheduler.portal.visits import Visit
from scheduler.web.access import TOKEN, allow
from scheduler.web.headers import private_page


@allow(TOKEN)
@private_page
def choose_time(token: str) -> str | Response | tuple[str, int]:
    """The times that the appointment could move to; choosing one holds nothing, since the old one stays ours."""
    found = _movable(token)
    asked = request.args.get("from", "")
    since = parse_day(asked)
    now = clock.now()
    with snapshot() as session:
        appointment = session.get_one(Appointment, found.id)
        days = fitting_days(session, appointment, found.chosen.offer)
        page = times_page(
            session,
            move_offers(session, appointment),
            now=now,
            since=since,
            place_id=request.args.get("place", found.chosen.offer.place.id),
            viewer_zone=found.viewer_zone,
            moving=appointment,
            only=days,
        )
    unread = bool(asked) and since is None
    clinic = found.chosen.offer.clinic
    made = render_template(
        "portal/reschedule.html",
        visit=found,
        page=page,
        only=age_refusal(page.offer.rules) if narrower(days, page) else "",
        now=now,
        unread=unread,
        clinic=clinic,
    )
    return made, 400 if unread else 200


@allow(TOKEN)
@private_page
def review_move(token: str, slot: str) -> str | Response | tuple[str, int]:
    """The old and the new time side by side, with the one button that moves."""
    found = _movable(token)
    new = _new_time(found, slot)
    if (new.chosen.offer.schedule_id, new.chosen.start) == _present(found):
        return redirect(url_for("portal.visit", token=token), 303)
    if new.standing.reason:
        return _lost(found, new, 200)
    return _review(found, new)


@allow(TOKEN)
@private_page
def move(token: str) -> str | Response | tuple[str, int]:
    """Move the appointment. A second press changes nothing; a time that is gone leaves everything as it was."""
    found = _movable(token)
    new = _new_time(found, request.form.get("slot", ""))
    wanted = (new.chosen.offer.schedule_id, new.chosen.start)
    if wanted != _present(found):
        if request.form.get("sequence", "") != str(found.sequence):
            return _review(found, new, changed=True), 409
        try:
            booking.move(
                by=By("patient"),
                appointment_id=found.id,
                schedule_id=wanted[0],
                start=wanted[1],
                sequence=found.sequence,
            )
        except SlotGone as gone:
            return _lost(found, NewTime(new.chosen, Standing(gone.reason, gone.free_again)), 409)
        except NotEligible:
            return _lost(found, NewTime(new.chosen, Standing(AGE)), 409)
        except (Conflict, NotFound):
            return redirect(url_for("portal.visit", token=token), 303)
    return redirect(url_for("portal.visit", token=token), 303)


def _movable(token: str) -> Visit:
    """The visit, if its patient may still move it. Ends the request when it is over (its page says what became of it),
    and when the clinic's notice has begun or its type is not offered now (the phone, and cancelling)."""
    found = open_visit(token)
    if not found.ahead:
        abort(redirect(url_for("portal.visit", token=token), 303))
    if not found.movable:
        page = render_template("portal/reschedule_late.html", visit=found, clinic=found.chosen.offer.clinic)
        abort(make_response(page, 200 if request.method in ("GET", "HEAD") else 409))
    return found


def _present(found: Visit) -> tuple[str, int]:
    return found.chosen.offer.schedule_id, found.chosen.start


def _new_time(found: Visit, slot: str) -> NewTime:
    with snapshot() as session:
        appointment = session.get_one(Appointment, found.id)
        new = find_new_time(session, appointment, slot, clock.now())
    if new is None:
        raise NotFound(NO_TIME)
    return new


def _review(found: Visit, new: NewTime, *, changed: bool = False) -> str:
    return render_template(
        "portal/move.html",
        visit=found,
        new=new.chosen,
        changed=changed,
        now=clock.now(),
        clinic=found.chosen.offer.clinic,
    )


def _lost(found: Visit, new: NewTime, status: int) -> tuple[str, int]:
    """The new time is gone, or not for who comes: nothing has changed, and what is near."""
    with snapshot() as session:
        appointment = session.get_one(Appointment, found.id)
        near = nearest_moves(session, appointment, new.chosen.start, clock.now())
    page = render_template(
        "portal/move_gone.html",
        visit=found,
        new=new.chosen,
        standing=new.standing,
        nearest=near,
        unfit=age_sentence(new.chosen.offer.rules) if new.standing.reason == AGE else "",
        clinic=found.chosen.offer.clinic,
    )
    return page, status
