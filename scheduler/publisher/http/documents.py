"""Documents: one content in its two encodings, with the headers of every answer made once.

Sources: RFC 9110 (8.8.3.3: each encoding has a tag of its own; 15.4.5: what a 304 says), RFC 9111, the Fetch standard
(CORS). A poll then costs a few look-ups. Knows no records.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from email.utils import formatdate

from isal import igzip

from scheduler.publisher.http.negotiate import Encodings

Headers = tuple[tuple[str, str], ...]

MANIFEST_MEDIA = ("application/json", "application/fhir+json")
FILE_MEDIA = ("application/fhir+ndjson", "application/ndjson", "application/x-ndjson")
IMMUTABLE = "public, max-age=31536000, immutable"

# A date has whole seconds, so it only counts, rounded up, once the last change is two seconds old: no later change
# can then have the same date.
SETTLED_MS = 2000

OPEN: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    (
        "Access-Control-Expose-Headers",
        "ETag, Last-Modified, Cache-Control, Content-Length, Content-Range, Accept-Ranges, Retry-After, Link",
    ),
)
VARY = ("Vary", "Accept, Accept-Encoding")
SAFE: Headers = (("X-Content-Type-Options", "nosniff"), ("Cross-Origin-Resource-Policy", "cross-origin"))

_INFLATED_BYTES = 16 * 1024 * 1024


def polling_hint(seconds: int) -> str:
    """Cache-Control of what may change at any moment: clients may ask again after ``seconds``; shared caches keep
    nothing."""
    return f"public, max-age={seconds}, s-maxage=0"


@dataclass(frozen=True, slots=True)
class Representation:
    """One encoding of a document: its bytes and the headers of a 200; ``dated`` are those with Last-Modified."""

    body: bytes
    headers: Headers
    dated: Headers


@dataclass(frozen=True, slots=True)
class Document:
    """One content that a client can ask for.

    ``tag``: names this content and no other; a word without quotes (the gzip form's gets "-gz" behind it).
    ``zipped``: the content as gzip, of one or more members. ``plain``: None: inflated when somebody asks for it.
    ``media``: the media types that it may be taken as; it is sent as the first. ``modified_ms``: the instant of the
    last change in epoch milliseconds, or None where no date counts (``has_date``). ``modified`` and ``last_modified`` are
    that instant in epoch seconds, rounded up, and as a header. Raises ValueError for a tag that no header takes.
    """

    tag: str
    zipped: bytes = field(repr=False)
    media: tuple[str, ...]
    cache_control: str
    plain: bytes | None = field(default=None, repr=False)
    modified_ms: int | None = None
    etag: str = field(init=False)
    etag_zipped: str = field(init=False)
    modified: int = field(init=False)
    last_modified: str = field(init=False)
    _kept: Headers = field(init=False, repr=False)
    _kept_zipped: Headers = field(init=False, repr=False)
    _zipped: Representation = field(init=False, repr=False)
    _plain: Representation | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if not self.tag.isascii() or not self.tag.isprintable() or set(self.tag) & set('", '):
            raise ValueError("a tag has only ASCII letters and signs, without quotes, commas and spaces")
        made = object.__setattr__
        modified = -(-(self.modified_ms or 0) // 1000)
        made(self, "etag", f'"{self.tag}"')
        made(self, "etag_zipped", f'"{self.tag}-gz"')
        made(self, "modified", modified)
        made(self, "last_modified", formatdate(modified, usegmt=True))
        made(self, "_kept", self._validators(self.etag))
        made(self, "_kept_zipped", self._validators(self.etag_zipped))
        made(self, "_zipped", self._represent(self.zipped, zipped=True))
        made(self, "_plain", None if self.plain is None else self._represent(self.plain, zipped=False))

    def representation(self, *, zipped: bool) -> Representation:
        """The gzip form or the plain one."""
        if zipped:
            return self._zipped
        return self._plain or self._represent(_inflated.of(self.tag, self.zipped), zipped=False)

    def tags(self, taken: Encodings) -> tuple[str, ...]:
        """The entity tags of the forms that a client takes, with quotes, first of what it is sent."""
        if not taken.other:
            return (self.etag_zipped,) if taken.zipped else (self.etag,)
        return (self.etag_zipped, self.etag) if taken.zipped else (self.etag, self.etag_zipped)

    def kept(self, etag: str) -> Headers:
        """The headers of a 304 for a client whose copy has ``etag``."""
        return self._kept_zipped if etag == self.etag_zipped else self._kept

    def has_date(self, now_ms: int) -> bool:
        """Whether its date counts at ``now_ms`` (epoch milliseconds)."""
        return self.modified_ms is not None and now_ms - self.modified_ms >= SETTLED_MS

    def _validators(self, etag: str) -> Headers:
        """What every answer about this content says, 304 included."""
        return (("ETag", etag), ("Cache-Control", self.cache_control), VARY, *OPEN)

    def _represent(self, body: bytes, *, zipped: bool) -> Representation:
        headers: Headers = (
            ("Content-Type", self.media[0]),
            ("Content-Length", str(len(body))),
            *((("Content-Encoding", "gzip"),) if zipped else ()),
            *(self._kept_zipped if zipped else self._kept),
            ("Accept-Ranges", "bytes"),
            *SAFE,
        )
        return Representation(body, headers, (*headers, ("Last-Modified", self.last_modified)))


class Inflated:
    """The plain forms that were asked for last, up to ``limit`` bytes in all."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, tag: str, zipped: bytes) -> bytes:
        """The plain form of ``zipped``, whose content ``tag`` names."""
        with self._lock:
            found = self._kept.get(tag)
            if found is not None:
                self._kept.move_to_end(tag)
                return found
        plain: bytes = igzip.decompress(zipped)  # type: ignore[no-untyped-call]  # isal types only its zlib part
        with self._lock:
            if tag not in self._kept and len(plain) <= self._limit:
                self._kept[tag] = plain
                self._size += len(plain)
                while self._size > self._limit:
                    _, dropped = self._kept.popitem(last=False)
                    self._size -= len(dropped)
        return plain

    @property
    def size(self) -> int:
        """Bytes kept at present."""
        return self._size


_inflated = Inflated(_INFLATED_BYTES)
