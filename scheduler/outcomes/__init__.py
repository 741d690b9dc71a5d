"""What becomes of a referral, told to the finder that made it: a state and an instant, nothing about person, time or clinic.

``record`` writes what an act on an appointment means for its referral, in that act's transaction; ``opened`` and ``missed``
what a deep link came to. ``deliver_due`` (a job's) sends each state to the finder's callback, signed; ``states_of`` is what
it may read with its key. ``finder_of`` names a registered finder and where it lets patients come back to. How finders use
it: ``scheduler/docs/finders.md``.

May import: notify's outbox, web's settings, fetch, models, db, the foundation. Never a face, nor booking, which calls it.
"""

from scheduler.outcomes.choice import Choice, choice_of, choose, forget, silent
from scheduler.outcomes.finders import Finder, back_link, finder_of
from scheduler.outcomes.keys import handle_hash, key_hash, key_of
from scheduler.outcomes.purge import purge
from scheduler.outcomes.read import states_of
from scheduler.outcomes.record import (
    BOOKED,
    CANCELLED,
    GONE,
    HELD,
    LAPSED,
    MOVED,
    STARTED,
    missed,
    opened,
    record,
)
from scheduler.outcomes.tell import Told, deliver_due, test_call
from scheduler.outcomes.unknown import MOST_UNKNOWN, count_unknown

__all__ = [
    "BOOKED",
    "CANCELLED",
    "GONE",
    "HELD",
    "LAPSED",
    "MOST_UNKNOWN",
    "MOVED",
    "STARTED",
    "Choice",
    "Finder",
    "Told",
    "back_link",
    "choice_of",
    "choose",
    "count_unknown",
    "deliver_due",
    "finder_of",
    "forget",
    "handle_hash",
    "key_hash",
    "key_of",
    "missed",
    "opened",
    "purge",
    "record",
    "silent",
    "states_of",
    "test_call",
]
