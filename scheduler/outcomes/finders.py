"""Registered finders: found by the ``source`` value that they send, named to patients by their registered name alone."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.models import Source

HANDLE, STATE = "booking-referral", "state"


@dataclass(frozen=True, slots=True)
class Finder:
    """A finder as a patient's page shows it. ``shares``: it hears of outcomes; ``back``: the address, registered with it,
    to which patients may return, "" when there is none."""

    name: str
    shares: bool
    back: str


def source_of(session: Session, value: str) -> Source | None:
    """The active Source that sends this value; None for anything else."""
    if not value:
        return None
    return session.scalars(select(Source).where(Source.value == value, Source.active)).one_or_none()


def finder_of(session: Session, value: str) -> Finder | None:
    """The registered finder that sends this ``source`` value; None for a value that nobody registered."""
    source = source_of(session, value)
    if source is None:
        return None
    return Finder(source.name, source.share_outcome, next(iter(source.return_addresses), ""))


def back_link(finder: Finder, handle: str, state: str, *, tell: bool) -> str:
    """The finder's return address, with the handle and the state where the patient lets it know (``tell``); "" when it
    registered no address. What its own query says stays, but for these two names."""
    if not finder.back or not (tell and finder.shares and handle):
        return finder.back
    parts = urlsplit(finder.back)
    pairs = [
        pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in (HANDLE, STATE)
    ]
    query = urlencode([*pairs, (HANDLE, handle), (STATE, state)], quote_via=quote)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
