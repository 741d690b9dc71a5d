"""Forget what was typed behind holds that lapsed a day ago, old idempotency keys (ux.md 2.5), who left the waitlist a week
ago, counts that no limit asks about any more, codes that nobody typed, addresses of before that were told of their change, and
notes of old changes of the set-up."""

from __future__ import annotations

from scheduler import booking, clock
from scheduler.abuse import codes, counts
from scheduler.booking import waitlist
from scheduler.db import transaction
from scheduler.models import inputs

_BATCH = 500


def run() -> int:
    """The number of drafts and of places on the waitlist forgotten."""
    now = clock.now()
    counts.purge(now)
    codes.purge(now)
    booking.purge_former()
    with transaction() as session:
        inputs.purge(session, now)
    done = 0
    for purge in (booking.purge, waitlist.purge):
        while True:
            count = purge(limit=_BATCH)
            done += count
            if count < _BATCH:
                break
    return done
