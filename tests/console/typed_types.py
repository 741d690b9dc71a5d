"""What is sent to the pages of appointment types, as a browser would send it."""

from __future__ import annotations

from scheduler import catalog, clock
from scheduler.console.type_forms import TICKS, texts_of
from scheduler.console.type_offers import offered_at
from scheduler.console.type_questions import print_of
from scheduler.db import snapshot, transaction
from scheduler.models import AppointmentType, Question
from tests.factories import SYSTEM, Clinic, make_question

PART_OF_A_TYPE = {"label": "How did you hear of us?", "kind": "text", "choices": "", "hint": ""}


def settings_form(clinic: Clinic, **typed: str) -> dict[str, str]:
    """The editor's form as it stands for the clinic's type now, with other things typed."""
    with clinic.app.app_context(), snapshot() as session:
        kind = session.get_one(AppointmentType, clinic.type)
        texts = texts_of(kind, clinic.type_slug)
        version = str(kind.version)
    for tick in TICKS:
        if texts[tick] == "no":
            del texts[tick]
    return texts | {"version": version} | typed


def place_form(clinic: Clinic, **typed: str) -> dict[str, str]:
    """A place of the clinic, with its practitioner and hours."""
    with clinic.app.app_context(), snapshot() as session:
        seen = {one.id: one.fingerprint for one in offered_at(session, [clinic.type]).get(clinic.type, [])}
    given = {
        "seen": seen.get(clinic.schedule, ""),
        "location_id": clinic.location,
        "availability_id": clinic.availability,
        "hosts": clinic.actor,
    }
    return given | typed


def type_parts(clinic: Clinic) -> dict[str, str]:
    """Placeholders of addresses below ``/console/types``, with a question and a private link made for them."""
    with clinic.app.app_context(), transaction() as session:
        link = catalog.add_share_link(session, by=SYSTEM, now=clock.now(), appointment_type_id=clinic.type)
    return {
        "<type_id>": clinic.type,
        "<visibility>": "page",
        "<schedule_id>": clinic.schedule,
        "<question_id>": make_question(clinic, label="Why?").id,
        "<link_id>": link.id,
        "<way>": "up",
    }


def type_form(clinic: Clinic, path: str) -> dict[str, str]:
    """What the page of an address sends when all is well."""
    if path == "/console/types/new":
        return settings_form(clinic, name="Another visit", slug="") | place_form(clinic)
    if "/places/" in path:
        return place_form(clinic)
    if path.endswith("/plans"):
        return {"which": "all", "seen": ""}
    if "/questions/" in path:
        made = Question(label="Why?", kind="text", hint="", required=False, choices=[])
        made.shown_answers, made.stop_answers, made.stop_message = [], [], ""
        return PART_OF_A_TYPE | {"seen": print_of(made)}
    return settings_form(clinic)
