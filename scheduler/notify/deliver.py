"""Deliver what is due in the outbox: read the record as it is now, decide, compose, hand over, mark the row.

Each kind of message has a maker in ``MAKERS``. Safe to run in several workers and to repeat. A crash between handing over
and marking sends the same mail again, under the same Message-ID, which mail programs show once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from email.message import EmailMessage

from scheduler.notify import (
    contact_mails,
    outbox,
    patient_mails,
    reminder_mails,
    staff_mails,
    user_mails,
    waitlist_mails,
)
from scheduler.notify.mail import compose, transport
from scheduler.notify.post import NEEDS_CALL, Later, Post

log = logging.getLogger(__name__)

Maker = Callable[[outbox.Claimed, int, Post], EmailMessage | Later | str]

# kind → what makes the mail from the row, the time (epoch seconds) and the post, or says why there is none to send
MAKERS: dict[str, Maker] = {
    kind: mails.make
    for mails in (patient_mails, contact_mails, reminder_mails, staff_mails, user_mails, waitlist_mails)
    for kind in mails.KINDS
}
# what a patient is to hear by telephone when no mail can reach them
TOLD_BY_PHONE = frozenset({*patient_mails.KINDS, *reminder_mails.KINDS, waitlist_mails.OFFER})


def deliver_due(now: Callable[[], int], post: Post, limit: int = 200) -> int:
    """Deliver up to ``limit`` rows that are due; the number of rows settled (sent, not needed, or postponed).

    ``now`` is asked for each row, since a slow mail server may hold up the row before it.
    """
    for count in range(limit):
        claimed = outbox.claim_next(now())
        if claimed is None:
            return count
        _deliver(claimed, now, post)
    return limit


def _deliver(claimed: outbox.Claimed, now: Callable[[], int], post: Post) -> None:
    to_call = claimed.kind in TOLD_BY_PHONE
    try:
        maker = MAKERS.get(claimed.kind)
        message = maker(claimed, now(), post) if maker else f"unknown kind {claimed.kind}"
        if isinstance(message, str):
            outbox.finish(claimed, now(), message, to_call=message == NEEDS_CALL)
            return
        if isinstance(message, Later):
            outbox.postpone(claimed, message.due_at)
            return
        transport.send(post.settings, message)
    except (transport.MailRefused, compose.AddressRefused) as error:
        log.warning("outbox %s (%s) cannot be sent: %s", claimed.id, claimed.kind, error)
        outbox.give_up(claimed, str(error), to_call=to_call)
    except transport.MailPostponed as error:
        log.warning("outbox %s (%s), try %s: %s", claimed.id, claimed.kind, claimed.attempts, error)
        outbox.fail(claimed, now(), str(error), to_call=to_call)
    except Exception as error:
        # its words may hold what a patient typed, so only its kind is written down
        log.error("outbox %s (%s) failed: %s", claimed.id, claimed.kind, type(error).__name__)
        outbox.fail(claimed, now(), f"unexpected: {type(error).__name__}", to_call=to_call)
    else:
        outbox.finish(claimed, now())
