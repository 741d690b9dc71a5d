"""What a request's headers ask for: media type, encoding, version, range. Pure functions of header texts.

Sources: RFC 9110 (12.5 negotiation, 13.1 conditions, 14.2 ranges, 5.6.7 dates). A header that can't be read counts as
far as it can; none raises.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TypeVar

Made = TypeVar("Made")

_WEIGHT = re.compile(r"(?:0(?:\.[0-9]*)?|1(?:\.0*)?|\.[0-9]+)", re.ASCII)
_TAG = re.compile(r'(W/)?"([^"]*)"', re.IGNORECASE)
_RANGE = re.compile(r"[ \t]*bytes[ \t]*=[ \t]*([0-9]*)[ \t]*-[ \t]*([0-9]*)[ \t]*", re.ASCII | re.IGNORECASE)
_DIFFERENT_TEXTS = 512
_LONGEST_KEPT = 512
_DIGITS = 18
NOTHING = (0, 0)


@dataclass(frozen=True, slots=True)
class Encodings:
    """Whether gzip is to be sent, and whether the client would take the other form too."""

    zipped: bool
    other: bool


def accepts(header: str, media: tuple[str, ...]) -> bool:
    """Whether an Accept header lets in one of ``media``. An empty one lets in everything."""
    if len(header) > _LONGEST_KEPT:
        return _accepts(header, media)
    return _accepts_kept(header, media)


def encodings(header: str | None) -> Encodings | None:
    """The encoding to send for an Accept-Encoding header, or None when the client takes neither gzip nor identity.

    Without the header everything is allowed, and identity is sent, which everybody can read.
    """
    if header is None:
        return _ANY
    if len(header) > _LONGEST_KEPT:
        return _encodings(header)
    return _encodings_kept(header)


def names(header: str, etag: str, *, weak: bool = True) -> bool:
    """Whether an If-None-Match (``weak``) or If-Match header has ``etag``, a strong tag with its quotes, or is "*"."""
    if header == etag or header.strip() == "*":
        return True
    word = etag[1:-1]
    return any(found[2] == word and (weak or not found[1]) for found in _TAG.finditer(header))


def http_date(header: str) -> int | None:
    """Epoch seconds of an HTTP date in any of its three forms; None when it is none."""
    if len(header) > _LONGEST_KEPT:
        return None
    return _http_date_kept(header)


_BYTES = re.compile(r"\s*bytes\s*=", re.IGNORECASE | re.ASCII)


def byte_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last+1 byte that a Range header asks for in ``size`` bytes; ``NOTHING`` when there is no such
    byte, or the bytes can't be read from the header. None when it is to be passed over: another unit, several ranges.
    RFC 9110, 14.2, leaves it to the server what an unreadable range gets: we say so, since the whole would surprise.
    """
    found = _RANGE.fullmatch(header)
    if found is None or not (found[1] or found[2]):
        return NOTHING if _BYTES.match(header) and "," not in header else None
    end = _number(found[2]) if found[2] else size
    if not found[1]:
        return (max(size - end, 0), size) if end and size else NOTHING
    first = _number(found[1])
    if found[2] and end < first:
        return NOTHING
    return (first, min(end + 1, size)) if first < size else NOTHING


def _number(digits: str) -> int:
    """The number, or one that is larger than any file: int() takes no text of thousands of digits."""
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _DIGITS else 10**_DIGITS


def _accepts(header: str, media: tuple[str, ...]) -> bool:
    weights = dict(_weighted(header))
    if not header.strip(" \t,"):
        return True
    return any(_weight_of(weights, kind) > 0 for kind in media)


def _weight_of(weights: dict[str, float], kind: str) -> float:
    """The weight of the most specific range that ``kind`` falls under."""
    family = kind.partition("/")[0]
    for name in (kind, f"{family}/*", "*/*", "*"):
        if name in weights:
            return weights[name]
    return 0.0


def _encodings(header: str) -> Encodings | None:
    weights = dict(_weighted(header))
    others = weights.get("*")
    gzip = max(
        (weights[name] for name in ("gzip", "x-gzip") if name in weights),
        default=0.0 if others is None else others,
    )
    # identity is allowed unless it is ruled out, but only wanted when it, or everything, is named
    identity = weights.get("identity", others)
    allowed = identity is None or identity > 0
    if gzip > 0 and gzip >= (identity or 0.0):
        return Encodings(zipped=True, other=allowed)
    if allowed:
        return Encodings(zipped=False, other=gzip > 0)
    return None


def _weighted(header: str) -> Iterator[tuple[str, float]]:
    """The elements of a list header with their weights, those that can't be read left out."""
    for element in header.lower().split(","):
        name, *parameters = (part.strip() for part in element.split(";"))
        weight = 1.0
        for parameter in parameters:
            key, _, value = parameter.partition("=")
            if key.strip() == "q":
                weight = float(value) if _WEIGHT.fullmatch(value.strip()) else -1.0
        if name and weight >= 0:
            yield name, weight


def _http_date(header: str) -> int | None:
    try:
        moment = parsedate_to_datetime(header)
        # the form without a zone (asctime) is in UTC by definition
        return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _keeping(make: Callable[..., Made]) -> Callable[..., Made]:
    """``make`` with its last results kept: nearly all clients send one of a few texts."""
    return lru_cache(maxsize=_DIFFERENT_TEXTS)(make)


_ANY = Encodings(zipped=False, other=True)
_accepts_kept = _keeping(_accepts)
_encodings_kept = _keeping(_encodings)
_http_date_kept = _keeping(_http_date)
