"""How often something came in a span of time, counted in the database by whatever process it came to.

A span is cut into ten windows; a count is one row per subject and window, raised by an atomic upsert. What is counted is
named by a keyed hash: neither the table nor a copy of it tells an address or a contact.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from scheduler import db
from scheduler.clock import DAY
from scheduler.errors import TooMany
from scheduler.models import RateCount

_WINDOWS = 10
_KEPT_SECONDS = 2 * DAY  # longer than any span, so that nothing that still counts is forgotten


@dataclass(frozen=True, slots=True)
class Rule:
    """At most ``limit`` of ``kind`` (a code) for one subject in any ``span`` seconds; 0: counted and never refused."""

    kind: str
    limit: int
    span: int

    @property
    def window(self) -> int:
        """Seconds of one window."""
        return max(1, self.span // _WINDOWS)


class Limited(TooMany):
    """A rule's limit is reached. ``kind`` is that rule's; ``retry_after`` the seconds until one more fits."""

    def __init__(self, kind: str, retry_after: int) -> None:
        minutes = -(-retry_after // 60)
        unit = "minute" if minutes == 1 else "minutes"
        super().__init__(f"Too many tries. Wait {minutes} {unit}, then try again.", retry_after=retry_after)
        self.kind = kind


def take(secret: str, wanted: Sequence[tuple[Rule, str]], now: int) -> list[int]:
    """Count one more of each (rule, subject) at ``now`` (epoch seconds); how many each has now, in that order.

    All or none: where one is over its limit nothing is counted, so that who waits gets on. Raises Limited.
    """
    hashed = [(rule, subject_hash(secret, rule.kind, text)) for rule, text in wanted]
    found: dict[tuple[str, str], int] = {}
    with db.transaction() as session:
        # in one order everywhere, since two transactions that raise the same rows crosswise would wait for each other
        for rule, subject in sorted(hashed, key=lambda pair: (pair[0].kind, pair[1])):
            _raise_count(session, rule, subject, now)
            total = session.scalar(_sum(rule, subject, now)) or 0
            if rule.limit and total > rule.limit:
                raise Limited(rule.kind, _wait(session, rule, subject, now, total))
            found[rule.kind, subject] = total
    return [found[rule.kind, subject] for rule, subject in hashed]


def seen(session: Session, secret: str, rule: Rule, text: str, now: int) -> int:
    """How many of this subject are counted in the rule's span up to ``now``."""
    return session.scalar(_sum(rule, subject_hash(secret, rule.kind, text), now)) or 0


def purge(now: int) -> int:
    """Forget windows that no rule asks about any more. Returns how many rows."""
    with db.transaction() as session:
        gone = session.execute(
            delete(RateCount).where(RateCount.window_at < now - _KEPT_SECONDS).returning(RateCount.window_at)
        ).all()
    return len(gone)


def subject_hash(secret: str, kind: str, text: str) -> str:
    """The keyed hash under which a subject is counted: 64 hex digits."""
    return hmac.new(secret.encode(), f"count:{kind}:{text}".encode(), hashlib.sha256).hexdigest()


def _raise_count(session: Session, rule: Rule, subject: str, now: int) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = insert(RateCount).values(
        kind=rule.kind, subject=subject, window_at=now - now % rule.window, count=1
    )
    session.execute(
        row.on_conflict_do_update(
            index_elements=["kind", "subject", "window_at"], set_={"count": RateCount.count + 1}
        )
    )


def _sum(rule: Rule, subject: str, now: int) -> Select[int]:
    return select(func.coalesce(func.sum(RateCount.count), 0)).where(
        RateCount.kind == rule.kind, RateCount.subject == subject, RateCount.window_at > now - rule.span
    )


def _wait(session: Session, rule: Rule, subject: str, now: int, total: int) -> int:
    """Seconds until enough windows have passed for one more."""
    rows = session.execute(
        select(RateCount.window_at, RateCount.count)
        .where(
            RateCount.kind == rule.kind, RateCount.subject == subject, RateCount.window_at > now - rule.span
        )
        .order_by(RateCount.window_at)
    )
    for window_at, count in rows:
        total -= count
        if total <= rule.limit:
            return max(1, window_at + rule.span - now)
    return rule.span
