"""The waitlist: who waits for a time, and freed times held for one waiting person after the other (ux.md 2.6).

``offer_freed`` is the job: it looks for open times that suit whoever waits longest, asks the slot rule, and holds one for
them until ``wishes.deadline``. An offer is a hold like any other (``made_by`` "waitlist"), so that nobody else can have the
time. Locks: actors, then appointments, then the entry, then its offer.

Public names: ``join``, ``ask_sooner``, ``leave``, ``put_back``, ``send_again``, ``waiting_for_sooner`` (entries); ``offer_freed``, ``suiting`` (matching); ``first_open`` (starts); ``offer``,
``decline``, ``lapse`` (offers); ``claim``, ``take_sooner`` (taking); ``tidy``, ``purge``; values ``Wish``, ``Who``.
"""

from scheduler.booking.waitlist.entries import (
    LONGEST_WAIT_DAYS,
    ask_sooner,
    join,
    leave,
    put_back,
    send_again,
    waiting_for_sooner,
)
from scheduler.booking.waitlist.matching import offer_freed, suiting
from scheduler.booking.waitlist.offers import decline, lapse, offer
from scheduler.booking.waitlist.starts import first_open
from scheduler.booking.waitlist.taking import claim, take_sooner
from scheduler.booking.waitlist.tidying import purge, tidy
from scheduler.booking.waitlist.wishes import PARTS, Who, Wish, deadline

__all__ = [
    "LONGEST_WAIT_DAYS",
    "PARTS",
    "Who",
    "Wish",
    "ask_sooner",
    "claim",
    "deadline",
    "decline",
    "first_open",
    "join",
    "lapse",
    "leave",
    "offer",
    "offer_freed",
    "purge",
    "put_back",
    "send_again",
    "suiting",
    "take_sooner",
    "tidy",
    "waiting_for_sooner",
]
