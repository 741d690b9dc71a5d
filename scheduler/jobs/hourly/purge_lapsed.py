"""Forget what was typed behind holds that lapsed a day ago, old idempotency keys (ux.md 2.5), who left the waitlist a week
ago, counts that no limit asks about any more, codes that nobody typed, addresses of before that were told of their change, mails
to patients who removed their data, and notes of old changes of the set-up."""

from __future__ import annotations

from scheduler import booking, clock
from scheduler.abuse import codes, counts
from scheduler.booking import waitlist
from scheduler.clock import DAY
from scheduler.db import transaction
from scheduler.models import inputs
from scheduler.notify.forgetting import forget_mails
from scheduler.web.settings import current_settings

_BATCH = 500


def run() -> int:
    """The number of drafts and of places on the waitlist forgotten."""
    now = clock.now()
    counts.purge(now)
    codes.purge(now)
    booking.purge_former()
    forget_mails(current_settings(), since=now - DAY)
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
