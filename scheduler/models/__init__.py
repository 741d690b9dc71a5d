"""Tables, one file per subject, with the queries that are named by what they return; constraints, no rules.

May import: ``ids``, ``clock`` and, for queries that load a Situation, the values of ``availability``.
"""

from scheduler.models import marks as _marks  # noqa: F401 - registers the session events
from scheduler.models.appointments import (
    ARRIVED,
    BLOCKING,
    BOOKED,
    CANCELLED,
    COMPLETED,
    DECLINED,
    EXPIRED,
    HELD,
    NO_SHOW,
    PENDING,
    Answer,
    Appointment,
    Claim,
    GroupSession,
    IdempotencyKey,
    PatientDetails,
    Referral,
    Together,
)
from scheduler.models.base import Base, PatientText
from scheduler.models.feed import Edition, Publication, ShardVersion
from scheduler.models.hours import (
    Availability,
    BusyBlock,
    HolidayCalendar,
    Override,
    RecurrenceRule,
    TimeOff,
    Window,
)
from scheduler.models.inputs import InputChange
from scheduler.models.offers import AppointmentType, Question
from scheduler.models.operations import AuditEntry, Outbox, Revision, ShardMark
from scheduler.models.organizations import Location, Organization, Slug
from scheduler.models.patients import (
    ContactCheck,
    Document,
    InsurancePlan,
    NotSame,
    Person,
    RateCount,
    TypePlan,
    WaitlistEntry,
    WaitlistOffer,
)
from scheduler.models.people import Actor, Photo, Practitioner, PractitionerRole, User, UserRole
from scheduler.models.schedules import Pool, PoolMember, Schedule, ScheduleHost, ScheduleResource, ShareLink
from scheduler.models.sources import ReferralState, Source, UnknownSource

__all__ = [
    "ARRIVED",
    "BLOCKING",
    "BOOKED",
    "CANCELLED",
    "COMPLETED",
    "DECLINED",
    "EXPIRED",
    "HELD",
    "NO_SHOW",
    "PENDING",
    "Actor",
    "Answer",
    "Appointment",
    "AppointmentType",
    "AuditEntry",
    "Availability",
    "Base",
    "BusyBlock",
    "Claim",
    "ContactCheck",
    "Document",
    "Edition",
    "GroupSession",
    "HolidayCalendar",
    "IdempotencyKey",
    "InputChange",
    "InsurancePlan",
    "Location",
    "NotSame",
    "Organization",
    "Outbox",
    "Override",
    "PatientDetails",
    "PatientText",
    "Person",
    "Photo",
    "Pool",
    "PoolMember",
    "Practitioner",
    "PractitionerRole",
    "Publication",
    "Question",
    "RateCount",
    "RecurrenceRule",
    "Referral",
    "ReferralState",
    "Revision",
    "Schedule",
    "ScheduleHost",
    "ScheduleResource",
    "ShardMark",
    "ShardVersion",
    "ShareLink",
    "Slug",
    "Source",
    "TimeOff",
    "Together",
    "TypePlan",
    "UnknownSource",
    "User",
    "UserRole",
    "WaitlistEntry",
    "WaitlistOffer",
    "Window",
]
