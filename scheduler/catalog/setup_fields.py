"""The fields of Setup, as text: what each is called, and how it is read. ``setup`` puts them together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduler.catalog import coded, parse
from scheduler.catalog.fields import Field
from scheduler.models.offers import MAX_DURATION_MINUTES, MAX_HORIZON_DAYS


def number(low: int, high: int) -> parse.Parser:
    """A whole number as it is typed."""
    whole = parse.whole(low, high)

    def read(value: Any) -> int:
        text = str(value).strip()
        kept: int = whole(int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None)
        return kept

    return read


def _code(table: Mapping[str, str]) -> parse.Parser:
    read = parse.code_of(table)

    def chosen(value: Any) -> str:
        kept: str = read(value)
        if not kept:
            raise ValueError("choose one of the list.")
        return kept

    return chosen


def _needed(most: int) -> parse.Parser:
    return parse.text(most, required=True)


def _postal_code(value: Any) -> str:
    return parse.postal_code(parse.text(parse.WORD_LENGTH, required=True)(value), "US")


def _phone(value: Any) -> str:
    return parse.phone(parse.text(parse.WORD_LENGTH, required=True)(value))


PLACE_FIELDS = {
    "place_name": Field("Name of the place", parse.name),
    "phone": Field("Phone", _phone),
    "line": Field("Street", _needed(parse.NAME_LENGTH)),
    "city": Field("City", _needed(parse.NAME_LENGTH)),
    "state": Field("State", parse.us_state),
    "postal_code": Field("Postal code", _postal_code),
    "zone": Field("Time zone", parse.zone),
}
PERSON_FIELDS = {"display_name": Field("Clinician's name", parse.name)}
NPI_FIELD = {"npi": Field("NPI", parse.npi, None)}
FIRST_FIELDS = {
    "first_type": Field("First type", parse.name),
    "first_minutes": Field("Minutes of the first type", number(1, MAX_DURATION_MINUTES)),
}
SECOND_FIELDS = {
    "second_type": Field("Second type", parse.optional_name, ""),
    "second_minutes": Field("Minutes of the second type", number(1, MAX_DURATION_MINUTES)),
}
RULE_FIELDS = {
    "specialty_code": Field("Specialty", _code(coded.SPECIALTIES)),
    "service_type_code": Field("Service", _code(coded.SERVICE_TYPES)),
    "service_category_code": Field("Category", _code(coded.SERVICE_CATEGORIES)),
    "buffer_minutes": Field("Kept free after each", number(0, 720)),
    "notice_hours": Field("Minimum notice", number(0, 8760)),
    "horizon_days": Field("Horizon", number(1, MAX_HORIZON_DAYS)),
    "interval_minutes": Field("Interval", number(1, 1440)),
    "cancellation_hours": Field("Free to cancel until", number(0, 720)),
    "ask_insurance": Field("Insurance", parse.switch, False),
}
