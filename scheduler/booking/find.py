"""Find my booking: mail the links of coming visits to the addresses that stand on them."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from sqlalchemy import select

from scheduler import audit, clock, db
from scheduler.booking.acts import By
from scheduler.models import BOOKED, PENDING, Appointment, Organization, PatientDetails
from scheduler.notify import outbox

MOST_LINKS = 5
_LOOKED_AT = 500
_EXTENSION = re.compile(r"(?:x|ext).*", re.IGNORECASE)
_COUNTRY = "1"
_NATIONAL_DIGITS = 10


def send_links(*, contact: str, birth_date: date) -> None:
    """Mail the manage links of up to five coming visits of whoever was born on ``birth_date`` and is reached by the email
    or phone number ``contact``, to the email of each booking.

    Says nothing about what it found, and commits an entry of the audit either way, so that neither the answer nor the
    time it takes tells whether there is a booking.
    """
    with db.transaction() as session:
        now = clock.now()
        clinics = session.scalars(select(Organization.id).order_by(Organization.created_at)).all()
        rows = session.execute(
            select(Appointment.id, Appointment.organization_id, PatientDetails.email, PatientDetails.phone)
            .join(PatientDetails, PatientDetails.appointment_id == Appointment.id)
            .where(
                Appointment.organization_id.in_(clinics),
                Appointment.starts_at > now,
                Appointment.status.in_((BOOKED, PENDING)),
                PatientDetails.birth_date == birth_date.isoformat(),
            )
            .order_by(Appointment.starts_at, Appointment.id)
            .limit(_LOOKED_AT)
        ).all()
        found = [row for row in rows if row.email and same_contact(contact, row.email, row.phone or "")]
        for row in found[:MOST_LINKS]:
            outbox.enqueue(
                session,
                organization_id=row.organization_id,
                kind="booking-link",
                object_id=row.id,
                now=now,
            )
        if clinics:
            audit.record(
                session,
                organization_id=clinics[0],
                at=now,
                by=By("patient"),
                action="find-booking",
                object_kind="organization",
                object_id=clinics[0],
            )


def same_contact(asked: str, email: str, phone: str) -> bool:
    """Whether what was asked with is this email (letter case aside) or this phone number (by its digits)."""
    if "@" in asked:
        return asked.strip().casefold() == email.strip().casefold()
    digits = phone_digits(asked)
    return bool(digits) and digits == phone_digits(phone)


def phone_digits(text: str) -> str:
    """A phone number's digits: no extension, no country code of North America. "" for what has too few."""
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", text))
    digits = "".join(str(unicodedata.decimal(sign)) for sign in plain if sign.isdecimal())
    if len(digits) == _NATIONAL_DIGITS + 1 and digits.startswith(_COUNTRY):
        digits = digits[1:]
    return digits if len(digits) >= 7 else ""
