"""The patient's pages: a clinician's page, open times, the landing of a deep link, hold, details, review, the booked
page, cancelling.

Public name: ``blueprint``; its addresses stand in ``routes``. Reading is in ``pages``, ``times``, ``slots``,
``nearest``, ``holds`` and ``visits`` (plain values out of one snapshot, no templates), forms come from ``intake``,
views are in ``browse``, ``holding`` and ``managing``. May import: intake, booking, availability, models,
calendars, web, the foundation; never another face.
"""

from scheduler.portal.routes import blueprint

__all__ = ["blueprint"]
