"""The feed in the admin pages: what it lists, what it can't say, and the check that reads every line."""

from __future__ import annotations

import gzip
import json

import pytest
from flask import Flask

from scheduler import catalog, clock
from scheduler.console.admin import feed
from scheduler.db import transaction
from scheduler.models import Practitioner
from scheduler.publisher import FeedUnavailable
from scheduler.publisher.listing import listing
from tests.console.admin.pages import send
from tests.factories import SYSTEM, make_hold
from tests.people import Cast


@pytest.fixture(autouse=True)
def time_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine must not end a check early."""
    monkeypatch.setattr(feed, "CHECK_SECONDS", 600.0)


def slot_file(app: Flask) -> feed.File:
    with app.app_context():
        return next(file for file in listing().output if file.type == "Slot")


def plant(app: Flask, line: int, text: bytes) -> str:
    """Replace one line of the first file of slots on disk; the file's name."""
    name = slot_file(app).name
    path = app.config["SETTINGS"].data_dir / "feed" / f"{name}.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    lines[line - 1] = text + b"\n"
    path.write_bytes(gzip.compress(b"".join(lines)))
    return name


def test_the_page_counts_files_lines_and_times_as_the_manifest_does(cast: Cast) -> None:
    make_hold(cast.clinic)
    browser = cast.admin.browser
    page = browser.get("/admin/feed").text
    manifest = browser.get("/fhir/$bulk-publish").get_json()
    slots = sum(item["count"] for item in manifest["output"] if item["type"] == "Slot")
    assert f"<dd>{slots - 1:,}</dd>" in page
    assert "Openings that a hold keeps</dt><dd>1</dd>" in page
    for item in manifest["output"]:
        assert item["url"].rpartition("/")[2] in page
    assert "Not checked yet" in page
    assert "Nothing is missing" in page


def test_what_the_feed_cannot_say_is_told_by_name_with_its_fix(cast: Cast) -> None:
    with cast.clinic.app.app_context(), transaction() as session:
        session.get_one(Practitioner, cast.clinic.practitioner).npi = None
        place = session.get_one(feed.Location, cast.clinic.location)
        catalog.edit_location(
            session, by=SYSTEM, now=clock.now(), location_id=place.id, version=place.version, phone=""
        )
        catalog.edit_organization(
            session, by=SYSTEM, now=clock.now(), organization_id=cast.clinic.organization, phone=""
        )
    page = cast.admin.browser.get("/admin/feed").text
    assert "Dr. Maya Chen is listed by role alone: the NPI is missing." in page
    assert "Riverside Clinic, Main Street has no phone" in page
    assert f'href="/admin/places/{cast.clinic.location}"' in page
    home = cast.admin.browser.get("/admin").text
    assert "1 clinician has no NPI" in home
    assert "1 place has no phone" in home
    assert f'href="/admin/places/{cast.clinic.location}"' not in cast.stranger.browser.get("/admin/feed").text


def test_a_check_reads_every_line_and_says_so(cast: Cast) -> None:
    assert send(cast.admin.browser, "/admin/feed/check").status_code == 303
    page = cast.admin.browser.get("/admin/feed").text
    assert "Every line is good" in page
    with cast.clinic.app.app_context():
        report = feed.last_report(cast.clinic.app.config["SETTINGS"])
    assert report is not None
    assert report.lines == report.of > 100


def good_slot(app: Flask) -> dict[str, object]:
    with app.app_context():
        data = feed.file_data(slot_file(app).name) or b""
    made: dict[str, object] = json.loads(data.splitlines()[4])
    return made


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "yesterday"}, "start: "),
        ({"status": "perhaps"}, "status: it is no code"),
        ({"resourceType": "Patient"}, "it is not a Slot."),
        ({"status": 7}, "status: "),
        ({"id": ""}, "id: "),
        ({"secretName": "Ana"}, "secretName: "),
    ],
)
def test_a_planted_bad_line_is_found_with_its_file_and_number(
    cast: Cast, changes: dict[str, object], said: str
) -> None:
    app = cast.clinic.app
    name = plant(app, 5, json.dumps(good_slot(app) | changes).encode())
    send(cast.admin.browser, "/admin/feed/check")
    with app.app_context():
        report = feed.last_report(app.config["SETTINGS"])
    assert report is not None
    first = report.bad[0]
    assert (first.file, first.line) == (name, 5)
    assert first.problem.startswith(said)
    page = cast.admin.browser.get("/admin/feed").text
    assert name in page
    assert "bad line" in page
    assert "Ana" not in first.problem


def test_a_line_that_is_not_json_and_a_line_too_many_are_found(cast: Cast) -> None:
    app = cast.clinic.app
    plant(app, 2, b'{"resourceType":\n{"resourceType":"Slot"')
    send(cast.admin.browser, "/admin/feed/check")
    with app.app_context():
        report = feed.last_report(app.config["SETTINGS"])
    assert report is not None
    assert [one.line for one in report.bad] == [2, 3, 0]


def test_a_check_stops_in_time_and_says_what_it_did_not_read(cast: Cast) -> None:
    with cast.clinic.app.app_context():
        report = feed.check(cast.clinic.app.config["SETTINGS"], clock.now(), seconds=-1)
    assert (report.lines, report.bad_count) == (0, 0)
    page = cast.admin.browser.get("/admin/feed").text
    assert "Not finished" in page
    assert "the rest was not read" in page


@pytest.mark.parametrize("kept", ["", "{", "[]", '{"at": 1}', '{"bad": [{"x": 1}]}'])
def test_a_report_that_cannot_be_read_counts_as_none(cast: Cast, kept: str) -> None:
    (cast.clinic.app.config["SETTINGS"].data_dir / "feed-check.json").write_text(kept)
    assert "Not checked yet" in cast.admin.browser.get("/admin/feed").text


def test_a_feed_that_cannot_be_built_is_told_on_both_pages(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable(_: object) -> None:
        raise FeedUnavailable("The feed is being published by a newer version.")

    monkeypatch.setattr("scheduler.publisher.feed.LiveFeed.current", unavailable)
    for path in ("/admin", "/admin/feed"):
        page = cast.admin.browser.get(path)
        assert page.status_code == 200
        assert "being published by a newer version" in page.text
    assert "The feed can&#39;t be read now" in cast.admin.browser.get("/admin").text


def test_even_an_unexpected_failure_leaves_the_home_page_standing_and_quotes_nothing(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: object) -> None:
        raise KeyError("Ana Silva")

    monkeypatch.setattr("scheduler.publisher.feed.LiveFeed.current", broken)
    page = cast.admin.browser.get("/admin").text
    assert "Building it failed (KeyError)" in page
    assert "Ana" not in page
