"""Static copies: what any reader finds in one at any moment, wherever the copying was cut short."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError

import pytest
from flask import Flask

from scheduler.clock import HOUR
from scheduler.errors import InvalidInput
from scheduler.publisher import feed_of
from scheduler.publisher.static import LEFT, Copied, checked_base, copy
from scheduler.publisher.targets import CopyFailed, Folder, target_for
from tests.publisher import clinic
from tests.publisher.clinic import ADA, BEN, FIRST, FLU, HALF_HOUR, SKIN
from tests.publisher.copies import CLOSED, PENDING, Held, Reader, get, served, whole
from tests.publisher.reading import read
from tests.support.apps import environ_for
from tests.support.servers import ROOT, clean_environ
from tests.support.times import Clock


@pytest.fixture
def app(sqlite_app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "site" / "fhir"


@pytest.fixture
def base(folder: Path) -> Iterator[str]:
    """Where the folder is served."""
    folder.mkdir(parents=True)
    with served(folder) as address:
        yield address


def publish(app: Flask, target: Any, base: str, *, hours: int = 24) -> Copied:
    with app.app_context():
        return copy(feed_of(app), target, base, keep_seconds=hours * HOUR)


def live(app: Flask) -> Held:
    """What the live feed has."""
    found = read(app).resources
    return {
        (kind, key): one
        for kind, known in found.items()
        if kind != "OperationOutcome"
        for key, one in known.items()
    }


def step(app: Flask, number: int) -> None:
    """One of several changes of the feed."""
    clinic.book(
        app, *((SKIN, FIRST), (FLU, FIRST), (FLU, FIRST + HALF_HOUR))[number], by=(ADA, BEN, ADA)[number]
    )
    read(app)


class TestWhatIsThere:
    def test_a_copy_holds_what_the_live_feed_holds_under_its_own_addresses(
        self, app: Flask, folder: Path, base: str
    ) -> None:
        done = publish(app, Folder(folder), base)
        assert whole(base) == live(app)
        assert done.files == len(list((folder / "files").glob("*.ndjson"))) > 6
        for path in folder.rglob("*"):
            if path.is_file() and path.parent.name != "files":
                assert b"http://localhost" not in path.read_bytes(), path

    def test_each_file_lies_beside_its_compressed_form(self, app: Flask, folder: Path, base: str) -> None:
        publish(app, Folder(folder), base)
        for path in (folder / "files").glob("*.ndjson"):
            assert gzip.decompress(path.with_name(path.name + ".gz").read_bytes()) == path.read_bytes()

    def test_the_manifest_of_2021_and_the_card_are_there(self, app: Flask, folder: Path, base: str) -> None:
        publish(app, Folder(folder), base)
        strict = json.loads(get(f"{base}/2021/$bulk-publish"))
        assert set(strict) == {"transactionTime", "request", "output", "error"}
        assert strict["request"] == f"{base}/2021/$bulk-publish"
        for entry in strict["output"]:
            assert len(get(entry["url"])) == entry["fileSize"]
        assert json.loads(get(f"{base}/service.json"))["url"] == f"{base}/$bulk-publish"

    def test_without_a_change_a_second_run_writes_nothing(self, app: Flask, folder: Path, base: str) -> None:
        publish(app, Folder(folder), base)
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
        done = publish(app, Folder(folder), base)
        assert (done.files, done.manifests, done.removed) == (0, 0, 0)
        assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before

    def test_two_manifests_of_one_second_and_one_length_have_different_dates(self, tmp_path: Path) -> None:
        """From date and length web servers make ETags."""
        folder = Folder(tmp_path)
        dates = set()
        for data in (b"1", b"2", b"3"):
            assert folder.put("$bulk-publish", data, "")
            dates.add(int((tmp_path / "$bulk-publish").stat().st_mtime))
        assert len(dates) == 3

    def test_files_of_others_in_the_folder_stay(
        self, app: Flask, folder: Path, base: str, frozen: Clock
    ) -> None:
        for name in ("index.html", "files/notes.ndjson", "page/x.json"):
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text("mine")
        for hours in (0, 30):
            frozen.forward(hours=hours)
            publish(app, Folder(folder), base, hours=0)
        for name in ("index.html", "files/notes.ndjson", "page/x.json"):
            assert (folder / name).read_text() == "mine"


class TestTheChain:
    def test_it_leads_readers_of_every_run_to_the_newest_copy(
        self, app: Flask, folder: Path, base: str
    ) -> None:
        publish(app, Folder(folder), base)
        readers = []
        for number in range(3):
            readers.append(Reader(base))
            readers[-1].begin()
            step(app, number)
            publish(app, Folder(folder), base)
            for reader in readers:
                assert reader.follow() == PENDING
                assert reader.held == whole(base) == live(app)
        assert readers[0].pages == 3

    def test_changes_between_two_runs_are_pages_of_their_own(
        self, app: Flask, folder: Path, base: str
    ) -> None:
        publish(app, Folder(folder), base)
        reader = Reader(base)
        reader.begin()
        for number in range(3):
            step(app, number)
        publish(app, Folder(folder), base)
        assert (reader.follow(), reader.pages, reader.held) == (PENDING, 3, live(app))

    def test_readers_who_come_after_the_chain_was_forgotten_are_told_to_start_over(
        self, app: Flask, folder: Path, base: str, frozen: Clock
    ) -> None:
        publish(app, Folder(folder), base)
        at_stub = Reader(base)
        at_stub.begin()
        step(app, 0)
        publish(app, Folder(folder), base)
        at_page = Reader(base)
        at_page.held, at_page.at = dict(at_stub.held), at_stub.at
        at_page.follow()
        frozen.forward(hours=30)
        feed_of(app).sweep()
        publish(app, Folder(folder), base)
        assert (at_stub.follow(), at_page.follow()) == (CLOSED, CLOSED)
        assert at_page.begin() == live(app)

    def test_a_page_whose_file_is_lost_ends_the_chain_before_it(
        self, app: Flask, folder: Path, base: str
    ) -> None:
        publish(app, Folder(folder), base)
        reader = Reader(base)
        reader.begin()
        before = set(feed_of(app).store.folder.glob("*.gz"))
        step(app, 0)
        listed = read(app).text.decode()
        for path in set(feed_of(app).store.folder.glob("*.gz")) - before:
            if path.name.removesuffix(".gz") not in listed:
                path.unlink()
        publish(app, Folder(folder), base)
        assert reader.follow() == CLOSED
        assert reader.begin() == live(app)


class TestGrace:
    def test_what_left_stays_until_the_grace_is_over(
        self, app: Flask, folder: Path, base: str, frozen: Clock
    ) -> None:
        publish(app, Folder(folder), base)
        slots = [one for one in json.loads(get(f"{base}/$bulk-publish"))["output"] if one["type"] == "Slot"]
        old = next(one for one in slots if b"2026-06-01" in get(one["url"]))
        step(app, 0)
        frozen.forward(hours=30)  # the first edition is no longer kept
        publish(app, Folder(folder), base, hours=24)
        frozen.forward(hours=23)
        publish(app, Folder(folder), base, hours=24)
        assert len(get(old["url"])) == old["fileSize"]
        frozen.forward(hours=1)
        assert publish(app, Folder(folder), base, hours=24).removed > 0
        with pytest.raises(HTTPError, match="404"):
            get(old["url"])
        assert not (folder / "files" / (old["url"].rpartition("/")[2] + ".gz")).exists()
        assert whole(base) == live(app)

    def test_a_file_that_is_listed_again_has_a_new_grace_when_it_leaves_again(
        self, app: Flask, folder: Path, base: str, frozen: Clock
    ) -> None:
        publish(app, Folder(folder), base)
        name = json.loads(get(f"{base}/$bulk-publish"))["output"][0]["url"].rpartition("/")[2]
        (folder / LEFT).write_text(json.dumps({f"files/{name}": 1}))
        publish(app, Folder(folder), base)
        assert json.loads((folder / LEFT).read_text()) == {}

    @pytest.mark.parametrize("said", ["", "[1]", "{", '{"files/x": "y"}'])
    def test_a_list_of_what_left_that_is_spoiled_is_begun_anew(
        self, app: Flask, folder: Path, base: str, said: str
    ) -> None:
        (folder / LEFT).write_text(said)
        publish(app, Folder(folder), base)
        assert whole(base) == live(app)


class Killed(BaseException):
    """Not to be caught by anything that is copied with."""


class Mortal(Folder):
    """A folder whose copier dies before its n-th write."""

    def __init__(self, folder: Path, writes: int) -> None:
        super().__init__(folder)
        self.writes = writes

    def _write(self, name: str, data: bytes) -> None:
        self.writes -= 1
        if self.writes < 0:
            raise Killed
        super()._write(name, data)


def test_wherever_it_is_cut_short_the_copy_can_be_read_and_the_next_run_completes_it(
    app: Flask, tmp_path: Path, frozen: Clock
) -> None:
    start, now = tmp_path / "start", tmp_path / "now"
    now.symlink_to(start)
    with served(now) as base:
        publish(app, Folder(start), base)
        old = whole(base)
        for number in range(2):
            step(app, number)
        frozen.forward(hours=1)
        new = live(app)
        cuts = 0
        while True:
            here = tmp_path / str(cuts)
            shutil.copytree(start, here, copy_function=os.link)
            now.unlink()
            now.symlink_to(here)
            reader = Reader(base)
            reader.begin()
            try:
                publish(app, Mortal(here, cuts), base)
                break
            except Killed:
                cuts += 1
            fresh = Reader(base)
            assert fresh.begin() in (old, new)
            assert (fresh.follow(), reader.follow()) == (PENDING, PENDING)
            assert fresh.held == reader.held
            publish(app, Folder(here), base)
            assert (fresh.follow(), fresh.held) == (PENDING, new)
            assert whole(base) == new
        assert cuts > 10


_DYING = """
import os, signal, sys
left, real = int(sys.argv[1]), os.replace
def replace(source, goal):
    global left
    if sys.argv[2] in str(goal):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
    real(source, goal)
os.replace = replace
from scheduler import create_app
create_app().test_cli_runner().invoke(args=["feed", "publish", *sys.argv[3:], "--to", sys.argv[2]])
"""


@pytest.mark.processes
def test_a_copier_that_is_killed_leaves_a_copy_that_the_next_one_completes(
    sqlite_app: Flask, sqlite_url: str, data_dir: Path, folder: Path, base: str
) -> None:
    clinic.make(sqlite_app)
    ended = subprocess.run(
        [sys.executable, "-c", _DYING, "25", str(folder), "--base-url", base],
        env=clean_environ(environ_for(sqlite_url, data_dir)),
        cwd=ROOT,
        timeout=120,
    )
    assert ended.returncode == -signal.SIGKILL
    assert list(folder.rglob(".new-*")), "it died while it wrote"
    with pytest.raises(HTTPError, match="404"):
        whole(base)
    publish(sqlite_app, Folder(folder), base)
    assert list(folder.rglob(".new-*")) == []
    assert whole(base) == live(sqlite_app)


def test_a_folder_that_refuses_is_a_sentence(app: Flask, folder: Path, base: str) -> None:
    (folder / "files").write_text("in the way")
    with pytest.raises(CopyFailed, match="can't be written"):
        publish(app, Folder(folder), base)


@pytest.mark.parametrize("address", ["", "ftp://host/x", "s3://", "s3://-/x", "gs://bucket"])
def test_a_target_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="--to"):
        target_for(address)


@pytest.mark.parametrize(
    "address", ["", "feed.example.org", "ftp://a/b", "https://a/b?c", "https:///x", "https://a/#b"]
)
def test_a_base_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput, match="--base-url"):
        checked_base(address)


@pytest.mark.parametrize(
    "address", ["https://a.org/fhir", "https://a.org/fhir/", "https://a.org/fhir/$bulk-publish"]
)
def test_a_base_address_may_be_that_of_the_root(address: str) -> None:
    assert checked_base(address) == "https://a.org/fhir"
