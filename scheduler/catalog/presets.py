"""What Setup fills in for each kind of practice (ux.md 2.1): two types, their lengths and rules, the codes that finders
search by. Values are as people type them; all can be changed before they are saved."""

from __future__ import annotations

from dataclasses import dataclass

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NEW, FOLLOW_UP = "newpt", "existptonly"
_HOURS = "9 AM-12 PM, 1-5 PM"


@dataclass(frozen=True, slots=True)
class Preset:
    """A kind of practice: names and minutes of its two types (an empty second one: none), minutes kept free after each,
    codes of ``catalog.coded``."""

    key: str
    name: str
    first: tuple[str, int]
    second: tuple[str, int | None]
    buffer: int
    specialty: str
    service_type: str
    category: str

    def typed(self) -> dict[str, str]:
        """The fields of Setup that the preset fills in, by name."""
        return {
            **dict.fromkeys(WEEKDAYS[:5], _HOURS),
            **dict.fromkeys(WEEKDAYS[5:], ""),
            "first_type": self.first[0],
            "first_minutes": str(self.first[1]),
            "second_type": self.second[0],
            "second_minutes": str(self.second[1] or ""),
            "buffer_minutes": str(self.buffer),
            "notice_hours": "4",
            "horizon_days": "60",
            "interval_minutes": "15",
            "cancellation_hours": "24",
            "specialty_code": self.specialty,
            "service_type_code": self.service_type,
            "service_category_code": self.category,
        }


_VISITS = ("New patient visit", "Follow-up visit")
PRESETS = (
    Preset("primary", "Primary care", (_VISITS[0], 40), (_VISITS[1], 20), 0, "419772000", "124", "17"),
    Preset("specialist", "Specialist", (_VISITS[0], 45), (_VISITS[1], 20), 5, "419192003", "124", "27"),
    Preset("therapy", "Therapy", ("First session", 60), ("Session", 50), 10, "394913002", "305", "22"),
    Preset("dental", "Dental", ("New patient exam", 60), (_VISITS[1], 30), 10, "408444009", "88", "10"),
    Preset("physio", "Physio", ("First assessment", 45), ("Treatment", 30), 5, "394602003", "65", "7"),
    Preset("blank", "Blank", ("Appointment", 30), ("", None), 0, "419772000", "124", "17"),
)


def preset(key: str) -> Preset:
    """The preset of that key; the first one for any other text."""
    return next((one for one in PRESETS if one.key == key), PRESETS[0])
