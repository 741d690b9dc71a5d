"""Where a static copy of the feed is written: a folder that a web server serves, or a bucket. Knows no records.

Both write an object whole or not at all. A folder gets each file plain and as .gz beside it (nginx: gzip_static); a bucket,
which can't choose, gets one of the two.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from scheduler.errors import InvalidInput, SchedulerError
from scheduler.publisher.files import unzipped
from scheduler.publisher.http import FILE_MEDIA, IMMUTABLE, MANIFEST_MEDIA

if TYPE_CHECKING:
    from obstore import Attributes
    from obstore.store import S3Store

_FOLDERS = ("files", "after", "page", "2021")
_NEW = ".new-"
_GZ = ".gz"
_BUCKET = re.compile(r"s3://([A-Za-z0-9][A-Za-z0-9._-]{1,62})(?:/(.*))?", re.ASCII)


class CopyFailed(SchedulerError):
    """The copy can't be written or read; it stays as it is, and readers are served by it."""

    code = "copy-failed"
    status = 503


class Target(Protocol):
    """A place for a copy. Names are paths such as ``page/7.json``. Every method raises CopyFailed."""

    def names(self) -> set[str]:
        """All that is there, of ours or not."""

    def read(self, name: str) -> bytes:
        """An object as it is; empty when there is none."""

    def put(self, name: str, data: bytes, cache_control: str) -> bool:
        """Let ``name`` hold this JSON from now on; False when it did already."""

    def put_file(self, name: str, packed: bytes) -> None:
        """Keep a file of the feed, given as gzip."""

    def remove(self, names: list[str]) -> None:
        """Remove these objects."""

    def settle(self) -> None:
        """Make sure that all that was put outlives a power cut."""


def target_for(address: str, *, plain: bool = False) -> Target:
    """The folder or the ``s3://bucket/prefix`` at ``address``; ``plain``: files in a bucket are not compressed. Raises
    InvalidInput."""
    found = _BUCKET.fullmatch(address)
    if found is not None:
        return Bucket(found[1], (found[2] or "").strip("/"), plain=plain)
    if not address or "://" in address:
        raise InvalidInput({"to": "--to: give a folder, or s3://BUCKET/PREFIX."})
    folder = Path(address)
    if folder.exists() and not folder.is_dir():
        raise InvalidInput({"to": "--to: that is a file; give a folder."})
    return Folder(folder)


class Folder:
    """A folder of this machine, made when it is not there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._unsettled: set[Path] = set()

    def names(self) -> set[str]:
        """All that is there; what a killed run left half written is removed."""
        found = set()
        with _explained():
            for name in ("", *_FOLDERS):
                folder = self._folder / name
                folder.mkdir(parents=True, exist_ok=True)
                for path in list(folder.iterdir()):
                    if path.name.startswith(_NEW):
                        path.unlink(missing_ok=True)
                    elif path.is_file() and not path.name.endswith(_GZ):
                        found.add(f"{name}/{path.name}" if name else path.name)
        return found

    def read(self, name: str) -> bytes:
        """An object as it is; empty when there is none."""
        with _explained(), suppress(FileNotFoundError):
            return (self._folder / name).read_bytes()
        return b""

    def put(self, name: str, data: bytes, cache_control: str) -> bool:
        """Let ``name`` hold this JSON from now on, by renaming; False when it did already."""
        if self.read(name) == data:
            return False
        self._write(name, data)
        return True

    def put_file(self, name: str, packed: bytes) -> None:
        """Keep a file of the feed: compressed beside plain, the plain one last."""
        self._write(name + _GZ, packed)
        self._write(name, unzipped(packed))

    def remove(self, names: list[str]) -> None:
        """Remove these objects."""
        with _explained():
            for name in names:
                for each in (name, name + _GZ):
                    (self._folder / each).unlink(missing_ok=True)

    def settle(self) -> None:
        """Force the folders' lists of names to disk."""
        with _explained():
            folders, self._unsettled = self._unsettled, set()
            for folder in folders:
                handle = os.open(folder, os.O_RDONLY)
                try:
                    os.fsync(handle)
                finally:
                    os.close(handle)

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        new = path.with_name(f"{_NEW}{os.getpid()}")
        with _explained():
            with open(new, "wb") as made:
                made.write(data)
                made.flush()
                os.fsync(made.fileno())
            _date_anew(path, new)
            os.replace(new, path)
        self._unsettled.add(path.parent)


class Bucket:
    """A bucket of S3 or of anything that speaks its language. Keys, region and endpoint come from the usual AWS_*
    variables. Raises CopyFailed when the package for it is not installed."""

    def __init__(self, bucket: str, prefix: str, *, plain: bool = False) -> None:
        try:
            from obstore.store import S3Store  # an extra: 15 MB that few need
        except ImportError as error:
            raise CopyFailed(
                "Copies to s3:// need the package obstore: pip install 'scheduler[s3]'"
            ) from error
        self._plain = plain
        self._tags: dict[str, str] = {}
        self._store: S3Store = S3Store(
            bucket, prefix=prefix or None, client_options={"allow_http": _may_be_http()}
        )

    def names(self) -> set[str]:
        """All that is there."""
        import obstore

        with _explained():
            self._tags = {
                one["path"]: (one["e_tag"] or "").strip('"')
                for chunk in obstore.list(self._store)
                for one in chunk
            }
        return set(self._tags)

    def read(self, name: str) -> bytes:
        """An object as it is; empty when there is none."""
        import obstore

        with _explained(), suppress(FileNotFoundError):
            return bytes(obstore.get(self._store, name).bytes())
        return b""

    def put(self, name: str, data: bytes, cache_control: str) -> bool:
        """Let ``name`` hold this JSON from now on. False when it did already: an ETag is the MD5 of what was put in one
        piece (where a bucket's encryption makes it something else, all is put anew each time)."""
        tag = hashlib.md5(data, usedforsecurity=False).hexdigest()
        if self._tags.get(name) == tag:
            return False
        self._put(name, data, {"Content-Type": MANIFEST_MEDIA[0], "Cache-Control": cache_control})
        self._tags[name] = tag
        return True

    def put_file(self, name: str, packed: bytes) -> None:
        """Keep a file of the feed, gzip with its Content-Encoding, or plain."""
        about: Attributes = {"Content-Type": FILE_MEDIA[0], "Cache-Control": IMMUTABLE}
        if self._plain:
            self._put(name, unzipped(packed), about)
        else:
            self._put(name, packed, {**about, "Content-Encoding": "gzip"})

    def remove(self, names: list[str]) -> None:
        """Remove these objects."""
        import obstore

        if names:
            with _explained():
                obstore.delete(self._store, names)

    def settle(self) -> None:
        """Nothing to do: a bucket has what it has confirmed."""

    def _put(self, name: str, data: bytes, about: Attributes) -> None:
        import obstore

        with _explained():
            obstore.put(self._store, name, data, attributes=about, use_multipart=False)


def _date_anew(old: Path, new: Path) -> None:
    """Give ``new`` another date in whole seconds than ``old``, which it replaces: of date and length web servers make
    ETags."""
    with suppress(FileNotFoundError):
        before = int(old.stat().st_mtime)
        if int(new.stat().st_mtime) <= before:
            os.utime(new, (before + 1, before + 1))


def _may_be_http() -> bool:
    """Whether the endpoint that was named has no TLS, as one on the own machine."""
    return any(
        os.environ.get(name, "").startswith("http://")
        for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
    )


@contextmanager
def _explained() -> Iterator[None]:
    """Errors of disk and bucket as CopyFailed with their reason."""
    try:
        yield
    except Exception as error:
        if not isinstance(error, OSError) and not type(error).__module__.startswith("obstore"):
            raise
        raise CopyFailed(f"The copy can't be written ({_reason(error)}). It can be read as it is.") from error


def _reason(error: Exception) -> str:
    """The disk's words, or the first of a bucket's: what follows is how often it was tried, and the answer as XML."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error).strip().partition("\n")[0][:300].rstrip(":. ")
