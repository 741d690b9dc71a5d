"""A static copy of the feed and its chain, which any web server or bucket can serve, as it is at one moment.

    $bulk-publish          the root manifest            2021/$bulk-publish   the one for clients of 2021
    files/<name>.ndjson    the files                    service.json         the card for directories
    after/<number>.json    stubs of the chain           page/<number>.json   its pages
    left.json              what is no longer listed, and since when

A folder can't hold both a file ``$bulk-publish`` and something below it, so the chain lies beside it. Writes are in an
order in which no reader meets a manifest whose files or pages are missing, wherever the copying ends: files; new pages, the
newest first; stubs and pages that were pending; the roots; what is closed. What left goes only after the grace.
"""

from __future__ import annotations

import fcntl
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from scheduler import clock
from scheduler.db import snapshot
from scheduler.errors import InvalidInput
from scheduler.publisher import chain
from scheduler.publisher.advertise import load_providers, service_card
from scheduler.publisher.current import Current
from scheduler.publisher.feed import LiveFeed
from scheduler.publisher.files import is_name, unzipped
from scheduler.publisher.http import polling_hint
from scheduler.publisher.manifest import CLOSED, PENDING, ROOT, ROOT_2021, Maker, file_names, stub_path
from scheduler.publisher.targets import CopyFailed, Target

LEFT = "left.json"
CARD = "service.json"
_CHAIN = re.compile(r"(after|page)/([1-9][0-9]{0,14})\.json", re.ASCII)
_LIVE = re.compile(r"\$bulk-publish/(after|page)/([0-9]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class StaticMaker(Maker):
    """Makes manifests with the addresses of a copy. ``broken``: pages that can't be copied: the chain is closed before
    them."""

    broken: frozenset[int] = frozenset()

    def address(self, path: str) -> str:
        """The whole address of what the live feed has at ``path``."""
        found = _LIVE.fullmatch(path)
        if found is None:
            return path if path.startswith("#") else f"{self.base}/{path}"
        kind, number = found.groups()
        return (
            CLOSED if kind == "page" and int(number) in self.broken else f"{self.base}/{kind}/{number}.json"
        )


@dataclass(frozen=True, slots=True)
class Copied:
    """What a run did: the edition and its transactionTime in epoch milliseconds; how many files, manifests (roots, pages,
    stubs) and removed objects there were."""

    edition: int
    transaction_ms: int
    files: int = 0
    manifests: int = 0
    removed: int = 0


@dataclass(slots=True)
class _Content:
    """The copy as it should be: ``roots`` and ``chain`` by name, and the names of the files that they list."""

    current: Current
    roots: dict[str, bytes]
    chain: dict[str, bytes]
    files: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        return {*self.roots, *self.chain, *map(_file, self.files)}


def checked_base(address: str) -> str:
    """The address below which a copy lies, without a slash at the end; that of its root manifest will do. Raises
    InvalidInput."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise InvalidInput(
            {"base_url": "--base-url: give the address of the copy, such as https://feed.example.org/fhir."}
        )
    return address.rstrip("/").removesuffix(ROOT).rstrip("/")


def copy(feed: LiveFeed, target: Target, base: str, *, keep_seconds: int) -> Copied:
    """Make ``target``, served at ``base``, the feed of this moment. Needs an application context. Waits for another copy of
    this installation. Raises CopyFailed, FeedUnavailable."""
    with _alone(feed.settings.data_dir):
        return _Run(feed, target, base, keep_seconds).copy()


class _Run:
    """One run of the copier."""

    def __init__(self, feed: LiveFeed, target: Target, base: str, keep_seconds: int) -> None:
        self._feed, self._target, self._base, self._keep_seconds = feed, target, base, keep_seconds
        self._hint = polling_hint(feed.settings.feed_max_age)
        self._there: set[str] = set()
        self._manifests = 0

    def copy(self) -> Copied:
        """Bring the target up to date."""
        self._there = {name for name in self._target.names() if _is_ours(name)}
        content = self._content()
        left = self._left()
        files = self._put_files(content.files)
        again = {name: at for name, at in left.items() if name not in content.names}
        if again != left:  # before it is listed again: else it could go too early when it leaves once more
            self._remember(again)
        new = {name for name in content.chain if name not in self._there}
        self._put_all({name: content.chain[name] for name in sorted(new, key=_newest_first)})
        rest = {name: data for name, data in content.chain.items() if name not in new}
        closed = {name: data for name, data in rest.items() if _leads_to(data) == CLOSED}
        self._put_all({name: data for name, data in rest.items() if name not in closed})
        self._put_all(content.roots)
        # who is told to start over must find the new root
        self._put_all(closed | self._ends(content, again))
        removed = self._sweep(content.names, again)
        return Copied(content.current.number, content.current.transaction_ms, files, self._manifests, removed)

    def _content(self) -> _Content:
        feed = self._feed
        current = feed.current()
        for name in sorted(file_names(current.text)):
            if not feed.store.has(name):
                feed.file(name)  # which makes it again
                current = feed.current()
        with snapshot() as session:
            kept = chain.pages_kept(session, current.number)
            broken = {
                number
                for number, page in kept.items()
                if page is not None and not all(map(feed.store.has, page.names))
            }
            maker = StaticMaker(self._base, feed.settings.feed_max_age, frozenset(broken))
            stubs = {int(name[6:-5]) for name in self._there if name.startswith("after/")} & set(kept)
            pages = [number for number, page in kept.items() if page is not None and number not in broken]
            made = {
                f"after/{number}.json": chain.stub(session, maker, number, current.number)
                for number in {*stubs, current.number}
            }
            made |= {
                f"page/{number}.json": chain.page(session, maker, number, current.number) for number in pages
            }
            providers = load_providers(session)
        strict = unzipped(current.manifest_2021.zipped)
        roots = {
            ROOT_2021: _moved(strict, maker, ROOT_2021),
            ROOT: _moved(current.text, maker, ROOT, current.number),
        }
        if providers:
            card = service_card(providers, maker.address(ROOT))
            roots[CARD] = json.dumps(card, ensure_ascii=False, indent=2).encode() + b"\n"
        files = set(file_names(current.text) | file_names(strict))
        for data in made.values():
            files |= file_names(data)
        return _Content(current, roots, made, files)

    def _put_files(self, names: Iterable[str]) -> int:
        new = [name for name in sorted(names) if _file(name) not in self._there]
        for name in new:
            packed = self._feed.store.read(name, compressed=True)
            if packed is None:
                raise CopyFailed("A file of the feed was lost while it was copied. Run this again.")
            self._target.put_file(_file(name), packed)
        self._target.settle()
        return len(new)

    def _put_all(self, documents: dict[str, bytes]) -> None:
        for name, data in documents.items():
            self._manifests += self._target.put(name, data, self._hint)
        self._target.settle()

    def _ends(self, content: _Content, left: dict[str, int]) -> dict[str, bytes]:
        """Pages and stubs that have just left and are still pending, closed."""
        made = {}
        for name in sorted(self._there - content.names - set(left)):
            data = self._target.read(name) if _CHAIN.fullmatch(name) else b""
            if _leads_to(data) == PENDING:
                made[name] = _closed(data)
        return made

    def _sweep(self, wanted: set[str], left: dict[str, int]) -> int:
        """Remove what left before the grace, pages before their files; remember what leaves now."""
        now = clock.now()
        left = {name: left.get(name, now) for name in self._there - wanted}
        gone = sorted(
            (name for name, at in left.items() if now - at >= self._keep_seconds),
            key=lambda name: (name.startswith("files/"), name),
        )
        chain_first = [name for name in gone if _CHAIN.fullmatch(name)]
        for part in (chain_first, gone[len(chain_first) :]):
            self._target.remove(part)
        self._remember({name: at for name, at in left.items() if name not in gone})
        return len(gone)

    def _left(self) -> dict[str, int]:
        """What is no longer wanted, and since when (epoch seconds), as the last run wrote it."""
        try:
            said = json.loads(self._target.read(LEFT) or b"{}")
            return {str(name): int(at) for name, at in said.items()}
        except (ValueError, AttributeError, TypeError):
            return {}  # not as we write it: the grace begins anew

    def _remember(self, left: dict[str, int]) -> None:
        self._target.put(LEFT, json.dumps(left, sort_keys=True).encode(), "no-store")
        self._target.settle()


def _file(name: str) -> str:
    return f"files/{name}"


def _is_ours(name: str) -> bool:
    """Whether it is a file, page or stub of a feed, so that it may be removed."""
    return _CHAIN.fullmatch(name) is not None or (name.startswith("files/") and is_name(name[6:]))


def _newest_first(name: str) -> int:
    found = _CHAIN.fullmatch(name)
    assert found is not None, "the chain has stubs and pages"
    return -int(found[2])


def _leads_to(data: bytes) -> str:
    """What a page or stub says is next; empty for anything else."""
    try:
        return str(json.loads(data)["link"][0]["url"])
    except (ValueError, LookupError, TypeError):
        return ""


def _closed(data: bytes) -> bytes:
    said = json.loads(data)
    said["link"] = [{"relation": "next", "url": CLOSED}]
    return json.dumps(said, separators=(",", ":")).encode()


def _moved(text: bytes, maker: Maker, path: str, number: int | None = None) -> bytes:
    """A root manifest with the addresses of the copy. ``number``: of its edition, where it has a chain."""
    said = json.loads(text)
    said["request"] = maker.address(path)
    for part in ("output", "deleted", "outcome"):
        for entry in said.get(part, ()):
            entry["url"] = maker.file(str(entry["url"]).rpartition("/")[2])
    if number is not None:
        said["link"] = [{"relation": "next", "url": maker.address(stub_path(number))}]
    return json.dumps(said, separators=(",", ":")).encode()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One copier of an installation at a time; freed when a process dies."""
    with open(folder / "copying.lock", "ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
