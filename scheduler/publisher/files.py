"""Immutable files in one folder, named by their content, gzipped. Knows no records.

A file is whole or absent: it is written under another name and renamed, and forced to disk (``settle``) before any
manifest lists it. One that is no longer listed stays for a day, since readers of an older manifest still come for it. Its
name says that it is ours, so that who asks later hears that it is gone, not that it never was.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import os
import re
import tempfile
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

from scheduler.clock import DAY, HOUR

GRACE = DAY
SWEEP_EVERY = HOUR
_NAME = re.compile(r"([A-Za-z]{1,40})-([0-9a-f]{24})([0-9a-f]{8})\.ndjson", re.ASCII)
# ISA-L's quickest level: an eighth of zlib's time for a tenth more bytes (shared measurements of the workload W2).
_LEVEL = 1
_GZIP = 31
_SUFFIX = ".gz"
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Stored:
    """A file of the store: its name, and the length in bytes of what it holds, uncompressed."""

    name: str
    size: int


def zipped(data: bytes) -> bytes:
    """``data`` as gzip, the same for the same data."""
    packed: bytes = isal_zlib.compress(data, _LEVEL, _GZIP)
    return packed


def _zipped_pieces(pieces: Iterable[bytes]) -> tuple[bytes, int]:
    """All pieces as one gzip, and how many bytes they are together."""
    packer = isal_zlib.compressobj(_LEVEL, isal_zlib.DEFLATED, _GZIP)
    packed, size = [], 0
    for piece in pieces:
        size += len(piece)
        packed.append(packer.compress(piece))
    packed.append(packer.flush())
    return b"".join(packed), size


def unzipped(data: bytes) -> bytes:
    """What ``zipped`` was given."""
    plain: bytes = isal_zlib.decompress(data, _GZIP)
    return plain


class Store:
    """The files of a feed in ``folder``, which is made when the first one comes. ``secret`` signs their names."""

    def __init__(self, folder: Path, secret: str) -> None:
        self.folder = folder
        self.secret = secret
        self._key = secret.encode()
        self._unsettled: list[Path] = []
        self._settling = threading.Lock()

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Only one builder at a time on this machine; the others wait. Freed when a process dies."""
        self._make_folder()
        with open(self.folder / "lock", "ab") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield

    def put(self, kind: str, data: bytes, now: int) -> Stored:
        """Keep ``data`` (``kind`` begins its name); returns at once when it is there already. Only ``settle`` makes
        sure that it outlives a power cut. Raises OSError where it can't be written."""
        return self.put_pieces(kind, (data[at : at + _PIECE] for at in range(0, len(data), _PIECE)), now)

    def put_pieces(self, kind: str, pieces: Iterable[bytes], now: int) -> Stored:
        """``put`` of what comes in pieces: the same ones give the same file. It is never in memory as a whole."""
        packed, size = _zipped_pieces(pieces)
        digest = hashlib.sha256(packed).hexdigest()[:24]
        name = f"{kind}-{digest}{self._sign(kind, digest)}.ndjson"
        path = self._path(name)
        try:
            whole = path.stat().st_size == len(packed) and path.read_bytes() == packed
            if whole and path.stat().st_mtime < now:
                os.utime(path, (now, now))
        except FileNotFoundError:  # perhaps swept in this very moment
            whole = False
        if not whole:
            self._make_folder()
            self._write(path, packed, now)
            self._unsettled.append(path)
        return Stored(name, size)

    def settle(self) -> None:
        """Force to disk what was put since the last time. Raises OSError when the disk refuses."""
        with self._settling:  # who comes meanwhile may need what is being forced
            if not self._unsettled:
                return
            paths = tuple(self._unsettled)
            for path in (*dict.fromkeys(paths), self.folder):
                with suppress(FileNotFoundError):
                    _sync(path)
            del self._unsettled[: len(paths)]

    def has(self, name: str) -> bool:
        """Whether a file is there."""
        return self._path(name).exists()

    def ours(self, name: str) -> bool:
        """Whether the name was once given to a file of this feed."""
        found = _NAME.fullmatch(name)
        return found is not None and hmac.compare_digest(self._sign(found[1], found[2]), found[3])

    def read(self, name: str, *, compressed: bool) -> bytes | None:
        """The bytes of a file, gzipped or plain; None when there is none of that name, or it is no name at all."""
        if not is_name(name):
            return None
        try:
            packed = self._path(name).read_bytes()
        except FileNotFoundError:
            return None
        return packed if compressed else unzipped(packed)

    def retire(self, names: Iterable[str], now: int) -> None:
        """Start the grace period of files that left the manifest at ``now`` (epoch seconds)."""
        for name in names:
            with suppress(FileNotFoundError):
                os.utime(self._path(name), (now, now))

    def sweep_due(self, now: int) -> bool:
        """Whether it is an hour since the last sweep."""
        try:
            return not 0 <= now - (self.folder / "swept").stat().st_mtime < SWEEP_EVERY
        except FileNotFoundError:
            return self.folder.exists()

    def sweep(self, listed: Iterable[str], now: int) -> None:
        """Remove files that have not been ``listed`` for a day. Call it under the lock."""
        stamp = self.folder / "swept"
        keep = {name + _SUFFIX for name in listed} | {"lock", "swept"}
        for path in list(self.folder.iterdir()):
            with suppress(FileNotFoundError):
                if path.name not in keep and now - path.stat().st_mtime > GRACE:
                    path.unlink()
        stamp.touch()
        os.utime(stamp, (now, now))

    def _path(self, name: str) -> Path:
        return self.folder / (name + _SUFFIX)

    def _sign(self, kind: str, digest: str) -> str:
        return hmac.new(self._key, f"feed file {kind} {digest}".encode(), hashlib.sha256).hexdigest()[:8]

    def _make_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _write(self, path: Path, data: bytes, now: int) -> None:
        handle, name = tempfile.mkstemp(dir=self.folder, prefix="new-")
        try:
            with os.fdopen(handle, "wb") as made:
                made.write(data)
            os.utime(name, (now, now))
            os.replace(name, path)
        except BaseException:
            with suppress(FileNotFoundError):
                os.unlink(name)
            raise


def is_name(text: str) -> bool:
    """Whether ``text`` can be the name of a stored file; a path never is."""
    return _NAME.fullmatch(text) is not None


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
