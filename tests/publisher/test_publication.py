"""Never stale, never without need new: what makes the feed change, what doesn't, and who publishes."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from scheduler.db import snapshot, transaction
from scheduler.models import Publication, ShardMark, ShardVersion
from scheduler.publisher import FeedUnavailable, feed_of, rebuild
from scheduler.settings import Settings
from tests.publisher import clinic
from tests.publisher.clinic import BEN, FIRST, FLU, HALF_HOUR, SKIN, VIDEO
from tests.publisher.reading import MANIFEST, Feed, read
from tests.support.times import Clock

NINE, HALF_PAST = "20260601T1300", "20260601T1330"


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


def settings(app: Flask) -> Settings:
    made: Settings = app.config["SETTINGS"]
    return made


def generation(app: Flask) -> int:
    with app.app_context(), snapshot() as session:
        return session.scalars(select(Publication.generation)).one()


def marks(app: Flask) -> int:
    with app.app_context(), snapshot() as session:
        return session.scalars(select(func.count()).select_from(ShardMark)).one()


class TestBookings:
    def test_a_booked_time_is_gone_from_the_very_next_read_and_back_after_the_cancellation(
        self, app: Flask
    ) -> None:
        before = read(app)
        assert before.status(SKIN, NINE) == "free"
        visit = clinic.book(app, SKIN, FIRST)
        during = read(app)
        assert during.status(SKIN, NINE) is None
        assert during.status(VIDEO, NINE) is None, "the same practitioner's other schedule"
        assert during.status(SKIN, HALF_PAST) == "free"
        clinic.cancel(app, visit)
        after = read(app)
        assert after.resources == before.resources
        times = [feed.manifest["transactionTime"] for feed in (before, during, after)]
        assert times == sorted(set(times))

    def test_a_held_time_is_tentative_until_the_hold_ends_by_itself(self, app: Flask, frozen: Clock) -> None:
        clinic.hold(app, SKIN, FIRST)
        assert read(app).status(SKIN, NINE) == "busy-tentative"
        frozen.forward(minutes=9, seconds=59)
        assert read(app).status(SKIN, NINE) == "busy-tentative"
        frozen.forward(seconds=1)
        assert read(app).status(SKIN, NINE) == "free"


class TestTimeAlone:
    def test_a_start_that_has_come_leaves(self, app: Flask, frozen: Clock) -> None:
        assert read(app).status(SKIN, NINE) == "free"
        frozen.at(FIRST)
        assert read(app).status(SKIN, NINE) == "free", "notice is zero: it may still be booked this second"
        frozen.at(FIRST + 1)
        assert read(app).status(SKIN, NINE) is None

    def test_midnight_brings_a_new_day(self, small: Flask, frozen: Clock) -> None:
        assert max(read(small).slots(SKIN))[:8] == "20260615"
        frozen.at("2026-06-01T23:59:59-04:00")
        assert max(read(small).slots(SKIN))[:8] == "20260615"
        frozen.at("2026-06-02T00:00:00-04:00")
        feed = read(small)
        assert max(feed.slots(SKIN))[:8] == "20260616"
        assert feed.all("Schedule")[SKIN]["planningHorizon"]["start"] == "2026-06-02"
        assert feed.all("Schedule")[clinic.CHICAGO]["planningHorizon"]["start"] == "2026-06-01"

    def test_a_closure_that_is_over_is_not_told_any_more(self, small: Flask, frozen: Clock) -> None:
        frozen.at("2026-06-11T12:00:00-04:00")
        assert "notAvailable" in read(small).all("HealthcareService")["skin-boston"]
        frozen.at("2026-06-12T00:00:00-04:00")
        assert "notAvailable" not in read(small).all("HealthcareService")["skin-boston"]

    def test_whenever_it_is_read_the_kept_feed_is_what_a_new_one_would_be(
        self, small: Flask, frozen: Clock
    ) -> None:
        clinic.hold(small, FLU, FIRST + 2 * HALF_HOUR)
        client = small.test_client()
        for minute in range(0, 200, 9):
            frozen.at(FIRST - 600 + minute * 60)
            kept = client.get(MANIFEST).data
            with small.app_context(), transaction() as session:
                session.add(ShardMark(organization_id="", schedule_id=None, week=None))
            assert client.get(MANIFEST).data == kept, minute


class TestWithoutChange:
    def test_the_manifest_stays_as_it_is_byte_for_byte(self, app: Flask, frozen: Clock) -> None:
        first = read(app)
        built = generation(app)
        frozen.forward(minutes=5)
        assert read(app).text == first.text
        assert generation(app) == built, "nothing was due, so nothing was built"

    def test_a_rebuild_that_finds_nothing_new_keeps_the_time(self, app: Flask, frozen: Clock) -> None:
        first = read(app)
        with app.app_context(), transaction() as session:
            session.add(ShardMark(organization_id="", schedule_id=None, week=None))
        frozen.forward(minutes=5)
        assert read(app).text == first.text
        assert (generation(app), marks(app)) == (2, 0)

    def test_what_came_and_went_between_two_reads_is_no_change(self, small: Flask) -> None:
        first = read(small)
        clinic.cancel(small, clinic.book(small, SKIN, FIRST))
        second = read(small)
        assert second.text == first.text


class TestMarks:
    def test_exactly_those_that_were_seen_are_deleted(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read(app)
        clinic.book(app, SKIN, FIRST)
        build = rebuild.build_block

        def and_somebody_books(*args: Any, **kwargs: Any) -> Any:
            built = list(build(*args, **kwargs))
            monkeypatch.setattr(rebuild, "build_block", build)
            in_another_thread(lambda: clinic.book(app, SKIN, FIRST + HALF_HOUR, by=BEN))
            return built

        monkeypatch.setattr(rebuild, "build_block", and_somebody_books)
        feed_of(app).current()
        assert marks(app) > 0, "the second booking's marks were not seen by that build"
        feed = read(app)
        assert (feed.status(SKIN, NINE), feed.status(SKIN, HALF_PAST)) == (None, None)
        assert marks(app) == 0

    def test_whoever_published_meanwhile_wins_and_the_loser_looks_again(
        self, app: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        read(app)
        clinic.book(app, SKIN, FIRST)
        heads = rebuild.load_heads
        begun: list[int] = []

        def and_another_machine_publishes(*args: Any, **kwargs: Any) -> Any:
            begun.append(1)
            found = heads(*args, **kwargs)
            if len(begun) == 1:
                in_another_thread(raise_generation)
            return found

        def raise_generation() -> None:
            with app.app_context(), transaction() as session:
                session.scalars(select(Publication)).one().generation += 1

        monkeypatch.setattr(rebuild, "load_heads", and_another_machine_publishes)
        feed_of(app).current()
        assert len(begun) == 2
        assert generation(app) == 3
        assert read(app).status(SKIN, NINE) is None

    def test_when_others_always_win_the_answer_is_try_again(
        self, small: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(rebuild.Rebuild, "publish", lambda *_, **__: False)
        answer = small.test_client().get(MANIFEST)
        assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "5")
        assert answer.json is not None
        assert answer.json["resourceType"] == "OperationOutcome"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def in_another_thread(act: Callable[[], object]) -> None:
    """Run ``act`` as another request would: in a thread of its own, without this one's application
    context."""
    failed: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not failed, failed


class TestFiles:
    def test_a_wiped_folder_is_filled_again_under_the_same_names(
        self, small: Flask, make_app: Callable[..., Flask], sqlite_url: str
    ) -> None:
        first = read(small)
        shutil.rmtree(settings(small).data_dir / "feed")
        second = read(make_app(sqlite_url))
        assert second.resources == first.resources
        assert {entry["url"] for entry in second.manifest["output"]} == {
            entry["url"] for entry in first.manifest["output"]
        }

    def test_a_single_lost_file_is_made_again_when_it_is_asked_for(
        self, small: Flask, make_app: Callable[..., Flask], sqlite_url: str
    ) -> None:
        url = read(small).manifest["output"][-1]["url"]
        path = settings(small).data_dir / "feed" / (url.rpartition("/")[2] + ".gz")
        body = path.read_bytes()
        other = make_app(sqlite_url)
        assert other.test_client().get(MANIFEST).status_code == 200
        path.unlink()
        answer = other.test_client().get(url, headers={"Accept-Encoding": "gzip"})
        assert (answer.status_code, answer.data) == (200, body)

    def test_a_lost_file_that_clients_of_2021_alone_read_is_made_again(
        self, small: Flask, make_app: Callable[..., Flask], sqlite_url: str
    ) -> None:
        read(small)
        entries = small.test_client().get("/fhir/2021/$bulk-publish").get_json(force=True)["output"]
        (url,) = [entry["url"] for entry in entries if entry["type"] == "Schedule"]
        other = make_app(sqlite_url)
        assert other.test_client().get(MANIFEST).status_code == 200
        (settings(small).data_dir / "feed" / (url.rpartition("/")[2] + ".gz")).unlink()
        assert other.test_client().get(url).status_code == 200

    def test_what_was_superseded_leaves_no_rows(self, small: Flask) -> None:
        read(small)
        with small.app_context(), snapshot() as session:
            first = session.scalars(select(func.count()).select_from(ShardVersion)).one()
        for _ in range(3):
            clinic.cancel(small, clinic.book(small, SKIN, FIRST + 5 * HALF_HOUR))
            read(small)
        with small.app_context(), snapshot() as session:
            assert session.scalars(select(func.count()).select_from(ShardVersion)).one() == first

    def test_a_file_that_left_the_manifest_is_kept_a_day_and_then_gone(
        self, small: Flask, frozen: Clock, make_app: Callable[..., Flask], sqlite_url: str
    ) -> None:
        old = read(small).manifest["output"][-1]["url"]
        frozen.at("2026-06-20T12:00:00-04:00")
        assert old not in {entry["url"] for entry in read(small).manifest["output"]}
        feed_of(small).sweep()
        assert small.test_client().get(old).status_code == 200
        frozen.at("2026-06-21T13:00:00-04:00")
        read(small)
        feed_of(small).sweep()
        assert make_app(sqlite_url).test_client().get(old).status_code == 410


class TestFingerprint:
    def test_another_public_address_is_in_the_very_next_manifest(
        self, small: Flask, make_app: Callable[..., Flask], sqlite_url: str
    ) -> None:
        read(small)
        moved = make_app(sqlite_url, public_url="https://book.example.org")
        made = moved.test_client().get(MANIFEST).json
        assert made is not None
        assert made["request"] == "https://book.example.org/fhir/$bulk-publish"
        assert {entry["url"].partition("/fhir/")[0] for entry in made["output"]} == {
            "https://book.example.org"
        }

    def test_older_code_serves_what_newer_code_published_and_publishes_nothing(
        self,
        small: Flask,
        make_app: Callable[..., Flask],
        sqlite_url: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(rebuild, "CODE_GENERATION", rebuild.CODE_GENERATION + 1)
        newer = read(make_app(sqlite_url))
        monkeypatch.undo()
        assert read(small).text == newer.text
        clinic.book(small, SKIN, FIRST)
        with pytest.raises(FeedUnavailable):
            feed_of(small).current()
        assert generation(small) == 1

    def test_newer_code_publishes_anew(
        self,
        small: Flask,
        make_app: Callable[..., Flask],
        sqlite_url: str,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        read(small)
        monkeypatch.setattr(rebuild, "CODE_GENERATION", rebuild.CODE_GENERATION + 1)
        read(make_app(sqlite_url))
        assert generation(small) == 2

    def test_settings_that_change_what_is_told_change_it(self, small: Flask) -> None:
        made = settings(small)
        told = {
            rebuild.fingerprint(changed)
            for changed in (made, replace(made, show_busy=True), replace(made, feed_max_age=61))
        }
        assert len(told) == 3


def test_readers_and_bookers_at_once_never_see_a_taken_time(app: Flask) -> None:
    read(app)
    starts = [FIRST + n * HALF_HOUR for n in range(6)]
    booked: set[str] = set()
    wrong: list[str] = []
    seen: list[Feed] = []
    done = threading.Event()

    def reader() -> None:
        client = app.test_client()
        while not done.is_set():
            already = set(booked)
            feed = read(client)
            wrong.extend(start for start in already if feed.status(SKIN, start) == "free")
            seen.append(feed)

    threads = [threading.Thread(target=reader) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for n, start in enumerate(starts):
            clinic.book(app, SKIN, start)
            booked.add(f"20260601T{13 + n // 2}{'30' if n % 2 else '00'}")
    finally:
        done.set()
        for thread in threads:
            thread.join()
    assert wrong == []
    assert len(seen) >= 3
    by_time = {feed.manifest["transactionTime"]: feed.text for feed in seen}
    assert all(by_time[feed.manifest["transactionTime"]] == feed.text for feed in seen), (
        "one time, one manifest"
    )
    assert not booked & read(app).slots(SKIN).keys()
    assert marks(app) == 0
