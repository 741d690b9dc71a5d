"""Links of coming visits, mailed to the address on each booking and to nobody else."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from scheduler import booking
from scheduler.booking import SYSTEM
from scheduler.booking.find import MOST_LINKS, phone_digits, same_contact
from scheduler.db import snapshot
from scheduler.models import AuditEntry, Outbox
from tests.factories import Clinic, make_appointment
from tests.support.times import Clock

BORN = date(1984, 5, 17)


def sent(clinic: Clinic, contact: str, born: date = BORN) -> list[str]:
    """Ask, and name the appointments whose links go out because of it."""
    with clinic.app.app_context():
        with snapshot() as session:
            last = max(session.scalars(select(Outbox.id)), default=0)
        booking.send_links(contact=contact, birth_date=born)
        with snapshot() as session:
            rows = session.execute(
                select(Outbox.kind, Outbox.object_id).where(Outbox.id > last).order_by(Outbox.id)
            ).all()
    assert all(kind == "booking-link" for kind, _ in rows)
    return [object_id for _, object_id in rows]


def test_contact_and_birth_date_must_both_be_right(clinic: Clinic) -> None:
    mine = make_appointment(clinic).id
    make_appointment(clinic, email="bo@example.org", phone="")
    assert sent(clinic, "Ana@Example.ORG") == [mine]
    assert sent(clinic, "617 555 0199") == [mine]
    assert sent(clinic, "ana@example.org", date(1984, 5, 18)) == []
    assert sent(clinic, "ana@example.or") == []
    assert sent(clinic, "%") == sent(clinic, "") == sent(clinic, "@") == []


def test_only_coming_visits_with_an_email_and_at_most_five(clinic: Clinic, frozen: Clock) -> None:
    frozen.at("2027-06-07T07:00:00-04:00")
    starts = clinic.starts()
    made = [make_appointment(clinic, start=start).id for start in starts[:7]]
    make_appointment(clinic, start=starts[8], email="")
    with clinic.app.app_context():
        booking.cancel(by=SYSTEM, appointment_id=made[0])
    assert sent(clinic, "ana@example.org") == made[1:6]
    assert len(made[1:6]) == MOST_LINKS
    frozen.at("2027-06-30T07:00:00-04:00")
    assert sent(clinic, "617-555-0199") == []


def test_each_question_is_audited_alike_whatever_it_found(clinic: Clinic) -> None:
    make_appointment(clinic)
    for contact in ("ana@example.org", "eve@example.org"):
        sent(clinic, contact)
    with clinic.app.app_context(), snapshot() as session:
        rows = session.scalars(select(AuditEntry).where(AuditEntry.action == "find-booking")).all()
        assert len(rows) == 2
        assert {(row.object_id, str(row.details), row.actor_kind) for row in rows} == {
            (clinic.organization, "{}", "patient")
        }


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("617-555-0199", "6175550199"),
        ("+1 (617) 555-0199 ext. 4", "6175550199"),
        ("٦١٧٥٥٥٠١٩٩", "6175550199"),
        ("+44 20 7946 0958", "442079460958"),
        ("12345", ""),
        ("", ""),
    ],
)
def test_a_phone_number_is_its_digits(text: str, digits: str) -> None:
    assert phone_digits(text) == digits


def test_no_number_is_nobodys_number() -> None:
    assert not same_contact("", "", "")
    assert not same_contact("x", "", "y")
