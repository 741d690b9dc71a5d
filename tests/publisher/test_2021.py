"""The manifest for strict clients of 2021: they refuse a whole feed for one thing that they don't know."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.publisher import clinic
from tests.publisher.clinic import BEN, FIRST, FLU, HALF_HOUR, SKIN, VIDEO
from tests.publisher.reading import read
from tests.support.times import Clock

STRICT = "/fhir/2021/$bulk-publish"
G1 = "http://fhir-registry.smarthealthit.org/StructureDefinition/"


@pytest.fixture
def app(sqlite_app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


def resources(app: Flask) -> dict[str, dict[str, dict[str, Any]]]:
    client = app.test_client()
    found: dict[str, dict[str, dict[str, Any]]] = {}
    manifest = json.loads(client.get(STRICT).data)
    assert manifest.keys() == {"transactionTime", "request", "output", "error"}
    assert manifest["request"] == f"http://localhost{STRICT}"
    for entry in manifest["output"]:
        body = client.get(urlsplit(entry["url"]).path).data
        lines = [json.loads(line) for line in body.splitlines()]
        assert (len(lines), len(body)) == (entry["count"], entry["fileSize"])
        for line in lines:
            assert line["resourceType"] == entry["type"]
            assert line["id"] not in found.setdefault(entry["type"], {})
            found[entry["type"]][line["id"]] = line
    return found


def test_it_lists_places_schedules_and_slots_alone(app: Flask) -> None:
    assert resources(app).keys() == {"Location", "Schedule", "Slot"}


def test_every_schedule_has_one_place_as_its_only_actor_and_every_place_what_they_need(app: Flask) -> None:
    found = resources(app)
    assert {SKIN, FLU} <= found["Schedule"].keys()
    assert VIDEO not in found["Schedule"], "a virtual place has no address"
    for schedule in found["Schedule"].values():
        (actor,) = schedule["actor"]
        kind, _, place_id = actor["reference"].partition("/")
        assert kind == "Location"
        place = found["Location"][place_id]
        assert {one["system"] for one in place["telecom"]} >= {"phone", "url"}
        assert place["identifier"][0].keys() >= {"system", "value"}
        assert place["address"]["line"]


def test_its_slots_are_the_feeds_own_of_those_schedules_but_for_held_ones(app: Flask) -> None:
    clinic.hold(app, SKIN, FIRST, by=BEN)
    clinic.book(app, SKIN, FIRST + 2 * HALF_HOUR)
    everything, strict = read(app), resources(app)
    assert everything.status(SKIN, "20260601T1300") == "busy-tentative"
    expected = {
        key: slot
        for key, slot in everything.all("Slot").items()
        if slot["schedule"]["reference"].partition("/")[2] in strict["Schedule"]
        and slot["status"] != "busy-tentative"
    }
    assert strict["Slot"] == expected
    for slot in expected.values():
        links = [one["valueUrl"] for one in slot["extension"] if one["url"] == G1 + "booking-deep-link"]
        assert links == [f"http://localhost/book/{slot['id']}"]


def test_a_file_without_held_slots_is_the_same_file_for_both(app: Flask) -> None:
    client = app.test_client()
    both = [
        {entry["url"] for entry in json.loads(client.get(path).data)["output"] if entry["type"] == "Slot"}
        for path in ("/fhir/$bulk-publish", STRICT)
    ]
    assert both[1] < both[0]


def test_it_is_as_new_as_the_other_and_has_a_tag_of_its_own(app: Flask) -> None:
    client = app.test_client()
    before = client.get(STRICT).headers["ETag"]
    assert before != client.get("/fhir/$bulk-publish").headers["ETag"]
    clinic.book(app, SKIN, FIRST)
    assert client.get(STRICT, headers={"If-None-Match": before}).status_code == 200
    assert f"{SKIN}-20260601T1300" not in resources(app)["Slot"]
