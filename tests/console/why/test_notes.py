"""What stands beside the rule's reasons: paused, link only, no longer offered, the feed's copies."""

from __future__ import annotations

from flask import current_app

from scheduler.db import transaction
from scheduler.models import Actor, AppointmentType, Location, Schedule
from scheduler.publisher import feed_of
from tests.console.why.conftest import Asker, at, codes, fixes, words
from tests.factories import make_appointment
from tests.support.times import Clock


def change(asker: Asker, table: type[object], key: str, **values: object) -> None:
    with asker.clinic.app.app_context(), transaction() as session:
        row = session.get_one(table, key)
        for name, value in values.items():
            setattr(row, name, value)


def read_the_feed(asker: Asker) -> None:
    with asker.clinic.app.app_context():
        feed_of(current_app).current()


def test_an_open_time_in_a_fresh_feed_says_since_when_it_is_listed(admin: Asker, frozen: Clock) -> None:
    frozen.at("2027-06-07T13:41:00-04:00")
    read_the_feed(admin)
    frozen.at("2027-06-07T13:42:00-04:00")
    page = admin.ask("14:00")

    assert codes(page) == []
    assert "2:00 PM is open. The feed has listed it since Mon, Jun 7, 1:41 PM EDT." in words(page)
    assert "Book it" in words(page)


def test_copies_of_an_earlier_moment_are_said_with_their_age(
    admin: Asker, desk: Asker, frozen: Clock
) -> None:
    read_the_feed(admin)
    frozen.at("2027-06-07T08:00:40-04:00")
    make_appointment(admin.clinic, start=at("15:00"))
    page = admin.ask("14:00")

    assert codes(page) == ["feed"]
    assert "Open, but published copies are 40 seconds old." in words(page)
    assert fixes(page) == [("/admin/feed", "Check feed")]
    assert fixes(desk.ask("14:00")) == []


def test_a_feed_that_nobody_has_read_is_said(desk: Asker) -> None:
    assert "Open, but nobody has read the feed yet." in words(desk.ask("14:00"))


def test_what_finders_never_list_says_so(admin: Asker) -> None:
    change(admin, AppointmentType, admin.clinic.type, visibility="page")
    page = admin.ask("14:00")

    assert codes(page) == []
    assert "2:00 PM is open on your page. Finders don't list it." in words(page)


def test_link_only_is_open_to_who_has_the_link(admin: Asker) -> None:
    change(admin, AppointmentType, admin.clinic.type, visibility="link")
    page = admin.ask("14:00")

    assert codes(page) == ["private"]
    assert "2:00 PM is open to who has a private link." in words(page)
    assert fixes(page) == [(f"/console/types/{admin.clinic.type}#shown", "Publish")]


def test_a_paused_type_is_not_open_and_keeps_its_other_reasons(admin: Asker) -> None:
    change(admin, AppointmentType, admin.clinic.type, visibility="paused")

    assert codes(admin.ask("14:00")) == ["paused"]
    assert codes(admin.ask("20:00")) == ["paused", "hours"]
    assert codes(admin.ask("2027-06-07T07:00")) == ["past", "paused", "hours"]
    assert "2:00 PM is not open" in words(admin.ask("14:00"))
    assert "None within 14 days." in words(admin.ask("14:00"))


def test_a_retired_type_is_said(admin: Asker) -> None:
    change(admin, AppointmentType, admin.clinic.type, active=False)
    page = admin.ask("14:00")

    assert codes(page) == ["paused"]
    assert "This appointment type is retired." in words(page)


def test_a_place_that_is_no_longer_used_is_said(admin: Asker, desk: Asker) -> None:
    change(admin, Location, admin.clinic.location, active=False)

    assert codes(admin.ask("14:00")) == ["place"]
    assert fixes(admin.ask("14:00")) == [(f"/admin/places/{admin.clinic.location}", "Open the place again")]
    assert "An administrator can change it." in words(desk.ask("14:00"))


def test_a_clinician_who_has_left_is_said_without_a_day_to_draw(admin: Asker) -> None:
    change(admin, Actor, admin.clinic.actor, active=False)
    page = admin.ask("14:00")

    assert codes(page) == ["place"]
    assert "Dr. Maya Chen sees no patients here now." in words(page)
    assert "why-strip" not in page.text


def test_what_is_no_longer_offered_there_leads_to_the_places(admin: Asker) -> None:
    change(admin, Schedule, admin.clinic.schedule, active=False)

    assert fixes(admin.ask("14:00")) == [(f"/console/types/{admin.clinic.type}#where", "Places on the type")]
