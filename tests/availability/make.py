"""Short ways to write situations down in tests: one host in New York on an ordinary Tuesday, 2026-05-05."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from scheduler.availability import ActorTime, Hours, Seat, Situation, Taken, TypeRules, Window
from scheduler.availability.zones import zone

NEW_YORK = "America/New_York"
TUESDAY = date(2026, 5, 5)
NINE_TO_TWELVE = Window.of("09:00", "12:00")


def at(text: str, name: str = NEW_YORK) -> int:
    """The instant of ``"HH:MM"`` on the Tuesday, or of a whole ISO wall time (first one when it is
    repeated)."""
    whole = text if "T" in text else f"{TUESDAY}T{text}"
    return int(datetime.fromisoformat(whole).replace(tzinfo=zone(name).info).timestamp())


def walls(starts: list[int], name: str = NEW_YORK) -> list[str]:
    """Starts as ``"HH:MM"`` of their zone."""
    return [datetime.fromtimestamp(start, zone(name).info).strftime("%H:%M") for start in starts]


def weekly(*windows: Window) -> tuple[tuple[Window, ...], ...]:
    """The same windows on all seven days."""
    return (windows,) * 7


NOW = at("2026-05-01T00:00")


def hours(*windows: Window, **more: Any) -> Hours:
    return Hours(**{"zone": NEW_YORK, "weekly": weekly(*(windows or (NINE_TO_TWELVE,))), **more})


def rules(**more: Any) -> TypeRules:
    return TypeRules(**{"duration": 60, "interval": 30, **more})


def claim(start: str, end: str, name: str = "other", **more: Any) -> Taken:
    return Taken(
        **{
            "start": at(start),
            "end": at(end),
            "before": 0,
            "after": 0,
            "group": name,
            "appointment": name,
            **more,
        }
    )


def seat(start: str, end: str, name: str, **more: Any) -> Seat:
    return Seat(**{"appointment": name, "start": at(start), "end": at(end), "group": "session", **more})


def situation(
    *taken: Taken, hours_of: Hours | None = None, rules_of: TypeRules | None = None, **more: Any
) -> Situation:
    hosts = (ActorTime("ana", taken),)
    return Situation(**{"hours": hours_of or hours(), "rules": rules_of or rules(), "hosts": hosts, **more})


def with_rules(plain: Situation, **more: Any) -> Situation:
    return replace(plain, rules=replace(plain.rules, **more))
