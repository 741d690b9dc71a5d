"""Clients of a published feed, as strangers would write them after the standard. They import nothing from ``scheduler``.

Each holds the feed's resources by type and id and brings them up to date by ``read()``: ``Snapshot`` reads everything
anew; ``Poller`` asks whether anything is new and reads new files only; ``Since`` asks what changed; ``Chain`` follows the
chain of updates; ``Late`` reads the files of a manifest long after it. They assert what a feed promises while they read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from tests.reference.feed_wire import Answer, Json, Wire, instant

Key = tuple[str, str]
Held = dict[Key, Json]

PENDING, CLOSED = "#pending", "#closed"
_LONGEST_CHAIN = 100_000


def keyed(resource: Json) -> Key:
    return resource["resourceType"], resource["id"]


def taken_in(wire: Wire, entries: Iterable[Json]) -> Held:
    """All resources of these files; none may be there twice."""
    held: Held = {}
    for entry in entries:
        for resource in wire.file(entry):
            assert keyed(resource) not in held, f"{keyed(resource)} is there twice"
            held[keyed(resource)] = resource
    return held


def deletions(wire: Wire, entries: Iterable[Json]) -> Iterator[Key]:
    """What the bundles of ``deleted`` remove."""
    for entry in entries:
        for bundle in wire.file(entry):
            assert (bundle["resourceType"], bundle["type"]) == ("Bundle", "transaction")
            assert bundle["entry"]
            for one in bundle["entry"]:
                assert one["request"]["method"] == "DELETE"
                kind, _, key = one["request"]["url"].partition("/")
                yield kind, key


def next_of(manifest: Json) -> str:
    """Where the chain goes on; empty when the manifest doesn't say."""
    links = manifest.get("link", [])
    assert len(links) <= 1, links
    assert all(link["relation"] == "next" for link in links), links
    return str(links[0]["url"]) if links else ""


class Client:
    """What all have: the resources, and the instant at which they were so."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.held: Held = {}
        self.time = ""

    def read(self) -> Held:
        """The resources of this moment. Raises Unavailable, and goes on from where it was when asked again."""
        raise NotImplementedError

    def _root(self, url: str, etag: str = "") -> Answer:
        """A manifest of the whole feed or of what changed, read at this moment."""
        floor = self.wire.ledger.floor()
        answer = self.wire.manifest(url, etag)
        assert answer.status in (200, 304), f"{url} answers {answer.status}: {answer.body.decode()}"
        if answer.status == 200:
            manifest = answer.json()
            self.wire.ledger.came(floor, manifest["transactionTime"])
            assert next_of(manifest) not in (PENDING, CLOSED), "the root leads to a stub and is none"
            assert manifest["error"] == []
            if manifest["request"] == self.wire.root:
                self.wire.ledger.stood(manifest["transactionTime"], answer.body)
                assert manifest["deleted"] == [], "a whole feed has nothing to delete"
        return answer

    def _apply(self, manifest: Json) -> None:
        """First what is new or changed, then what is gone."""
        self.held |= taken_in(self.wire, manifest["output"])
        for key in deletions(self.wire, manifest["deleted"]):
            self.held.pop(key, None)


class Snapshot(Client):
    """Reads the manifest and every file, every time. ``manifest`` is the one read last."""

    manifest: Json

    def read(self) -> Held:
        self.manifest = self._root(self.wire.root).json()
        assert self.manifest["request"] == self.wire.root
        self.held = taken_in(self.wire, self.manifest["output"])
        self.time = self.manifest["transactionTime"]
        for entry in self.manifest.get("outcome", []):
            self.wire.file(entry)
        return self.held


class Poller(Client):
    """Asks with the ETag it has, and reads only files that it has not yet; they never change."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._etag = ""
        self._files: dict[str, list[Json]] = {}
        self.unchanged = 0

    def read(self) -> Held:
        answer = self._root(self.wire.root, self._etag)
        if answer.status == 304:
            self.unchanged += 1
            return self.held
        manifest = answer.json()
        self._files = {
            entry["url"]: self._files.get(entry["url"]) or self.wire.file(entry)
            for entry in manifest["output"]
        }
        self._etag = answer.etag  # not before all files are here: a read may end in the middle
        self.held = {keyed(one): one for lines in self._files.values() for one in lines}
        self.time = manifest["transactionTime"]
        return self.held


class Since(Client):
    """Asks what changed since the last answer's transactionTime. ``deltas`` and ``wholes`` count what came back."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._tags: tuple[str, str] = ("", "")
        self.deltas = self.wholes = 0

    def read(self) -> Held:
        url = f"{self.wire.root}?_since={quote(self.time)}" if self.time else self.wire.root
        of_url, etag = self._tags
        answer = self._root(url, etag if of_url == url else "")
        if answer.status == 304:
            return self.held
        manifest = answer.json()
        if "_since=" in manifest["request"]:
            assert self.time, "only what changed is no answer to who has nothing"
            self._apply(manifest)
            self.deltas += 1
        else:
            self.held = taken_in(self.wire, manifest["output"])
            self.wholes += 1
        self._tags = (url, answer.etag)
        self.time = manifest["transactionTime"]
        return self.held


class Chain(Client):
    """Reads the whole feed once and then follows the chain. ``pages`` counts pages applied, ``starts`` whole reads."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._at = ""
        self._etag = ""
        self._applied: set[str] = set()
        self.pages = self.starts = 0

    def read(self) -> Held:
        for _ in range(_LONGEST_CHAIN):
            if not self._at:
                self._begin()
            following = self._following()
            if following == PENDING:
                return self.held
            self._at, self._etag = ("" if following == CLOSED else following), ""
        raise AssertionError("the chain does not end")

    def _begin(self) -> None:
        manifest = self._root(self.wire.root).json()
        held, stub_url = taken_in(self.wire, manifest["output"]), next_of(manifest)
        assert stub_url, "the root leads nowhere"
        stub = self.wire.manifest(stub_url)
        assert stub.status == 200, f"the root leads to {stub_url}, which answers {stub.status}"
        assert stub.json()["output"] == stub.json()["deleted"] == [], "a stub has no files"
        self.held, self.time = held, manifest["transactionTime"]
        self._at, self._etag, self._applied = stub_url, "", {stub_url}
        self.starts += 1

    def _following(self) -> str:
        """What the place in the chain says is next, after its page was applied; #closed for one that is gone."""
        answer = self.wire.manifest(self._at, self._etag)
        if answer.status == 304:
            return PENDING
        if answer.status == 410:
            return CLOSED
        assert answer.status == 200, f"{self._at} answers {answer.status}"
        manifest = answer.json()
        said = next_of(manifest)
        assert said, f"{self._at} leads nowhere"
        self.wire.ledger.kept(self._at, written_once(manifest))
        if self._at not in self._applied:
            assert instant(manifest["transactionTime"]) > instant(self.time), (
                "a page is older than what it follows"
            )
            self._apply(manifest)
            self._applied.add(self._at)
            self.time = manifest["transactionTime"]
            self.pages += 1
        self._etag = answer.etag
        return said


def written_once(page: Json) -> bytes:
    """What a page says for ever: all but where it leads, and how often the feed changes."""
    return repr({name: said for name, said in page.items() if name not in ("link", "updateCadence")}).encode()


class Late(Client):
    """Reads a manifest now and its files later: within a day all are still there."""

    def __init__(self, wire: Wire) -> None:
        super().__init__(wire)
        self._manifest: Json | None = None

    def look(self) -> None:
        """Read the manifest alone."""
        self._manifest = self._root(self.wire.root).json()

    def read(self) -> Held:
        """Read the files of the manifest that was looked at."""
        assert self._manifest is not None, "look first"
        self.held = taken_in(self.wire, self._manifest["output"])
        return self.held
