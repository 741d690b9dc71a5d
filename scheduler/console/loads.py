"""A team member's load in words: visits in open hours, and why it was whose turn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_HOUR = 3600


def load_words(booked: int, available: int) -> str:
    """As "12 visits in 40 open hours". ``available``: seconds, said to a tenth of an hour."""
    visits = f"{booked} {'visit' if booked == 1 else 'visits'}"
    if not available:
        return f"{visits}, no open hours"
    tenths = round(available * 10 / _HOUR)
    hours = f"{tenths // 10}.{tenths % 10}" if tenths % 10 else str(tenths // 10)
    return f"{visits} in {hours} open {'hour' if tenths == 10 else 'hours'}"


def turn_words(details: Mapping[str, Any]) -> str:
    """Why a held time went to its clinician, from the figures audited with the hold; "" when no team was asked."""
    place = details.get("passed_over", 0)
    if "pool" not in details or place >= len(details["booked"]):
        return ""
    if details["decided"] == "alone":
        return "the only free member of the team"
    return f"next in the team with {load_words(details['booked'][place], details['available'][place])}"
