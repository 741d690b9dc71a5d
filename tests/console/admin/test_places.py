"""Places in the admin pages: the table, adding, editing, conflicts, zones, closing, rooms and devices."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from scheduler.catalog import slugs
from scheduler.db import snapshot
from scheduler.models import Actor, Appointment, Location
from tests.console.admin.pages import form_of, send, undo_of
from tests.factories import make_appointment, make_location, make_room, make_schedule, make_type
from tests.people import Cast

NEW = {
    "kind": "physical",
    "name": "Hill Street",
    "line": "3 Hill Street",
    "city": "Denver",
    "state": "co",
    "postal_code": "80202",
    "country": "US",
    "zone": "denver",
    "language": "en",
    "latitude": "39.7",
    "longitude": "-105",
    "slug": "hill-street",
}


def row(cast: Cast, location_id: str) -> Location:
    with cast.clinic.app.app_context(), snapshot() as session:
        return session.get_one(Location, location_id)


def edit(cast: Cast, **changes: str) -> tuple[str, dict[str, str]]:
    path = f"/admin/places/{cast.clinic.location}"
    return path, form_of(cast.admin.browser.get(path).text, path) | changes


def test_a_place_is_added_with_its_clock_by_city_and_its_page_word(cast: Cast) -> None:
    answer = send(cast.admin.browser, "/admin/places/new", NEW)
    assert answer.status_code == 303
    added = row(cast, answer.headers["Location"].rpartition("/")[2])
    assert (added.zone, added.state, added.latitude) == ("America/Denver", "CO", 39.7)
    assert added.organization_id == cast.clinic.organization
    with cast.clinic.app.app_context(), snapshot() as session:
        assert slugs.current_slug(session, "location", added.id) == "hill-street"


def test_a_virtual_place_takes_its_states_as_people_type_them(cast: Cast) -> None:
    typed = NEW | {"kind": "virtual", "name": "Video", "licensed_states": "ma, NH;ri", "slug": ""}
    answer = send(cast.admin.browser, "/admin/places/new", typed)
    added = row(cast, answer.headers["Location"].rpartition("/")[2])
    assert (added.kind, added.licensed_states, added.line) == ("virtual", ["MA", "NH", "RI"], "")


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("zone", "Atlantis", "Time zone: choose a city of the list"),
        ("postal_code", "ABC", "Postal code: enter a postal code"),
        ("latitude", "north", "Latitude: enter degrees"),
        ("latitude", "nan", "Latitude: enter degrees"),
        ("name", "", "Name: fill this in."),
        ("phone", "call me", "Phone: enter a number"),
        ("slug", "Admin!", "Link: use small letters"),
        ("name", "x" * 201, "Name: use at most 200 characters."),
        ("language", "no language", "Language: choose a language"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_typed_is_lost(
    cast: Cast, field: str, typed: str, said: str
) -> None:
    answer = send(cast.admin.browser, "/admin/places/new", NEW | {"arrival": "Ring twice", field: typed})
    assert answer.status_code == 400
    assert said in answer.text
    assert "answer needs a change" in answer.text or "answers need a change" in answer.text
    assert "Ring twice" in answer.text


def test_the_table_finds_by_name_city_and_postal_code_in_the_own_organization_alone(cast: Cast) -> None:
    make_location(cast.clinic, name="Hill Street 100%", city="Denver", postal_code="80202")
    get = cast.admin.browser.get
    for query in ("hill", "DENVER", "802", "100%"):
        page = get("/admin/places", query_string={"q": query}).text
        assert "Hill Street 100%" in page
        assert "Riverside Clinic, Main Street" not in page
    assert "No place matches" in get("/admin/places", query_string={"q": "_"}).text
    assert "Hillside" not in get("/admin/places").text


def test_two_people_edit_one_place_and_both_texts_are_shown(cast: Cast) -> None:
    path, mine = edit(cast, arrival="Use the side door")
    _, theirs = edit(cast, arrival="Use the front door")
    assert send(cast.admin.browser, path, theirs).status_code == 303
    answer = send(cast.admin.browser, path, mine)
    assert answer.status_code == 409
    assert "Somebody else saved this meanwhile" in answer.text
    assert "Use the front door" in answer.text
    assert "Use the side door" in answer.text
    assert row(cast, cast.clinic.location).arrival == "Use the front door"
    assert send(cast.admin.browser, path, form_of(answer.text, path)).status_code == 303
    assert row(cast, cast.clinic.location).arrival == "Use the side door"


def test_a_new_zone_with_bookings_to_come_asks_first_and_keeps_what_was_promised(cast: Cast) -> None:
    booked = make_appointment(cast.clinic)
    path, form = edit(cast, zone="Denver, Mountain time")
    asked = send(cast.admin.browser, path, form)
    assert asked.status_code == 409
    assert "1 booking to come" in asked.text
    assert "keeps the wall time and the zone it was promised" in asked.text
    assert row(cast, cast.clinic.location).zone == "America/New_York"
    assert send(cast.admin.browser, path, form_of(asked.text, path)).status_code == 303
    assert row(cast, cast.clinic.location).zone == "America/Denver"
    with cast.clinic.app.app_context(), snapshot() as session:
        after = session.get_one(Appointment, booked.id)
        assert (after.zone, after.wall_time, after.starts_at) == (
            "America/New_York",
            booked.wall_time,
            booked.starts_at,
        )


def test_a_new_zone_of_a_place_without_bookings_asks_nothing(cast: Cast) -> None:
    path, form = edit(cast, zone="Pacific time")
    assert send(cast.admin.browser, path, form).status_code == 303
    assert row(cast, cast.clinic.location).zone == "America/Los_Angeles"


def test_a_zone_that_there_is_not_is_refused_even_with_bookings(cast: Cast) -> None:
    make_appointment(cast.clinic)
    path, form = edit(cast, zone="Atlantis")
    answer = send(cast.admin.browser, path, form)
    assert answer.status_code == 400
    assert "choose a city of the list" in answer.text


def test_a_place_in_use_keeps_its_kind(cast: Cast) -> None:
    path, form = edit(cast, kind="virtual", licensed_states="MA")
    answer = send(cast.admin.browser, path, form)
    assert answer.status_code == 409
    assert "Add another place instead" in answer.text


def test_closing_says_what_stays_and_can_be_undone(cast: Cast) -> None:
    make_appointment(cast.clinic)
    path = f"/admin/places/{cast.clinic.location}"
    assert "1 booking stays, on" in cast.admin.browser.get(path).text
    assert send(cast.admin.browser, f"{path}/close").status_code == 303
    page = cast.admin.browser.get(path).text
    assert "is closed: nobody can book there. 1 booking stays" in page
    assert not row(cast, cast.clinic.location).active
    assert cast.clinic.app.test_client().get(cast.clinic.times_path).status_code in (200, 404)
    assert send(cast.admin.browser, undo_of(page)).status_code == 303
    assert row(cast, cast.clinic.location).active


def test_rooms_are_added_renamed_and_taken_out_of_use_with_undo(cast: Cast) -> None:
    path = f"/admin/places/{cast.clinic.location}"
    added = {"kind": "room", "name": "Room A", "resource_kind": "Exam Room"}
    assert send(cast.admin.browser, f"{path}/rooms", added).status_code == 303
    with cast.clinic.app.app_context(), snapshot() as session:
        room = session.scalars(select(Actor).where(Actor.kind == "room")).one()
    assert (room.name, room.resource_kind) == ("Room A", "exam room")
    kind = make_type(cast.clinic)
    schedule = make_schedule(cast.clinic, type=kind.id, resource_kinds=["exam room"])
    make_appointment(cast.clinic, schedule=schedule.id)
    send(cast.admin.browser, f"{path}/rooms/{room.id}", {"name": "Room B"})
    send(cast.admin.browser, f"{path}/rooms/{room.id}/out-of-use")
    page = cast.admin.browser.get(path).text
    assert "Room B is out of use: no new booking gets it. 1 booking stays" in page
    send(cast.admin.browser, undo_of(page))
    with cast.clinic.app.app_context(), snapshot() as session:
        after = session.get_one(Actor, room.id)
    assert (after.name, after.active) == ("Room B", True)


def test_a_room_without_name_or_kind_is_refused_beside_its_field(cast: Cast) -> None:
    path = f"/admin/places/{cast.clinic.location}"
    answer = send(cast.admin.browser, f"{path}/rooms", {"kind": "room", "name": "", "resource_kind": "%"})
    assert answer.status_code == 400
    assert 'href="#resource-name">Name: fill this in.' in answer.text
    assert 'href="#resource-kind">Kind: enter a kind' in answer.text
    room = make_room(cast.clinic)
    answer = send(cast.admin.browser, f"{path}/rooms/{room.id}", {"name": ""})
    assert answer.status_code == 400
    assert 'href="#renamed">Name: fill this in.' in answer.text


def test_a_room_of_another_place_or_a_person_is_no_room_of_this_one(cast: Cast) -> None:
    other = make_location(cast.clinic, name="Other")
    room = make_room(cast.clinic, location=other.id)
    path = f"/admin/places/{cast.clinic.location}"
    for actor in (room.id, cast.clinic.actor, "never-was"):
        assert send(cast.admin.browser, f"{path}/rooms/{actor}", {"name": "Mine"}).status_code == 404
        assert send(cast.admin.browser, f"{path}/rooms/{actor}/out-of-use").status_code == 404


def test_a_room_that_somebody_renamed_meanwhile_keeps_both_names_in_sight(cast: Cast) -> None:
    room = make_room(cast.clinic, name="Room 1")
    path = f"/admin/places/{cast.clinic.location}/rooms/{room.id}"
    browser = cast.admin.browser
    assert 'name="seen" value="Room 1"' in browser.get(f"/admin/places/{cast.clinic.location}").text
    assert send(browser, path, {"name": "Blue room", "seen": "Room 1"}).status_code == 303
    late = send(browser, path, {"name": "Red room", "seen": "Room 1"})
    assert late.status_code == 409
    assert "Name: somebody else named it Blue room meanwhile. Save once more to give it yours." in late.text
    assert 'name="seen" value="Blue room"' in late.text
    assert 'value="Red room"' in late.text
    assert send(browser, path, {"name": "Red room", "seen": "Blue room"}).status_code == 303
