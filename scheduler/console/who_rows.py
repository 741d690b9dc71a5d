"""What a patient answered about whom a visit is for, as rows of the booking's page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from scheduler.catalog.languages import language_name
from scheduler.models import PatientDetails
from scheduler.web.times import date_short, time_with_zone

_PAYS = {"not-listed": "A plan that is not listed", "self": "Pays by themselves", "unsure": "Not sure"}
_SEES = {"female": "A woman", "male": "A man"}


def who_rows(details: PatientDetails, zone: ZoneInfo) -> Iterator[tuple[str, str]]:
    """(label, value) of the referral's number, the insurance, whom they would rather see, and the consent of who booked for
    somebody else."""
    if details.referral_number:
        yield "Referral number", details.referral_number
    if details.insurance:
        yield "Insurance", details.insurance_plan or _PAYS.get(details.insurance, details.insurance)
    wishes = json.loads(details.wishes) if details.wishes else {}
    said = [_SEES.get(wishes.get("gender", ""), "")]
    said += [language_name(wishes["language"])] if wishes.get("language") else []
    if any(said):
        yield "Asked to see", ", ".join(part for part in said if part)
    if details.consent_at and details.for_whom != "me":
        at = f"{date_short(details.consent_at, zone)}, {time_with_zone(details.consent_at, zone)}"
        yield "Consent", f"Who booked may do so for them; said {at}"
