"""What the feed says of a clinic: every line valid, references resolve, all that belongs and nothing that
doesn't."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from flask import Flask

from scheduler import catalog, clock
from scheduler.booking import SYSTEM, hold_any
from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType, Location, Organization, Practitioner, Schedule
from tests.publisher import clinic
from tests.publisher.clinic import BOTH, CHICAGO, FIRST, FLU, GROUP, PUBLISHED, SKIN, VIDEO
from tests.publisher.reading import Feed, read
from tests.support.times import Clock

TYPES = [
    "Organization",
    "Location",
    "Practitioner",
    "PractitionerRole",
    "HealthcareService",
    "Schedule",
    "Slot",
]


@pytest.fixture
def app(app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(app)
    return app


@pytest.fixture
def small(sqlite_app: Flask, frozen: Clock) -> Flask:
    """The same clinic on one database, for what the database has no part in."""
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("reference"), str):
            yield node["reference"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def outcome(feed: Feed) -> str:
    return " ".join(line["issue"][0]["details"]["text"] for line in feed.all("OperationOutcome").values())


def test_every_line_is_valid_and_every_reference_resolves(app: Flask) -> None:
    feed = read(app)
    assert list(dict.fromkeys(entry["type"] for entry in feed.manifest["output"])) == TYPES
    known = {f"{kind}/{key}" for kind, found in feed.resources.items() for key in found}
    for kind, found in feed.resources.items():
        model = get_fhir_model_class(kind)
        for key, resource in found.items():
            model.model_validate(resource)
            assert set(references(resource)) <= known, (kind, key)
            if kind != "OperationOutcome":
                assert re.fullmatch(r"[A-Za-z0-9.-]{1,64}", key)


def test_the_schedules_that_belong_in_the_feed_are_there_and_have_free_slots(app: Flask) -> None:
    feed = read(app)
    assert feed.all("Schedule").keys() == PUBLISHED
    assert {
        schedule for schedule in PUBLISHED if "free" in {s["status"] for s in feed.slots(schedule).values()}
    } == PUBLISHED


def test_slots_are_those_of_the_rule_with_ids_times_and_links(small: Flask) -> None:
    feed = read(small)
    monday = [start for start in feed.slots(SKIN) if start.startswith("20260601")]
    assert monday == [f"20260601T{hour}{minute}" for hour in (13, 14, 15) for minute in ("00", "30")]
    slot = feed.slots(SKIN)["20260601T1300"]
    assert (slot["start"], slot["end"]) == ("2026-06-01T09:00:00-04:00", "2026-06-01T09:30:00-04:00")
    links = [one["valueUrl"] for one in slot["extension"] if one["url"].endswith("/booking-deep-link")]
    assert links == ["http://localhost/book/s-skin-20260601T1300"] * 2
    assert feed.slots(CHICAGO)["20260601T1400"]["start"] == "2026-06-01T09:00:00-05:00"


def test_days_off_of_place_and_host_have_no_slots(small: Flask) -> None:
    days = {start[:8] for start in read(small).slots(SKIN)}
    assert not days & {"20260610", "20260611", "20260612", "20260606", "20260607"}
    assert {"20260609", "20260615"} <= days
    assert max(days) == "20260615", "the horizon is 14 days"


def test_slot_files_are_cut_by_states_and_by_today_tomorrow_and_weeks(small: Flask) -> None:
    feed = read(small)
    cuts = [
        tuple(entry["extension"]["state"]) for entry in feed.manifest["output"] if entry["type"] == "Slot"
    ]
    assert sorted(cuts) == [("IL",)] * 5 + [("MA",)] * 5 + [("MA", "NH")] * 5
    weeks = {
        tuple(
            sorted({start[:8] for start in [line["id"][-13:] for line in map(json.loads, body.splitlines())]})
        )
        for body in feed.bodies
        if body.startswith(b'{"resourceType":"Slot"')
    }
    assert ("20260601",) in weeks
    assert ("20260602",) in weeks
    assert ("20260603", "20260604", "20260605") in weeks, "what is left of the week"
    assert feed.manifest["output"][0]["extension"]["state"] == ["IL", "MA", "NH"]


def test_actors_are_the_hosts_roles_and_the_place(small: Flask) -> None:
    schedules = read(small).all("Schedule")

    def actors(schedule_id: str) -> list[str]:
        return [actor["reference"] for actor in schedules[schedule_id]["actor"]]

    assert actors(FLU) == ["Location/boston"]
    assert actors(SKIN) == ["PractitionerRole/ada-boston", "Location/boston"]
    assert actors(BOTH) == ["PractitionerRole/ada-boston", "PractitionerRole/ben-boston", "Location/boston"]
    assert schedules[SKIN]["planningHorizon"] == {"start": "2026-06-01", "end": "2026-06-15"}


def test_a_host_without_a_role_gets_one_from_person_and_place(small: Flask) -> None:
    role = read(small).all("PractitionerRole")["ben-boston"]
    assert role["location"] == [{"reference": "Location/boston", "display": "Marigold Boston"}]
    services = [one["reference"] for one in role["healthcareService"]]
    assert services == ["HealthcareService/both-boston", "HealthcareService/group-boston"]


def test_a_practitioner_without_npi_is_left_out_and_the_role_is_not(small: Flask) -> None:
    feed = read(small)
    assert feed.all("Practitioner").keys() == {"ada"}
    role = feed.all("PractitionerRole")["ben-chicago"]
    assert role["practitioner"] == {"display": "Ben Oakfield"}
    assert "PractitionerRole/ben-chicago names no Practitioner" in outcome(feed)


def test_the_phone_is_that_of_the_place_else_of_its_organization_and_a_missing_one_is_said(
    small: Flask,
) -> None:
    feed = read(small)

    def telecom(location_id: str) -> dict[str, str]:
        return {point["system"]: point["value"] for point in feed.all("Location")[location_id]["telecom"]}

    assert telecom("boston") == {"phone": "617-555-0101", "url": "https://elm.example.org"}
    assert telecom("video")["phone"] == "617-555-0100"
    assert telecom("chicago") == {"url": "https://elm.example.org"}
    assert "Location/chicago has no phone" in outcome(feed)
    assert not [one for one in feed.slots(CHICAGO)["20260601T1400"]["extension"] if "phone" in one["url"]]


def test_missing_codes_are_said(small: Flask) -> None:
    assert '"Video talk" has no specialty code' in outcome(read(small))


def test_a_service_is_a_type_at_a_place_with_its_week_and_closures(small: Flask) -> None:
    services = read(small).all("HealthcareService")
    assert services.keys() == {
        "skin-boston", "flu-boston", "group-boston", "both-boston", "talk-video", "skin-chicago",
    }  # fmt: skip
    service = services["skin-boston"]
    assert service["availableTime"] == [
        {
            "daysOfWeek": ["mon", "tue", "wed", "thu", "fri"],
            "availableStartTime": "09:00:00",
            "availableEndTime": "12:00:00",
        }
    ]
    assert service["notAvailable"] == [
        {"description": "Closed", "during": {"start": "2026-06-10", "end": "2026-06-11"}}
    ]
    assert "notAvailable" not in services["skin-chicago"]
    assert service["providedBy"]["reference"] == "Organization/marigold"


def test_organizations_of_places_and_people_are_there_up_to_the_top(small: Flask) -> None:
    organizations = read(small).all("Organization")
    assert organizations.keys() == {"agency", "group", "marigold", "sundial"}
    assert organizations["sundial"]["partOf"]["reference"] == "Organization/group"


def test_a_session_tells_its_free_seats(small: Flask) -> None:
    clinic.book(small, GROUP, FIRST)
    slot = read(small).slots(GROUP)["20260601T1300"]
    capacity = [one["valueInteger"] for one in slot["extension"] if one["url"].endswith("slot-capacity")]
    assert (slot["status"], capacity) == ("free", [2])


def test_a_virtual_place_names_its_states(small: Flask) -> None:
    extension = read(small).all("Location")["video"]["extension"]
    assert [one["valueString"] for one in extension] == ["NH", "MA"]


@pytest.mark.parametrize(
    ("row", "row_id", "values", "gone"),
    [
        (AppointmentType, "talk", {"visibility": "page"}, VIDEO),
        (AppointmentType, "talk", {"visibility": "paused"}, VIDEO),
        (AppointmentType, "talk", {"active": False}, VIDEO),
        (Location, "video", {"active": False}, VIDEO),
        (Schedule, VIDEO, {"active": False}, VIDEO),
    ],
)
def test_what_is_no_longer_offered_leaves_the_feed_at_once(
    small: Flask, row: type[Any], row_id: str, values: dict[str, Any], gone: str
) -> None:
    assert gone in read(small).all("Schedule")
    clinic.change(small, row, row_id, **values)
    feed = read(small)
    assert feed.all("Schedule").keys() == PUBLISHED - {gone}
    assert not feed.slots(gone)
    assert "Location/video" not in {f"Location/{key}" for key in feed.all("Location")}


def test_a_demo_says_that_it_is_one(small: Flask) -> None:
    clinic.change(small, Organization, "group", demo=True)
    feed = read(small)
    for kind in TYPES[:-1]:
        ours = [one for one in feed.all(kind).values() if "agency" not in str(one)]
        assert ours
        for resource in ours:
            assert resource["meta"]["tag"][0]["code"] == "HTEST", (kind, resource["id"])
    assert all("demo" in place["description"] for place in feed.all("Location").values())
    assert feed.all("Organization")["group"]["name"] == "Elm Group (demo)"


def test_a_change_of_a_name_is_in_the_very_next_read(app: Flask) -> None:
    read(app)
    clinic.change(app, Practitioner, "ada", display_name="Dr. Ada Birch")
    role = read(app).all("PractitionerRole")["ada-boston"]
    assert role["practitioner"]["display"] == "Dr. Ada Birch"


def test_booked_times_are_busy_by_setting(
    make_app: Callable[..., Flask], sqlite_url: str, frozen: Clock
) -> None:
    frozen.at(clinic.MORNING)
    app = make_app(sqlite_url, show_busy="1")
    clinic.make(app)
    clinic.book(app, SKIN, FIRST)
    slot = read(app).slots(SKIN)["20260601T1300"]
    assert slot["status"] == "busy"
    assert "booking-deep-link" not in str(slot)


def test_nothing_of_a_patient_is_in_the_feed(app: Flask) -> None:
    planted = "Zq7planted"
    given: dict[str, Any] = dict.fromkeys(
        ("given", "family", "booker_given", "booker_family", "relationship", "reason"), planted
    )
    clinic.book(app, SKIN, FIRST, email=f"{planted}@example.org", birth_date="1987-06-05", **given)
    clinic.hold(app, SKIN, FIRST + 3600)
    feed = read(app)
    everything = feed.text + b"".join(feed.bodies)
    assert planted.encode() not in everything
    assert b"1987-06-05" not in everything
    assert b"617-555-0199" not in everything
    assert clinic.ADA.visitor is not None
    assert clinic.ADA.visitor.encode() not in everything


def test_an_empty_installation_has_an_empty_feed(sqlite_app: Flask) -> None:
    feed = read(sqlite_app)
    assert feed.manifest["output"] == []
    assert feed.resources == {}


def test_a_team_leaves_no_trace_and_its_members_are_listed_as_before(app: Flask) -> None:
    before = read(app)
    with app.app_context(), transaction() as session:
        kind = session.get_one(Schedule, SKIN).appointment_type_id
        pool = catalog.add_pool(
            session, by=SYSTEM, now=clock.now(), appointment_type_id=kind, name="Skin team", members={SKIN: 3}
        ).id
    after = read(app)
    assert after.resources == before.resources
    assert not any(
        word in body
        for body in [after.text, *after.bodies]
        for word in (pool.encode(), b"kin team", b"kin-team")
    )
    with app.app_context():
        with snapshot() as session:
            place = session.get_one(Schedule, SKIN).location_id
        held = hold_any(by=clinic.ADA, pool_id=pool, location_id=place, start=FIRST)
    taken = read(app)
    assert held.schedule_id == SKIN
    assert taken.status(SKIN, "20260601T1300") != "free"
    assert pool.encode() not in b"".join([taken.text, *taken.bodies])
