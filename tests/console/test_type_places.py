"""Where a type is offered, by whom and in which hours, as the editor changes it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.db import snapshot, transaction
from scheduler.models import Practitioner, Schedule
from tests.console.test_type_pages import MONDAY, kind_of, page_of, text_of
from tests.console.typed_types import place_form, settings_form
from tests.factories import (
    SYSTEM,
    make_availability,
    make_location,
    make_practitioner,
    make_room,
    make_type,
    make_user,
)
from tests.people import Cast, browser_of, make_cast
from tests.support.times import Clock


@pytest.fixture
def cast(sqlite_app: Flask, frozen: Clock) -> Cast:
    frozen.at(MONDAY)
    sqlite_app.config["WTF_CSRF_ENABLED"] = False  # tokens are tested with every route
    return make_cast(sqlite_app)


def test_a_place_that_does_not_fit_is_refused_whoever_sends_it(cast: Cast) -> None:
    clinic = cast.clinic
    virtual = make_location(clinic, kind="virtual")
    theirs = make_availability(clinic, practitioner_id=make_practitioner(clinic).practitioner)
    for typed in ({"location_id": virtual.id}, {"availability_id": theirs.id}, {"location_id": "nowhere"}):
        answer = cast.owner.browser.post(f"{page_of(clinic)}/places/new", data=place_form(clinic, **typed))
        assert answer.status_code == 400
        assert "choose one of the list." in answer.text
    nobody = cast.admin.browser.post(f"{page_of(clinic)}/places/new", data=place_form(clinic, hosts="nobody"))
    assert "Who: choose one of the list." in nobody.text


def test_hours_and_rooms_of_a_place_change_and_it_stops_and_goes_on(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    make_room(clinic)
    hours = make_availability(clinic)
    place = f"{page_of(clinic)}/places/{clinic.schedule}"
    form = place_form(clinic, availability_id=hours.id, resource_kinds="exam room")
    assert browser.post(place, data=form).status_code == 303
    assert "Needs exam room." in text_of(browser.get(page_of(clinic)))
    assert browser.post(place, data=place_form(clinic, resource_kinds="ballroom")).status_code == 400
    assert browser.post(f"{place}/stop").status_code == 303
    with clinic.app.app_context(), snapshot() as session:
        assert not session.get_one(Schedule, clinic.schedule).active
    assert "It is offered at no place, so nobody can book it." in text_of(browser.get(page_of(clinic)))
    assert browser.post(f"{place}/offer-again").status_code == 303
    assert clinic.starts()


def test_two_who_change_a_place_at_once_lose_nothing(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    make_room(clinic)
    mine, theirs = make_availability(clinic, name="Mine"), make_availability(clinic, name="Theirs")
    place = f"{page_of(clinic)}/places/{clinic.schedule}"
    found = re.search(r'name="seen" type="hidden" value="([^"]+)"', browser.get(place).text)
    assert found is not None
    form = {"availability_id": mine.id, "resource_kinds": "exam room", "seen": found[1]}
    assert cast.admin.browser.post(place, data=form | {"availability_id": theirs.id}).status_code == 303
    late = browser.post(place, data=form)
    assert late.status_code == 409
    assert "Hours Theirs Rooms and devices exam room" in text_of(late)
    assert f'<option selected value="{mine.id}">' in late.text
    with clinic.app.app_context(), snapshot() as session:
        assert session.get_one(Schedule, clinic.schedule).availability_id == theirs.id
    now_seen = re.search(r'name="seen" type="hidden" value="([^"]+)"', late.text)
    assert now_seen is not None
    assert browser.post(place, data=form | {"seen": now_seen[1]}).status_code == 303
    for nonsense in ("", "x" * 10_000):
        assert browser.post(place, data=form | {"seen": nonsense}).status_code == 409


def test_an_undo_does_not_open_what_somebody_has_closed_since(cast: Cast) -> None:
    clinic, browser = cast.clinic, cast.owner.browser
    browser.post(f"{page_of(clinic)}/shown/paused")
    undo = re.search(r'action="([^"]+/shown/feed\?after=paused)"', browser.get("/console/types").text)
    assert undo is not None
    cast.admin.browser.post(f"{page_of(clinic)}/shown/link")
    assert "it wasn't undone" in text_of(browser.post(undo[1], follow_redirects=True))
    assert kind_of(clinic).visibility == "link"
    cast.admin.browser.post(f"{page_of(clinic)}/shown/paused")
    assert browser.post(undo[1]).status_code == 303
    assert kind_of(clinic).visibility == "feed"


def test_a_clinician_who_no_longer_works_here_offers_no_colleague(cast: Cast) -> None:
    clinic = cast.clinic
    other = make_practitioner(clinic)
    with clinic.app.app_context(), transaction() as session:
        version = session.get_one(Practitioner, clinic.practitioner).version
        catalog.edit_practitioner(
            session,
            by=SYSTEM,
            now=clock.now(),
            practitioner_id=clinic.practitioner,
            version=version,
            active=False,
        )
    form = settings_form(clinic, name="Theirs", slug="")
    for path in (f"{page_of(clinic)}/places/new", "/console/types/new"):
        for hosts in (other.actor, ""):
            answer = cast.owner.browser.post(path, data=form | place_form(clinic, hosts=hosts))
            assert answer.status_code == 400
            assert "Who: choose practitioners who work here." in answer.text
    with clinic.app.app_context(), snapshot() as session:
        assert set(session.scalars(select(Schedule.id))) == {clinic.schedule, cast.elsewhere.schedule}


def test_one_place_and_one_set_of_hours_take_one_press(cast: Cast) -> None:
    clinic = cast.clinic
    kind = make_type(clinic, name="Mine to offer")
    alone = browser_of(clinic.app, make_user(clinic, practitioner=clinic.practitioner))
    page = alone.get(f"/console/types/{kind.id}").text
    form = re.findall(r'<form method="post" action="[^"]*/places/new">.*?</form>', page, re.S)
    assert len(form) == 1
    assert "Offer it at Riverside Clinic, Main Street" in form[0]
    sent = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    assert alone.post(f"/console/types/{kind.id}/places/new", data=sent).status_code == 303
    assert "Dr. Maya Chen . Hours: Usual hours" in text_of(alone.get(f"/console/types/{kind.id}"))
