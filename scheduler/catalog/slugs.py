"""Words of page addresses: which are valid, which are kept for our own pages, how one is given and changed.

First path words (clinicians, pools, places) are unique over the installation; a type's word over its organization.
A word once given is never given to another: it goes on redirecting (design.md "What is stored").
"""

from __future__ import annotations

import re
import unicodedata

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler.catalog.fields import Problems
from scheduler.models import Slug

MAX_LENGTH = 60
_VALID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
_NO_WORD = re.compile(r"[^a-z0-9]+", re.ASCII)
_TITLES = re.compile(r"^(dr|mr|mrs|ms|prof)\.?\s+", re.IGNORECASE)

_RESERVED = (
    # design.md "What is stored", then ux.md's pages, then what our own routes and browsers ask for
    "fhir hold b offer find find-booking sign-in console admin api embed static health metrics referrals"
    " photos book language waitlist reschedule cancel review details times history sheet setup share why walk-in hours types"
    " sign-out invitation privacy robots favicon humans security sitemap manifest well-known apple-touch-icon"
    " about account accounts clinic clinics contact docs emergency help home jobs legal login logout mail me new"
    " page pages register search settings status support terms unsubscribe www welcome"
)
RESERVED = frozenset(_RESERVED.split())


def problem_with(word: str, *, first: bool) -> str | None:
    """What to do about a typed word, or None when it may be used; ``first``: as a first path word."""
    if not _VALID.fullmatch(word) or len(word) > MAX_LENGTH:
        return f"use small letters, digits and single hyphens, at most {MAX_LENGTH} characters, such as maya-chen."
    if first and word in RESERVED:
        return "that word is kept for our own pages. Choose another one."
    return None


def word_from(text: str, instead: str = "page") -> str:
    """A valid word made from a name ("Dr. José Núñez" → "jose-nunez"); ``instead`` when nothing is left of it."""
    plain = (
        unicodedata.normalize("NFKD", _TITLES.sub("", text.strip())).encode("ascii", "ignore").decode("ascii")
    )
    word = _NO_WORD.sub("-", plain.lower()).strip("-")
    return word[:MAX_LENGTH].strip("-") or instead


def unique_slug(session: Session, wanted: str, *, scope: str = "") -> str:
    """``wanted``, or the first of ``wanted-2``, ``wanted-3`` ... that nobody has or had in ``scope``."""
    word, number = wanted, 1
    while (not scope and word in RESERVED) or session.get(Slug, (scope, word)) is not None:
        number += 1
        word = f"{wanted[: MAX_LENGTH - len(str(number)) - 1].rstrip('-')}-{number}"
    return word


def current_slug(session: Session, kind: str, target_id: str) -> str | None:
    """The present word of a target; None when it has none."""
    return session.scalar(
        select(Slug.slug).where(Slug.kind == kind, Slug.target_id == target_id, Slug.current)
    )


def give_slug(
    session: Session,
    *,
    organization_id: str,
    kind: str,
    target_id: str,
    typed: str | None,
    suggestion: str,
    problems: Problems | None = None,
    scope: str = "",
) -> str:
    """Give the target its word: the one ``typed`` (a problem of the field ``slug`` when it can't be), or a free one
    made from ``suggestion``. Earlier words of the target stay and redirect; one of them may come back."""
    problems = problems or Problems()
    word = typed if typed is not None else unique_slug(session, word_from(suggestion, kind), scope=scope)
    fault = problem_with(word, first=not scope)
    if fault is None and not _take(session, scope, word, organization_id, kind, target_id):
        fault = "somebody has or had that word. Choose another one."
    if fault is not None:
        problems.add("slug", "Link", fault)
        problems.stop()
    session.execute(
        update(Slug)
        .where(Slug.kind == kind, Slug.target_id == target_id, Slug.slug != word, Slug.current)
        .values(current=False)
    )
    return word


def _take(session: Session, scope: str, word: str, organization_id: str, kind: str, target_id: str) -> bool:
    """Write the row, or make the target's own earlier one current. False when the word is another's: of two who want
    it at once the second waits and then finds it taken, so no constraint ever breaks."""
    values = {
        "scope": scope,
        "slug": word,
        "organization_id": organization_id,
        "kind": kind,
        "target_id": target_id,
        "current": True,
    }
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    made = session.execute(insert(Slug).values(values).on_conflict_do_nothing().returning(Slug.slug)).first()
    if made is not None:
        return True
    row = session.get(Slug, (scope, word), populate_existing=True)
    if row is None or (row.kind, row.target_id) != (kind, target_id):
        return False
    row.current = True
    session.flush()
    return True
