"""What a clinic offers: validated writes of organizations, places, people, rooms, types, hours, schedules, pools.

A room beside ``booking`` and ``publisher``: pages, commands and the demo clinic change the offer through it and never
touch these tables themselves. Each verb is ``verb(session, *, by, now, ...)`` in the caller's ``transaction()``, names
all bad fields at once (``InvalidInput``), writes its audit entry, and lets no constraint of the database surface.
Edits take the ``version`` the editor saw (``EditConflict``) where the row has one, and never touch appointments. Who
may call a verb is decided by the caller.

Public names: the verbs below; ``coded`` (the code tables), ``slugs`` (words of addresses), ``parse`` (checks of typed
fields), ``photos``, ``languages``, ``typed_hours`` (a day's hours as text), ``repeats`` and ``repeat_words`` (hours that
repeat: the form's rules, any rule in words), ``holiday_dates`` and ``holiday_calendars`` (dates of holidays; the closures
of those that are ticked), ``presets`` (what Setup fills in). May import: models, availability's checks, audit, accounts (a
clinician is invited in the same go), the foundation; never a face.
"""

from scheduler.catalog.clinicians import Invited, add_clinician
from scheduler.catalog.dates import (
    add_time_off,
    remove_dates,
    remove_override,
    remove_time_off,
    set_dates,
    set_override,
)
from scheduler.catalog.holiday_calendars import follow_clinic, set_holidays
from scheduler.catalog.hours import (
    add_availability,
    remove_availability,
    set_week,
)
from scheduler.catalog.insurance import add_plan, edit_plan, set_type_plans
from scheduler.catalog.links import add_share_link, end_share_link, reopen_share_link
from scheduler.catalog.organizations import add_organization, edit_organization
from scheduler.catalog.people import (
    actor_of,
    add_practitioner,
    add_role,
    edit_practitioner,
    edit_role,
    rename_practitioner,
)
from scheduler.catalog.places import add_location, edit_location, rename_location
from scheduler.catalog.pools import add_pool, edit_pool, remove_pool, rename_pool, save_pool, set_pool_members
from scheduler.catalog.questions import add_question, asked_before, edit_question, move_question
from scheduler.catalog.repeating import (
    add_recurrence_rule,
    remove_repeating,
    set_repeating,
)
from scheduler.catalog.resources import add_device, add_room, edit_resource
from scheduler.catalog.schedules import add_schedule, edit_schedule
from scheduler.catalog.setup import AlreadySetUp, SetUp, is_empty, set_up
from scheduler.catalog.sources import edit_source, register_source, renew_source_key
from scheduler.catalog.types import add_appointment_type, edit_appointment_type, rename_appointment_type

__all__ = [
    "AlreadySetUp",
    "Invited",
    "SetUp",
    "actor_of",
    "add_appointment_type",
    "add_availability",
    "add_clinician",
    "add_device",
    "add_location",
    "add_organization",
    "add_plan",
    "add_pool",
    "add_practitioner",
    "add_question",
    "add_recurrence_rule",
    "add_role",
    "add_room",
    "add_schedule",
    "add_share_link",
    "add_time_off",
    "asked_before",
    "edit_appointment_type",
    "edit_location",
    "edit_organization",
    "edit_plan",
    "edit_pool",
    "edit_practitioner",
    "edit_question",
    "edit_resource",
    "edit_role",
    "edit_schedule",
    "edit_source",
    "end_share_link",
    "follow_clinic",
    "is_empty",
    "move_question",
    "register_source",
    "remove_availability",
    "remove_dates",
    "remove_override",
    "remove_pool",
    "remove_repeating",
    "remove_time_off",
    "rename_appointment_type",
    "rename_location",
    "rename_pool",
    "rename_practitioner",
    "renew_source_key",
    "reopen_share_link",
    "save_pool",
    "set_dates",
    "set_holidays",
    "set_override",
    "set_pool_members",
    "set_repeating",
    "set_type_plans",
    "set_up",
    "set_week",
]
