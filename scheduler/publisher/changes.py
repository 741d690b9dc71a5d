"""What differs between two states of the feed, line by line: the pages of the chain, and the answer to ``_since``.

Source: Bulk Publish, "update chain" (spec/bulk-publish.md): a page has new and changed resources, then what is deleted.
"""

from __future__ import annotations

import gzip
import json
import re
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from scheduler.publisher.build import OUTCOME
from scheduler.publisher.files import Store
from scheduler.publisher.outlines import Outlines
from scheduler.publisher.versions import FileOf, Version

_ID = re.compile(rb'\{"resourceType":"([A-Za-z]+)","id":"([A-Za-z0-9.-]+)"')
_BUNDLE_ENTRIES = 1000
_KEPT_BYTES = 32 * 1024 * 1024

Key = tuple[str, str]


class TooMuch(Exception):
    """The two states differ in so much that clients do better to start over."""


@dataclass(frozen=True, slots=True)
class Page:
    """The changes from one edition to the next: shards that changed, files with new and changed resources by type, files
    of bundles that delete."""

    shards: tuple[str, ...] = ()
    output: tuple[tuple[str, FileOf], ...] = ()
    deleted: tuple[FileOf, ...] = ()

    def to_bytes(self) -> bytes:
        """As it is kept in the database."""
        said = {
            "shards": self.shards,
            "output": [[kind, file.name, file.count, file.size] for kind, file in self.output],
            "deleted": [[file.name, file.count, file.size] for file in self.deleted],
        }
        return gzip.compress(json.dumps(said, separators=(",", ":")).encode(), 1, mtime=0)

    @staticmethod
    def from_bytes(kept: bytes) -> Page:
        """What ``to_bytes`` was called on."""
        said = json.loads(gzip.decompress(kept))
        return Page(
            tuple(said["shards"]),
            tuple((kind, FileOf(*file)) for kind, *file in said["output"]),
            tuple(FileOf(*file) for file in said["deleted"]),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The files that it lists."""
        return (*(file.name for _, file in self.output), *(file.name for file in self.deleted))


def changed_shards(before: Mapping[str, Version], after: Mapping[str, Version]) -> list[str]:
    """The shards whose files differ, a missing one being empty."""
    return sorted(
        shard for shard in {*before, *after} if _files(before.get(shard)) != _files(after.get(shard))
    )


class Differ:
    """Makes pages, from ``outlines`` where they are known. Differences of two files are kept for a while, since what is foreseen is compared again after each
    booking."""

    def __init__(self, store: Store, outlines: Outlines | None = None) -> None:
        self._store = store
        self._outlines = outlines
        self._kept: OrderedDict[tuple[str, str], tuple[list[bytes], list[bytes]]] = OrderedDict()
        self._bytes = 0

    def page(
        self, before: Mapping[str, Version], after: Mapping[str, Version], now: int, most_bytes: int
    ) -> Page:
        """The page from ``before`` to ``after``, its files written. Raises TooMuch when files of more than
        ``most_bytes`` changed, FileNotFoundError when one that was listed is lost."""
        shards = changed_shards(before, after)
        told = [shard for shard in shards if shard != OUTCOME]
        pairs = [(_name(before.get(shard)), _name(after.get(shard))) for shard in told]
        if sum(_size(before.get(shard)) + _size(after.get(shard)) for shard in told) > most_bytes:
            raise TooMuch
        added: set[bytes] = set()
        removed: set[bytes] = set()
        for old, new in pairs:
            more, less = self._difference(old, new)
            added.update(more)
            removed.update(less)
        # a slot that only moved to another file has not changed
        both = added & removed
        return self._written(tuple(shards), added - both, removed - both, now)

    def _written(self, shards: tuple[str, ...], added: set[bytes], removed: set[bytes], now: int) -> Page:
        by_kind: dict[str, list[bytes]] = defaultdict(list)
        present: set[Key] = set()
        for line in sorted(added):
            key = key_of(line)
            present.add(key)
            by_kind[key[0]].append(line)
        output = [
            (kind, self._put(kind, b"\n".join(lines) + b"\n", len(lines), now))
            for kind, lines in by_kind.items()
        ]
        gone = sorted({key_of(line) for line in removed} - present)
        return Page(shards, tuple(output), deletions(self._store, gone, now))

    def _put(self, kind: str, data: bytes, count: int, now: int) -> FileOf:
        stored = self._store.put(kind, data, now)
        return FileOf(stored.name, count, stored.size)

    def _difference(self, old: str, new: str) -> tuple[list[bytes], list[bytes]]:
        """The lines that only ``new`` has, and those that only ``old`` has; an empty name is an empty file."""
        if old == new:
            return [], []
        key = (old, new)
        if key not in self._kept:
            found = None if self._outlines is None else self._outlines.difference(old, new)
            if found is None:
                before, after = lines_of(self._store, old), lines_of(self._store, new)
                found = (list(after - before), list(before - after))
            self._kept[key] = found
            self._bytes += _bytes_of(found)
            while self._bytes > _KEPT_BYTES and len(self._kept) > 1:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= _bytes_of(dropped)
        self._kept.move_to_end(key)
        return self._kept[key]


def _bytes_of(pair: tuple[list[bytes], list[bytes]]) -> int:
    return sum(len(line) for lines in pair for line in lines)


def lines_of(store: Store, name: str) -> set[bytes]:
    """The lines of a file, without their ends. Raises FileNotFoundError when it is lost."""
    if not name:
        return set()
    data = store.read(name, compressed=False)
    if data is None:
        raise FileNotFoundError(name)
    return set(data.splitlines())


def key_of(line: bytes) -> Key:
    """Type and id of a line of ours."""
    found = _ID.match(line)
    assert found is not None, "every line begins with its type and id"
    return found[1].decode(), found[2].decode()


def deletions(store: Store, gone: Sequence[Key], now: int) -> tuple[FileOf, ...]:
    """A file of transaction Bundles that delete these, or none for none."""
    if not gone:
        return ()
    bundles = [
        {
            "resourceType": "Bundle",
            "type": "transaction",
            "entry": [
                {"request": {"method": "DELETE", "url": f"{kind}/{resource_id}"}}
                for kind, resource_id in gone[at : at + _BUNDLE_ENTRIES]
            ],
        }
        for at in range(0, len(gone), _BUNDLE_ENTRIES)
    ]
    data = "".join(json.dumps(bundle, separators=(",", ":")) + "\n" for bundle in bundles).encode()
    stored = store.put("Bundle", data, now)
    return (FileOf(stored.name, len(bundles), stored.size),)


def deleted_since(store: Store, pages: Iterable[Page]) -> list[Key]:
    """What was deleted over these pages, in order, and did not come back. Raises FileNotFoundError when a file of a page
    is lost."""
    gone: set[Key] = set()
    for page in pages:
        for _, file in page.output:
            gone -= {key_of(line) for line in lines_of(store, file.name)} if gone else set()
        for file in page.deleted:
            for line in lines_of(store, file.name):
                for entry in json.loads(line)["entry"]:
                    kind, _, resource_id = entry["request"]["url"].partition("/")
                    gone.add((kind, resource_id))
    return sorted(gone)


def _files(version: Version | None) -> tuple[str, str]:
    return ("", "") if version is None else (version.file.name, version.file_2021.name)


def _name(version: Version | None) -> str:
    return "" if version is None else version.file.name


def _size(version: Version | None) -> int:
    return 0 if version is None else version.file.size
