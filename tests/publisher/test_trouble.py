"""A disk that is full, files that can't be written, a database that is away: what readers, admin and log get."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from flask import Flask

from scheduler.publisher import feed_of, files
from scheduler.publisher.listing import listing
from tests.publisher import clinic
from tests.publisher.clinic import FIRST, SKIN
from tests.publisher.reading import MANIFEST, read
from tests.support.times import Clock

START = "20260601T1300"


@pytest.fixture
def app(sqlite_app: Flask, frozen: Clock) -> Flask:
    frozen.at(clinic.MORNING)
    clinic.make(sqlite_app)
    return sqlite_app


def fill_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.Store, "_write", full)


def test_the_last_good_feed_is_served_with_its_own_time_until_the_disk_has_room(
    app: Flask, frozen: Clock, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    good = read(app)
    clinic.book(app, SKIN, FIRST)
    with monkeypatch.context() as broken:
        fill_disk(broken)
        frozen.forward(minutes=40)
        for _ in range(2):
            assert read(app).text == good.text
        with app.app_context():
            assert "No space left on device" in listing().trouble
        said = [record.getMessage() for record in caplog.records if "can't be written" in record.getMessage()]
        assert len(said) == 1, "the log says it once, not at every poll"
    after = read(app)
    assert after.status(SKIN, START) is None
    assert after.manifest["transactionTime"] > good.manifest["transactionTime"]
    with app.app_context():
        assert listing().trouble == ""


def test_without_any_good_feed_the_answer_is_try_again(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_disk(monkeypatch)
    answer = app.test_client().get(MANIFEST)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")


def test_a_folder_that_can_not_be_written_is_no_reason_to_fail(app: Flask, tmp_path: Path) -> None:
    good = read(app)
    store = feed_of(app).store
    folder, store.folder = store.folder, tmp_path / "file"
    store.folder.write_bytes(b"in the way")
    try:
        clinic.book(app, SKIN, FIRST)
        assert app.test_client().get(MANIFEST).data == good.text
    finally:
        store.folder = folder
    assert read(app).status(SKIN, START) is None
