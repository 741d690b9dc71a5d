"""All that is kept of a visit, as its patient takes it along: plain data, and a zip of it with a page to read."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

from flask import render_template
from sqlalchemy import or_, select
from sqlalchemy.orm import Session, undefer

from scheduler.abuse import codes
from scheduler.availability.zones import zone as zone_of
from scheduler.calendars.views import appointment_view
from scheduler.clock import to_local, to_utc
from scheduler.models import (
    Answer,
    Appointment,
    AppointmentType,
    AuditEntry,
    Document,
    Outbox,
    PatientDetails,
    Referral,
    WaitlistEntry,
)
from scheduler.models.overlaps import same_text
from scheduler.portal.own_words import moment_words, visit_words
from scheduler.settings import Settings

_DETAILS = (
    *("for_whom", "given", "family", "birth_date", "email", "phone", "booker_given", "booker_family"),
    *("relationship", "reason", "insurance", "insurance_plan", "referral_number", "language", "zone"),
)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_STEPS = ("created", "booked", "arrived", "completed", "cancelled", "decided", "confirmed")


def visits_of(session: Session, appointment: Appointment) -> list[Appointment]:
    """The visit, and those that staff joined with it as one person's, when the patient has shown by a code that they read
    the very email that stands on each: an address that was merely typed opens nothing."""
    details = session.get(PatientDetails, appointment.id)
    if details is None or not details.person_id or not details.email:
        return [appointment]
    if not codes.confirmed(session, appointment.id, details.email):
        return [appointment]
    rows = session.execute(
        select(Appointment, PatientDetails.email)
        .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
        .where(
            PatientDetails.person_id == details.person_id,
            Appointment.organization_id == appointment.organization_id,
            Appointment.id != appointment.id,
        )
        .order_by(Appointment.starts_at)
    )
    return [appointment, *(other for other, email in rows if same_text(email, details.email))]


def own_data(session: Session, settings: Settings, appointment: Appointment, now: int) -> dict[str, Any]:
    """What is kept, as plain data: instants in ISO 8601, those of the visits with the clinic's offset."""
    visits = [_visit(session, settings, one) for one in visits_of(session, appointment)]
    return {"made_at": to_utc(now).isoformat(), "clinic": visits[0]["clinic"], "visits": visits}


def zip_of(session: Session, settings: Settings, appointment: Appointment, now: int) -> bytes:
    """A zip of the data as JSON, as a page to read, and of the files that the patient handed in."""
    data = own_data(session, settings, appointment, now)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        _put(archive, "data.json", json.dumps(data, ensure_ascii=False, indent=2).encode(), now)
        page = render_template(
            "portal/own_data.html",
            clinic=data["clinic"],
            made=moment_words(data["made_at"], appointment.zone),
            visits=[visit_words(visit) for visit in data["visits"]],
        )
        _put(archive, "data.html", page.encode(), now)
        for number, visit in enumerate(visits_of(session, appointment), start=1):
            for count, row in enumerate(_documents(session, visit, body=True), start=1):
                name = _UNSAFE.sub("-", row.name or "")[-60:].strip(".-") or "file"
                _put(archive, f"files/{number}-{count}-{name}", row.body, now)
    return made.getvalue()


def _put(archive: zipfile.ZipFile, name: str, body: bytes, now: int) -> None:
    info = zipfile.ZipInfo(name, to_utc(now).timetuple()[:6])
    info.external_attr = 0o600 << 16
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, body)


def _visit(session: Session, settings: Settings, visit: Appointment) -> dict[str, Any]:
    details = session.get(PatientDetails, visit.id)
    view = appointment_view(session, visit, settings)
    zone = zone_of(visit.zone).info
    kept = {name: getattr(details, name) for name in _DETAILS if details and getattr(details, name)}
    for name in ("needs", "wishes"):
        text = getattr(details, name) if details else None
        if text and text not in ("[]", "{}"):
            kept[name] = json.loads(text) if text[0] in "[{" else text
    if details and details.consent_at:
        kept["consent_at"] = to_utc(details.consent_at).isoformat()
    referral = session.get(Referral, visit.id)
    answers = session.execute(
        select(Answer.question, Answer.text).where(Answer.appointment_id == visit.id).order_by(Answer.id)
    )
    return {
        "code": visit.code,
        "clinic": view.clinic,
        "type": session.get_one(AppointmentType, visit.appointment_type_id).name,
        "with": list(view.with_whom),
        "place": list(view.place),
        "status": visit.status,
        "zone": visit.zone,
        "starts_at": to_local(visit.starts_at, zone).isoformat(),
        "ends_at": to_local(visit.ends_at, zone).isoformat(),
        "steps": {
            step: to_local(at, zone).isoformat()
            for step in _STEPS
            if (at := getattr(visit, f"{step}_at")) is not None
        },
        "details": kept,
        "answers": [{"question": question, "answer": text} for question, text in answers],
        "files": [
            {"name": row.name, "type": row.mimetype, "size": row.size} for row in _documents(session, visit)
        ],
        "reason_for_cancelling": visit.cancel_reason or "",
        "message_of_the_clinic": visit.staff_message or "",
        "finder": {"source": referral.source, "handle": referral.booking_referral} if referral else None,
        "sooner_time": _sooner(session, visit),
        "messages": _messages(session, visit),
        "history": _history(session, visit),
    }


def _documents(session: Session, visit: Appointment, *, body: bool = False) -> list[Document]:
    query = (
        select(Document).where(Document.appointment_id == visit.id).order_by(Document.created_at, Document.id)
    )
    return list(session.scalars(query.options(undefer(Document.body)) if body else query))


def _sooner(session: Session, visit: Appointment) -> list[dict[str, str]]:
    """Each wish for a sooner time than the visit's, and what became of it."""
    rows = session.scalars(
        select(WaitlistEntry)
        .where(WaitlistEntry.appointment_id == visit.id)
        .order_by(WaitlistEntry.created_at, WaitlistEntry.id)
    )
    return [{"status": row.status, "asked_at": to_utc(row.created_at).isoformat()} for row in rows]


def _messages(session: Session, visit: Appointment) -> list[dict[str, str]]:
    rows = session.execute(
        select(Outbox.kind, Outbox.done_at)
        .where(Outbox.object_id == visit.id, Outbox.recipient_id.is_(None), Outbox.done_at.is_not(None))
        .where(or_(Outbox.error == "", Outbox.error.is_(None)))
        .order_by(Outbox.id)
    )
    return [{"kind": kind, "sent_at": to_utc(at).isoformat()} for kind, at in rows if at is not None]


def _history(session: Session, visit: Appointment) -> list[dict[str, str]]:
    """What was done with the visit, and whether by the patient, the clinic or a program: no names of staff."""
    rows = session.execute(
        select(AuditEntry.at, AuditEntry.action, AuditEntry.actor_kind)
        .where(AuditEntry.object_kind == "appointment", AuditEntry.object_id == visit.id)
        .order_by(AuditEntry.id)
    )
    whom = {"patient": "you", "user": "the clinic"}
    return [
        {"at": to_utc(at).isoformat(), "what": action, "by": whom.get(kind, "a program")}
        for at, action, kind in rows
    ]
