"""The patient's pages: a clinician's page, open times, the landing of a deep link, hold, details, review, the booked
page, moving, cancelling, finding one's booking, waiting for a time.

Public name: ``blueprint``; its addresses stand in ``routes``. Reading is in ``pages``, ``times``, ``slots``,
``nearest``, ``fits``, ``reschedule``, ``holds``, ``visits`` and ``waiting`` (plain values out of one snapshot, no templates), forms come from ``intake``,
views are in ``browse``, ``landing``, ``holding``, ``managing``, ``moving``, ``finding``, ``waitlisting`` and ``offering``. May import: intake, booking, availability, models,
calendars, web, the foundation; never another face.
"""

from scheduler.portal.routes import blueprint

__all__ = ["blueprint"]
