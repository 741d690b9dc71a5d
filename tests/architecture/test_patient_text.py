"""What a patient or staff wrote about a patient stands only in columns of the one type, so that it can be encrypted."""

from __future__ import annotations

from sqlalchemy import String, Text

from scheduler.models import Base, PatientText

PATIENT_TEXT = {
    "answer.text",
    "appointment.cancel_reason",
    "appointment.overbook_reason",
    "appointment.staff_message",
    "appointment.staff_note",
    "contact_check.code",
    "contact_check.email",
    "document.name",
    "patient_details.birth_date",
    "patient_details.booker_family",
    "patient_details.booker_given",
    "patient_details.draft",
    "patient_details.email",
    "patient_details.family",
    "patient_details.former_email",
    "patient_details.given",
    "patient_details.insurance_plan",
    "patient_details.needs",
    "patient_details.phone",
    "patient_details.reason",
    "patient_details.referral_number",
    "patient_details.relationship",
    "patient_details.wishes",
    "referral.booking_referral",
    "referral.source",
    "waitlist_entry.birth_date",
    "waitlist_entry.email",
    "waitlist_entry.family",
    "waitlist_entry.given",
    "waitlist_entry.phone",
}

# in the tables about a patient: codes, ids and the clinic's own words, which may stand in the clear
NOT_PATIENT_TEXT = {
    "answer.question",
    "appointment.cancelled_by",
    "appointment.code",
    "appointment.made_by",
    "appointment.status",
    "appointment.visitor",
    "appointment.wall_time",
    "appointment.zone",
    "contact_check.language",
    "document.hash",
    "document.mimetype",
    "patient_details.for_whom",
    "patient_details.insurance",
    "patient_details.language",
    "patient_details.zone",
    "referral.handle_hash",
    "waitlist_entry.language",
    "waitlist_entry.owner_kind",
    "waitlist_entry.part",
    "waitlist_entry.status",
    "waitlist_entry.visitor",
    "waitlist_entry.zone",
}

TABLES_ABOUT_A_PATIENT = (
    "answer",
    "appointment",
    "contact_check",
    "document",
    "patient_details",
    "referral",
    "waitlist_entry",
)


def _columns(kind: type[object], tables: tuple[str, ...] | None = None) -> set[str]:
    return {
        f"{table.name}.{column.name}"
        for table in Base.metadata.sorted_tables
        if tables is None or table.name in tables
        for column in table.columns
        if isinstance(column.type, kind)
    }


def test_these_columns_and_no_others_hold_patient_text() -> None:
    assert _columns(PatientText) == PATIENT_TEXT


def test_every_other_text_about_a_patient_is_known_to_be_harmless() -> None:
    about = _columns(String, TABLES_ABOUT_A_PATIENT) | _columns(Text, TABLES_ABOUT_A_PATIENT)
    ids = {name for name in about if name.endswith((".id", "_id"))}

    assert about - ids == NOT_PATIENT_TEXT


def test_the_machinerys_tables_hold_no_patient_text() -> None:
    machinery = ("outbox", "audit_entry", "shard_mark", "publication", "idempotency_key", "claim", "session")

    assert _columns(PatientText, machinery) == set()
