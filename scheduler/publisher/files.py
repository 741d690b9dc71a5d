"""Immutable files in one folder, named by their content; a gzip twin stands beside each. Knows no records.

A file is whole or absent: it is written under another name, forced to disk and renamed, before any manifest
lists it. One that is no longer listed stays for a day, since readers of an older manifest still come for it.
"""

from __future__ import annotations

import fcntl
import gzip
import hashlib
import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from scheduler.clock import DAY, HOUR

GRACE = DAY
SWEEP_EVERY = HOUR
_NAME = re.compile(r"[A-Za-z]{1,40}-[0-9a-f]{32}\.ndjson", re.ASCII)
_GZIP_LEVEL = 6
_TWIN = ".gz"


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the store: its name, and the length in bytes of what it holds, uncompressed."""

    name: str
    size: int


class Store:
    """The files of a feed in ``folder``, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Only one builder at a time on this machine; the others wait. Freed when a process dies."""
        self._make_folder()
        with open(self.folder / "lock", "ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def put(self, kind: str, data: bytes, now: int) -> Stored:
        """Keep ``data`` (``kind`` begins its name) and its gzip twin; returns at once when it is there
        already."""
        stored = Stored(f"{kind}-{hashlib.sha256(data).hexdigest()[:32]}.ndjson", len(data))
        path = self.folder / stored.name
        if self.has(stored.name):
            with suppress(FileNotFoundError):  # swept in this very moment: then it is written anew
                os.utime(path, (now, now))
                return stored
        self._make_folder()
        self._write(path.with_name(stored.name + _TWIN), gzip.compress(data, _GZIP_LEVEL, mtime=0), now)
        self._write(path, data, now)
        self._sync_folder()
        return stored

    def has(self, name: str) -> bool:
        """Whether a file is there, with its twin."""
        path = self.folder / name
        return path.exists() and path.with_name(name + _TWIN).exists()

    def read(self, name: str, *, compressed: bool) -> bytes | None:
        """The bytes of a file, or of its gzip twin; None when there is none of that name, or it is no name at
        all."""
        if not is_name(name):
            return None
        try:
            return (self.folder / (name + (_TWIN if compressed else ""))).read_bytes()
        except FileNotFoundError:
            return None

    def retire(self, names: Iterable[str], now: int) -> None:
        """Start the grace period of files that left the manifest at ``now`` (epoch seconds)."""
        for name in names:
            with suppress(FileNotFoundError):
                os.utime(self.folder / name, (now, now))

    def sweep(self, listed: Iterable[str], now: int) -> None:
        """Remove files that have not been listed for a day. Looks once an hour. Call it under the lock."""
        stamp = self.folder / "swept"
        with suppress(FileNotFoundError):
            if 0 <= now - stamp.stat().st_mtime < SWEEP_EVERY:
                return
        keep = set(listed)
        for path in list(self.folder.iterdir()):
            if path.name in ("lock", "swept") or path.name.removesuffix(_TWIN) in keep:
                continue
            twin_of = path.with_name(path.name.removesuffix(_TWIN))
            with suppress(FileNotFoundError):
                aged = twin_of if twin_of.exists() else path
                if now - aged.stat().st_mtime > GRACE:
                    path.unlink()
        stamp.touch()
        os.utime(stamp, (now, now))

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _write(self, path: Path, data: bytes, now: int) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as made:
                made.write(data)
                made.flush()
                os.fsync(made.fileno())
            os.utime(name, (now, now))
            os.replace(name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise

    def _sync_folder(self) -> None:
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def is_name(text: str) -> bool:
    """Whether ``text`` can be the name of a stored file; a path never is."""
    return _NAME.fullmatch(text) is not None
