"""Views of Setup: one page from an empty clinic to the first link (ux.md 2.1)."""

from __future__ import annotations

from flask import redirect, render_template, request
from werkzeug.wrappers import Response

from scheduler import accounts, catalog, clock
from scheduler.catalog import presets
from scheduler.console import setup_page
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.setup_form import SetupForm
from scheduler.db import transaction
from scheduler.errors import InvalidInput, NotAllowed
from scheduler.models import User
from scheduler.web.access import SIGNED_IN, allow
from scheduler.web.headers import private_page

_NOT_YOURS = "Your sign-in doesn't include this page. Ask an administrator of your clinic."


@allow(SIGNED_IN)
@private_page
def setup() -> Answer:
    """The page with everything filled in; who has nothing to set up goes on to Share."""
    known = setup_page.setup_for(me())
    if known is None:
        return redirect("/console/share", 303)
    if not known.may_save:
        return render_template("console/setup_wait.html", known=known)
    # the first week is tried in a write transaction, which reading a page must not take: script asks for it by POST
    return _page(known, _fresh(known), None)


@allow(SIGNED_IN)
@private_page
def preview_setup() -> Answer:
    """The page as typed, with a preset filled in when one was pressed, and its first week; nothing is kept. ``part=week``
    asks for the week alone."""
    known = setup_page.setup_for(me())
    if known is None:
        return _done()
    form = _sent(known)
    if wanted := request.form.get("apply"):
        chosen = presets.preset(wanted)
        form.fill_in({**chosen.typed(), "preset": chosen.key})
    week = _week(known, form)
    status = 400 if week.problems else 200
    if request.form.get("part") == "week":
        return render_template("console/_setup_week.html", week=week), status
    return _page(known, form, week), status


@allow(SIGNED_IN)
@private_page
def save_setup() -> Answer:
    """Make it all, and lead to Share with the first link."""
    known = setup_page.setup_for(me())
    if known is None:
        return _done()
    form = _sent(known)
    try:
        made = _save(known, form)
    except catalog.AlreadySetUp:
        return _done()
    except InvalidInput as error:
        form.refuse(error.problems)
        return _page(known, form, _week(known, form)), 400
    return redirect(f"/console/share?new={made.type_ids[0]}", 303)


def _save(known: setup_page.Known, form: SetupForm) -> catalog.SetUp:
    now = clock.now()
    with transaction() as session:
        made = catalog.set_up(
            session,
            by=by_me(),
            now=now,
            organization_id=me().organization_id,
            typed=form.typed(),
            practitioner_id=known.practitioner_id,
            location_id=_place(known, form),
        )
        if known.practitioner_id is None and form.is_me.data:
            user = session.get_one(User, me().id)
            accounts.link_practitioner(
                session, by=by_me(), now=now, user=user, practitioner_id=made.practitioner_id
            )
        return made


def _done() -> Response:
    toast("This was set up already. Nothing was made twice.", kind="info")
    return redirect("/console/share", 303)


def _fresh(known: setup_page.Known) -> SetupForm:
    form = SetupForm(formdata=None)
    form.choose_from(list(known.places))
    first = presets.PRESETS[0]
    form.fill_in(
        {
            **first.typed(),
            "preset": first.key,
            "location_id": known.home_place,
            "place_name": known.clinic,
            "phone": known.phone,
            "zone": known.zone,
            "display_name": known.name,
        }
    )
    if known.specialty_code:
        form.specialty_code.data = known.specialty_code
    form.is_me.data = form.ask_insurance.data = True
    return form


def _sent(known: setup_page.Known) -> SetupForm:
    """What was sent. Raises NotAllowed for who may only wait."""
    if not known.may_save:
        raise NotAllowed(_NOT_YOURS)
    form = SetupForm()
    form.choose_from(list(known.places))
    return form


def _place(known: setup_page.Known, form: SetupForm) -> str | None:
    """The id of the place that is there already; None when its address is typed. Raises InvalidInput for one that the
    person may not choose."""
    if not known.places:
        return None
    chosen = form.location_id.data or known.home_place
    if chosen not in dict(known.places):
        raise InvalidInput({"location_id": "Place: choose one of the list."})
    return str(chosen)


def _week(known: setup_page.Known, form: SetupForm) -> setup_page.Week:
    try:
        place = _place(known, form)
    except InvalidInput as error:
        return setup_page.Week(problems=tuple(error.problems.values()))
    return setup_page.first_week(me(), by_me(), clock.now(), known, place, form.typed())


def _page(known: setup_page.Known, form: SetupForm, week: setup_page.Week | None) -> str:
    return render_template(
        "console/setup.html",
        known=known,
        form=form,
        week=week,
        now=clock.now(),
        presets=presets.PRESETS,
        days=presets.WEEKDAYS,
    )
