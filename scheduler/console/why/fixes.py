"""Where each reason is put right: the address of the very record or setting, for who may change it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from scheduler.availability import Reason
from scheduler.availability.zones import Zone
from scheduler.console.why.facts import Facts
from scheduler.web.times import day_long, weekday

# code to the field of the type's editor, and what the link says
_FIELDS = {
    "horizon": ("horizon_days", "Change horizon"),
    "notice": ("minimum_notice_minutes", "Change notice"),
    "release": ("release_share_percent", "Change the release rule"),
    "interval": ("interval_minutes", "Change interval"),
    "length": ("duration_minutes", "Change the length"),
    "full": ("capacity", "Change seats"),
    "held": ("capacity", "Change seats"),
}
_CAPS = {"day": "max_per_day", "week": "max_per_week"}
ASK_ADMIN = "An administrator can change it."


@dataclass(frozen=True, slots=True)
class Fix:
    """A link that leads to what to change. ``href`` is empty when there is none, and ``text`` says what to do instead."""

    text: str
    href: str = ""


def type_fix(facts: Facts, part: str, text: str) -> Fix:
    """A part of the type's page, for who may change it."""
    return Fix(text, f"/console/types/{facts.type.id}#{part}") if facts.may_edit_type else Fix(facts.ask)


def fix_of(reason: Reason, facts: Facts, start: int, clock: Zone) -> Fix | None:
    """Where a reason of the rule is put right; None when nothing can be done."""
    if reason.record is None:
        return None
    kind, key = reason.record
    if kind == "appointment_type":
        return _setting(reason, facts)
    if kind == "appointment":
        return _appointment(reason, facts)
    if kind == "availability":
        return _hours(reason, facts, f"/console/hours/{key}")
    if kind == "override":
        when = date.fromisoformat(str(reason.detail["date"]))
        text = f"Edit {day_long(when).partition(', ')[2]}"
        href = f"/console/hours/{facts.schedule.availability_id}/dates?edit={key}"
        return Fix(text, href) if facts.may_edit_hours else Fix(ASK_ADMIN)
    if kind == "time_off":
        absence = facts.absences.get(key)
        if absence is not None and absence.calendar:
            return Fix("Change holidays", absence.calendar) if absence.may_edit else Fix(ASK_ADMIN)
        text = "Open the closure" if reason.code == "closure" else "Open time off"
        may = absence is not None and absence.may_edit
        return Fix(text, f"/console/time-off#off-{key}") if may else Fix(ASK_ADMIN)
    if kind == "busy_block":
        return _block(facts, key, int(reason.detail["start"]), clock)
    href = f"/console/types/{facts.type.id}/places/{facts.schedule.id}"
    return Fix("Change the rooms it needs", href) if facts.may_edit_type else Fix(facts.ask)


def _setting(reason: Reason, facts: Facts) -> Fix:
    code = str(reason.detail["cause"]) if reason.code in ("host", "room") else reason.code
    if code == "cap":
        return type_fix(facts, _CAPS[str(reason.detail["per"])], "Change cap")
    if code == "buffer":
        side = "before" if reason.detail["side"] == "after" else "after"
        return type_fix(facts, f"buffer_{side}_minutes", "Change buffer")
    return type_fix(facts, *_FIELDS[code])


def _appointment(reason: Reason, facts: Facts) -> Fix | None:
    if reason.opens_at is not None and reason.code in ("held", "host", "room", "length"):
        return Fix("Wait until the hold ends.")
    assert reason.record is not None
    if reason.record.id in facts.patients:
        return Fix("Open booking", f"/console/bookings/{reason.record.id}")
    return Fix("The front desk can open that booking.")


def _hours(reason: Reason, facts: Facts, page: str) -> Fix:
    if not facts.may_edit_hours:
        return Fix(ASK_ADMIN)
    if "date" not in reason.detail:
        return Fix("Edit the hours", page)
    when = date.fromisoformat(str(reason.detail["date"]))
    return Fix(f"Edit {weekday(when)}", f"{page}#day-{when.weekday()}")


def _block(facts: Facts, key: str, start: int, clock: Zone) -> Fix:
    block = facts.blocks.get(key)
    if block is None or not block.may_edit:
        return Fix("The front desk can unblock it.")
    if not block.staff:
        return Fix("Change it in the outside calendar.")
    day = date.fromordinal(clock.day(start)).isoformat()
    return Fix("Open the block", f"/console/block?date={day}#block-{key}")
