"""The store: immutable files, gzipped, whole or absent, kept for a day after they were last listed."""

from __future__ import annotations

import gzip
import os
import threading
import time
from pathlib import Path

import pytest

from scheduler.clock import DAY, HOUR
from scheduler.publisher.files import Store, is_name

NOW = 1_795_000_000
SECRET = "a key of these tests"
DATA = b'{"resourceType":"Slot"}\n' * 50


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "feed", SECRET)


def names(store: Store) -> set[str]:
    return {path.name for path in store.folder.iterdir()} - {"lock", "swept"}


def test_a_file_is_read_as_it_was_put_plain_and_compressed(store: Store) -> None:
    stored = store.put("Slot", DATA, NOW)
    assert stored.size == len(DATA)
    assert store.read(stored.name, compressed=False) == DATA
    packed = store.read(stored.name, compressed=True)
    assert packed is not None
    assert gzip.decompress(packed) == DATA
    assert names(store) == {stored.name + ".gz"}


def test_the_same_content_has_the_same_name_and_bytes_and_other_content_another(
    store: Store, tmp_path: Path
) -> None:
    other = Store(tmp_path / "elsewhere", SECRET)
    one, two = store.put("Slot", DATA, NOW), other.put("Slot", DATA, NOW + 5)
    assert one == two
    assert store.read(one.name, compressed=True) == other.read(two.name, compressed=True)
    assert store.put("Slot", DATA + b"\n", NOW).name != one.name


@pytest.mark.parametrize("harm", ["lost", "cut", "zeros"])
def test_a_file_that_was_lost_or_torn_is_written_again(store: Store, harm: str) -> None:
    stored = store.put("Slot", DATA, NOW)
    path = store.folder / (stored.name + ".gz")
    whole = path.read_bytes()
    if harm == "lost":
        path.unlink()
        assert not store.has(stored.name)
    else:
        path.write_bytes(whole[:10] if harm == "cut" else bytes(len(whole)))
    assert store.put("Slot", DATA, NOW) == stored
    assert path.read_bytes() == whole


def test_settling_forces_each_new_file_and_the_folder_to_disk_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    forced: list[str] = []
    sync = os.fsync

    def counted(handle: int) -> None:
        forced.append(os.path.basename(os.readlink(f"/proc/self/fd/{handle}")))
        sync(handle)

    monkeypatch.setattr("scheduler.publisher.files.os.fsync", counted)
    stored = store.put("Slot", DATA, NOW)
    assert forced == []
    store.settle()
    store.put("Slot", DATA, NOW)
    store.settle()
    assert forced == [stored.name + ".gz", "feed"]


def test_a_name_tells_whether_it_was_ever_given_by_this_feed(store: Store, tmp_path: Path) -> None:
    name = store.put("Slot", DATA, NOW).name
    assert store.ours(name)
    assert not store.ours(name.replace("Slot-", "Location-"))
    assert not store.ours("Slot-" + "0" * 32 + ".ndjson")
    assert not Store(tmp_path / "feed", "another key").ours(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../secret",
        "Slot-1.ndjson",
        "lock",
        "Slot-" + "a" * 32,
        "Slot-" + "a" * 32 + ".ndjson/../lock",
    ],
)
def test_what_is_no_name_of_a_file_is_never_looked_for(store: Store, name: str) -> None:
    store.put("Slot", DATA, NOW)
    assert not is_name(name)
    assert store.read(name, compressed=False) is None


def test_a_write_that_fails_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("scheduler.publisher.files.os.replace", fail)
    with pytest.raises(OSError, match="No space"):
        store.put("Slot", DATA, NOW)
    assert names(store) == set()


class TestSweep:
    def test_a_file_stays_a_day_after_it_left_and_goes_then(self, store: Store) -> None:
        old = store.put("Slot", DATA, NOW)
        left = NOW + 30 * DAY
        store.retire([old.name], left)
        store.sweep([], left + DAY - HOUR)
        assert store.has(old.name)
        store.sweep([], left + DAY + HOUR)
        assert names(store) == set()

    def test_a_listed_file_stays_however_old_it_is(self, store: Store) -> None:
        kept = store.put("Slot", DATA, NOW)
        store.sweep([kept.name], NOW + 400 * DAY)
        assert store.has(kept.name)

    def test_what_a_killed_writer_left_goes_too(self, store: Store) -> None:
        store.put("Slot", DATA, NOW)
        half = store.folder / "new-abc"
        half.write_bytes(b"half")
        os.utime(half, (NOW, NOW))
        store.sweep([], NOW + 2 * DAY)
        assert names(store) == set()

    def test_it_is_due_once_an_hour(self, store: Store) -> None:
        store.put("Slot", DATA, NOW)
        assert store.sweep_due(NOW)
        store.sweep([], NOW)
        assert not store.sweep_due(NOW + HOUR - 1)
        assert store.sweep_due(NOW + HOUR)


def test_only_one_builder_at_a_time_holds_the_lock(store: Store) -> None:
    inside: list[int] = []
    most: list[int] = []

    def build() -> None:
        with store.lock():
            inside.append(1)
            most.append(len(inside))
            time.sleep(0.02)
            inside.pop()

    threads = [threading.Thread(target=build) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1, 1, 1, 1]
