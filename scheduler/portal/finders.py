"""The finder that sent a patient: counted when its link is opened, named by its registered name, led back to."""

from __future__ import annotations

from flask import request
from sqlalchemy.orm import Session

from scheduler import clock, outcomes
from scheduler.db import snapshot, transaction
from scheduler.errors import TooMany
from scheduler.models import Referral
from scheduler.portal.slots import Handover
from scheduler.web.throttle import Throttle

# What one address may have written by opening links: a family's, not a program's that makes handles up.
links_opened = Throttle(60, clock.MINUTE)

# what a visit's own page says → the state that a finder knows; a visit that was is one that was booked
_STATES = {
    "moved": outcomes.MOVED,
    "pending": outcomes.HELD,
    "cancelled": outcomes.CANCELLED,
    "declined": outcomes.CANCELLED,
    "ended": outcomes.LAPSED,
}
GONE = outcomes.GONE


def count_opened(travels: Handover, now: int) -> None:
    """Note that somebody opened a deep link: the referral's start where its finder is registered, else the unknown value.
    These are counters, the only things that opening the page writes; what merely looks ahead is not counted."""
    if not travels.source or _looks_ahead() or _too_eager(now):
        return
    with transaction() as session:
        if outcomes.finder_of(session, travels.source) is None:
            outcomes.count_unknown(session, travels.source, now)
        else:
            outcomes.opened(session, travels.source, travels.booking_referral, now)


def count_gone(source: str, booking_referral: str, now: int) -> None:
    """Note that the time which somebody came for by this referral is not open any more."""
    if source and booking_referral and not _looks_ahead() and not _too_eager(now):
        with transaction() as session:
            outcomes.missed(session, source, booking_referral, now)


def name_of(source: str) -> str:
    """The registered name of the finder that sends this value; "" for one that nobody registered."""
    if not source:
        return ""
    with snapshot() as session:
        finder = outcomes.finder_of(session, source)
    return finder.name if finder is not None else ""


def choice_behind(hold_id: str) -> outcomes.Choice | None:
    """The finder behind a hold and whether it may be told; None where there is nothing to choose."""
    with snapshot() as session:
        choice = outcomes.choice_of(session, hold_id)
    return choice if choice is not None and choice.asked else None


def back_from_visit(session: Session, appointment_id: str, state: str) -> tuple[str, str] | None:
    """(name, address) of the way back to the finder from a visit's own page in its ``state``; None without one."""
    choice = outcomes.choice_of(session, appointment_id)
    if choice is None or not choice.finder.back:
        return None
    told = _STATES.get(state, outcomes.BOOKED)
    return choice.finder.name, outcomes.back_link(choice.finder, choice.handle, told, tell=choice.tell)


def back_from_gone(session: Session, source: str, booking_referral: str) -> tuple[str, str] | None:
    """(name, address) of the way back to the finder whose time is gone; None without one."""
    finder = outcomes.finder_of(session, source)
    if finder is None or not finder.back:
        return None
    tell = not outcomes.silent(session, source, booking_referral)
    return finder.name, outcomes.back_link(finder, booking_referral, GONE, tell=tell)


def words_of(session: Session, travels: Handover, hold_id: str) -> tuple[str, str]:
    """(source, booking-referral) that came along with a time, or with the hold that it replaces."""
    referral = session.get(Referral, hold_id) if hold_id and not travels.source else None
    if referral is None:
        return travels.source, travels.booking_referral
    return referral.source or "", referral.booking_referral or ""


def _looks_ahead() -> bool:
    """Whether a program asks before anybody pressed: HEAD, or a browser's prefetch (Fetch standard, Sec-Purpose)."""
    return request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", "")


def _too_eager(now: int) -> bool:
    try:
        links_opened.take(["deep-link", request.remote_addr or ""], now)
    except TooMany:
        return True
    return False
