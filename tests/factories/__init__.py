"""Builders of real clinics, made through the services as a user would: ``make_<thing>(clinic, **overrides)``.

``make_clinic(app)`` makes the smallest clinic that can be booked; the other builders add to one. All enter the
application's context themselves, so they work inside and outside of one. The fixture ``clinic`` is a clinic on ``app``.
"""

from tests.factories.bookings import DETAILS, make_appointment, make_hold, visitor
from tests.factories.clinics import (
    SYSTEM,
    WEEKDAYS,
    Clinic,
    Person,
    make_availability,
    make_clinic,
    make_location,
    make_plan,
    make_pool,
    make_practitioner,
    make_question,
    make_room,
    make_schedule,
    make_session_type,
    make_type,
    npi,
)
from tests.factories.sources import make_source
from tests.factories.users import PASSWORD, make_user
from tests.factories.waiting import make_waiting

__all__ = [
    "DETAILS",
    "PASSWORD",
    "SYSTEM",
    "WEEKDAYS",
    "Clinic",
    "Person",
    "make_appointment",
    "make_availability",
    "make_clinic",
    "make_hold",
    "make_location",
    "make_plan",
    "make_pool",
    "make_practitioner",
    "make_question",
    "make_room",
    "make_schedule",
    "make_session_type",
    "make_source",
    "make_type",
    "make_user",
    "make_waiting",
    "npi",
    "visitor",
]
