"""Words about appointment types: states, and their rules as one sentence. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scheduler.catalog import coded
from scheduler.web.times import duration_words

SHOWN = {
    "feed": "Finders and your page",
    "page": "Your page only",
    "link": "By private link only",
    "paused": "Paused: can't be booked",
}
MODALITIES = {"in-person": "In person", "video": "Video", "phone": "Phone"}
PATIENT_TYPES = {"": "Not said", **coded.PATIENT_TYPES}
LANGUAGES = {
    "en": "English", "es": "Spanish", "zh": "Chinese", "vi": "Vietnamese", "tl": "Tagalog", "ar": "Arabic",
    "fr": "French", "ko": "Korean", "ru": "Russian", "pt": "Portuguese", "ht": "Haitian Creole", "de": "German",
}  # fmt: skip
_STATES = {
    "feed": ("ok", "In finders"),
    "page": ("info", "On your page"),
    "link": ("info", "Link only"),
    "paused": ("warn", "Paused"),
}
RETIRED = ("error", "Retired")


def state(visibility: str, active: bool) -> tuple[str, str]:
    """The state's colour word and its name."""
    return _STATES[visibility] if active else RETIRED


def wall_time(minute: int) -> str:
    """ "6:00 PM", of minutes since wall midnight."""
    hour, rest = divmod(minute, 60)
    return f"{hour % 12 or 12}:{rest:02} {'AM' if hour < 12 else 'PM'}"


def rules_sentence(values: Mapping[str, Any]) -> str:
    """The rules of a type (``catalog.types.FIELDS``) as one sentence; "" while one of them can't be read."""
    try:
        return _sentence(values)
    except (KeyError, TypeError):
        return ""


def _sentence(values: Mapping[str, Any]) -> str:
    parts = [
        duration_words(values["duration_minutes"]),
        f"starts every {duration_words(values['interval_minutes'])}",
        *_kept_free(values["buffer_before_minutes"], values["buffer_after_minutes"]),
        _bookable(values["minimum_notice_minutes"], values["horizon_days"]),
    ]
    if values["capacity"] > 1:
        parts.append(f"{values['capacity']} seats")
    for field, each in (("max_per_day", "a day"), ("max_per_week", "a week")):
        if values[field] is not None:
            parts.append(f"at most {values[field]} {each}")
    said = ", ".join(parts) + "."
    share, days, at = (values[f"release_{part}"] for part in ("share_percent", "days_before", "at_minute"))
    if None not in (share, days, at):
        when = "the same day" if days == 0 else f"{_days(days)} before"
        said += f" {_share(share)} of each day's times open {when} at {wall_time(at)}."
    if values["approval_required"]:
        said += f" Each request waits for your approval, {_hours(values['approval_hours'])} at most."
    if values["series_most"] > 1:
        said += f" Up to {values['series_most']} weekly visits can be booked at once."
    if values["relatives"]:
        said += (
            " A relative can't have the next time, because a referral is required."
            if values.get("referral") == "required"
            else " A relative can have the next time."
        )
    return said


def _kept_free(before: int, after: int) -> list[str]:
    if before and before == after:
        return [f"{duration_words(before)} kept free before and after"]
    sides = ((before, "before"), (after, "after"))
    return [f"{duration_words(length)} kept free {side}" for length, side in sides if length]


def _bookable(notice: int, horizon: int) -> str:
    start = f"from {duration_words(notice)}" if notice else "from now"
    return f"bookable {start} to {_days(horizon)} ahead" if horizon else f"bookable {start}, today only"


_SHARES = {25: "A quarter", 50: "Half", 75: "Three quarters", 100: "All"}


def _share(percent: int) -> str:
    return _SHARES.get(percent, f"{percent} percent")


def _hours(count: int) -> str:
    return f"{count} hour{'' if count == 1 else 's'}"


def _days(count: int) -> str:
    return f"{count} day{'' if count == 1 else 's'}"
