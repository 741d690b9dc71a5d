"""The update chain and ``_since``: what a reader of an older state must apply to have the newest."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler.clock import DAY
from scheduler.publisher import feed_of
from tests.publisher import clinic
from tests.publisher.clinic import ADA, BEN, FIRST, FLU, HALF_HOUR, SKIN
from tests.publisher.reading import MANIFEST, Feed, read
from tests.support.times import Clock

Held = dict[tuple[str, str], dict[str, Any]]
PENDING, CLOSED = "#pending", "#closed"


@pytest.fixture
def app(sqlite_app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


def held(feed: Feed) -> Held:
    return {
        (kind, key): one
        for kind, found in feed.resources.items()
        if kind != "OperationOutcome"
        for key, one in found.items()
    }


def get(client: FlaskClient, url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    answer = client.get(parts.path + (f"?{parts.query}" if parts.query else ""))
    assert answer.status_code == 200, url
    made: dict[str, Any] = json.loads(answer.data)
    return made


def lines(client: FlaskClient, entry: dict[str, Any]) -> list[dict[str, Any]]:
    answer = client.get(urlsplit(entry["url"]).path)
    assert answer.status_code == 200
    found = [json.loads(line) for line in answer.data.splitlines()]
    assert len(found) == entry["count"]
    return found


def apply(client: FlaskClient, page: dict[str, Any], to: Held) -> None:
    for entry in page["output"]:
        for one in lines(client, entry):
            to[one["resourceType"], one["id"]] = one
    for entry in page["deleted"]:
        for bundle in lines(client, entry):
            assert bundle["type"] == "transaction"
            for each in bundle["entry"]:
                assert each["request"]["method"] == "DELETE"
                kind, _, key = each["request"]["url"].partition("/")
                to.pop((kind, key), None)


def follow(client: FlaskClient, url: str, to: Held) -> tuple[str, int]:
    """Apply all pages from ``url`` on: where to go on, and how many there were with changes."""
    pages = 0
    while True:
        page = get(client, url)
        assert page["request"] == url
        apply(client, page, to)
        pages += bool(page["output"] or page["deleted"])
        following = str(page["link"][0]["url"])
        if following in (PENDING, CLOSED):
            return (url if following == PENDING else CLOSED), pages
        url = following


def stub_of(feed: Feed) -> str:
    return str(feed.manifest["link"][0]["url"])


def test_the_root_leads_to_a_stub_without_files_whose_end_is_pending(app: Flask) -> None:
    stub = get(app.test_client(), stub_of(read(app)))
    assert (stub["output"], stub["deleted"], stub["link"][0]["url"]) == ([], [], PENDING)


def test_pages_lead_from_any_state_to_the_newest_by_bookings_and_by_time(app: Flask, frozen: Clock) -> None:
    client = app.test_client()
    first = read(client)
    kept, at = held(first), stub_of(first)
    for step in range(6):
        if step == 1:
            visit = clinic.book(app, SKIN, FIRST)
        elif step == 3:
            clinic.cancel(app, visit)
        elif step == 4:
            clinic.hold(app, FLU, FIRST + HALF_HOUR, by=BEN)
        elif step == 5:
            frozen.forward(hours=20)  # the hold ends, starts pass, a day begins
        at, _ = follow(client, at, kept)
        now = read(client)
        assert kept == held(now), step
        late = held(first)
        end, _ = follow(client, stub_of(first), late)
        assert (late, end) == (held(now), at)


def test_a_page_has_what_changed_and_no_more(app: Flask) -> None:
    client = app.test_client()
    at = stub_of(read(client))
    clinic.book(app, SKIN, FIRST)
    read(client)
    page = get(client, get(client, at)["link"][0]["url"])
    assert page["output"] == []
    (bundle,) = lines(client, page["deleted"][0])
    gone = {each["request"]["url"] for each in bundle["entry"]}
    assert f"Slot/{SKIN}-20260601T1300" in gone
    assert all("20260601T1300" in url for url in gone)


def test_a_slot_that_only_moves_to_another_file_is_no_change(app: Flask, frozen: Clock) -> None:
    client = app.test_client()
    frozen.at("2026-06-01T23:59:00-04:00")
    first = read(client)
    kept = held(first)
    frozen.at("2026-06-02T00:00:00-04:00")
    page = get(client, get(client, stub_of(first))["link"][0]["url"])
    changed = {
        one["id"] for entry in page["output"] if entry["type"] == "Slot" for one in lines(client, entry)
    }
    assert changed
    assert not {("Slot", key) for key in changed} & kept.keys(), (
        "only the day that entered the horizon is new"
    )


def test_all_stubs_at_one_state_lead_to_the_same_page(app: Flask) -> None:
    client = app.test_client()
    first = stub_of(read(client))
    clinic.book(app, SKIN, FIRST)
    second = stub_of(read(client))
    clinic.book(app, SKIN, FIRST + HALF_HOUR, by=BEN)
    read(client)
    page = get(client, first)["link"][0]["url"]
    assert get(client, page)["link"] == get(client, second)["link"]


def test_a_reset_closes_the_chain_and_begins_another(
    app: Flask, make_app: Callable[..., Flask], sqlite_url: str
) -> None:
    old = stub_of(read(app))
    changed = make_app(sqlite_url, show_busy="1")
    new = read(changed)
    assert follow(changed.test_client(), old, {})[0] == CLOSED
    assert follow(changed.test_client(), stub_of(new), {})[0] == stub_of(new)


@pytest.mark.parametrize(
    ("path", "status"),
    [("after/999", 404), ("page/999", 404), ("page/1", 410), ("after/x", 404), ("page/0", 404)],
)
def test_what_the_chain_has_not_is_an_operation_outcome(app: Flask, path: str, status: int) -> None:
    read(app)
    answer = app.test_client().get(f"{MANIFEST}/{path}")
    assert (answer.status_code, json.loads(answer.data)["resourceType"]) == (status, "OperationOutcome")


def test_pages_are_kept_for_who_lags_a_day_and_then_their_readers_start_over(
    app: Flask, frozen: Clock
) -> None:
    client = app.test_client()
    first = read(client)
    clinic.book(app, SKIN, FIRST)
    read(client)
    frozen.forward(hours=25)
    read(client)
    feed_of(app).sweep()
    kept = held(first)
    follow(client, stub_of(first), kept)
    assert kept == held(read(client))
    frozen.forward(hours=30)
    read(client)
    feed_of(app).sweep()
    assert follow(client, stub_of(first), {})[0] == CLOSED


class TestSince:
    def since(self, client: FlaskClient, feed: Feed) -> dict[str, Any]:
        return get(client, f"{MANIFEST}?_since={feed.manifest['transactionTime']}")

    def test_what_changed_since_makes_an_old_state_the_new_one(self, app: Flask, frozen: Clock) -> None:
        client = app.test_client()
        first = read(client)
        visit = clinic.book(app, SKIN, FIRST)
        middle = read(client)
        clinic.book(app, FLU, FIRST, by=BEN)
        clinic.cancel(app, visit, by=ADA)
        frozen.forward(hours=20)
        last = read(client)
        for feed in (first, middle):
            kept = held(feed)
            answer = self.since(client, feed)
            assert "_since=" in answer["request"]
            assert len(answer["output"]) < len(last.manifest["output"])
            apply(client, answer, kept)
            assert kept == held(last)

    def test_nothing_changed_gives_no_files(self, app: Flask) -> None:
        answer = self.since(app.test_client(), read(app))
        assert (answer["output"], answer["deleted"]) == ([], [])

    def test_before_the_chain_begins_everything_is_given(
        self, app: Flask, make_app: Callable[..., Flask], sqlite_url: str
    ) -> None:
        old = read(app)
        client = make_app(sqlite_url, show_busy="1").test_client()
        new = read(client)
        answer = self.since(client, old)
        assert answer == new.manifest
        assert "_since" not in answer["request"]

    def test_the_answer_is_as_new_as_the_manifest_itself(self, app: Flask) -> None:
        client = app.test_client()
        first = read(client)
        clinic.book(app, SKIN, FIRST + DAY)
        answer = self.since(client, first)
        assert answer["transactionTime"] == read(client).manifest["transactionTime"]
