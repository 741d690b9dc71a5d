"""How the feed stands, from the publication's row: when it was built, and how many times it lists."""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.clock import MINUTE
from scheduler.models.feed import Edition, Publication
from scheduler.models.operations import ShardMark
from scheduler.web.times import duration_words


@dataclass(frozen=True, slots=True)
class FeedState:
    """``age`` in seconds; ``times``: slots that it lists; ``due``: something has changed since, so that the next reader
    gets a newer one."""

    age: int
    times: int
    due: bool

    @property
    def sentence(self) -> str:
        """ "The feed was built 20 seconds ago and lists 3,301 times."."""
        listed = f"{self.times:,} {'time' if self.times == 1 else 'times'}"
        later = " It has changed since: whoever reads it next gets the new one." if self.due else ""
        return f"The feed was built {age_words(self.age)} ago and lists {listed}.{later}"


def feed_state(session: Session, now: int) -> FeedState | None:
    """The state at ``now``; None while nobody has read the feed, which builds it."""
    row = session.execute(
        select(Edition.transaction_ms, Edition.manifest, Publication.until_ms)
        .join(Publication, Edition.number <= Publication.edition)
        .where(Edition.from_ms <= (now + 1) * 1000)
        .order_by(Edition.number.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    marked = session.scalar(select(ShardMark.id).limit(1)) is not None
    lists = json.loads(gzip.decompress(row.manifest)).get("output", ())
    return FeedState(
        age=max(0, now - row.transaction_ms // 1000),
        times=sum(int(file.get("count", 0)) for file in lists if file.get("type") == "Slot"),
        due=marked or (row.until_ms is not None and row.until_ms <= now * 1000),
    )


def age_words(seconds: int) -> str:
    """ "20 seconds", "3 minutes", "2 hours 5 minutes"."""
    if seconds < MINUTE:
        return f"{seconds} second{'' if seconds == 1 else 's'}"
    return duration_words(seconds // MINUTE)
