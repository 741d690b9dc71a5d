"""The sentences of ux.md 2.3: a reason in words, for staff. Of a patient they say the initials alone. Pure."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from zoneinfo import ZoneInfo

from scheduler.availability import Reason
from scheduler.console.setting_aside import sentence_of, windows_words
from scheduler.console.why.facts import Facts
from scheduler.web.times import date_short, duration_words, time_of_day, time_range, time_with_zone, weekday

# What another host or a room may be taken by, told about them as about the first host.
_CAUSES = frozenset({"booked", "held", "busy", "buffer", "length"})


def sentence(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    """The sentence of a reason, in the place's zone."""
    say = {
        "past": lambda *_: "It has already passed.",
        "hours": _hours,
        "time_off": _away,
        "closure": _away,
        "notice": _notice,
        "length": _length,
        "booked": _booked,
        "busy": _busy,
        "buffer": _buffer,
        "host": _host,
        "room": _room,
        "release": _release,
        "full": _full,
    }.get(reason.code)
    return say(reason, facts, zone) if say else sentence_of(reason, zone)


def when(instant: int, start: int, zone: ZoneInfo) -> str:
    """An instant beside the asked start: the time alone when both are on one date."""
    same = date_short(instant, zone) == date_short(start, zone)
    return (
        time_with_zone(instant, zone)
        if same
        else f"{date_short(instant, zone)}, {time_with_zone(instant, zone)}"
    )


def _hours(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    if "date" not in reason.detail:
        return "Outside the hours."
    name = weekday(date.fromisoformat(str(reason.detail["date"])))
    windows = windows_words(str(reason.detail["windows"]))
    whose = "your" if facts.mine else "the"
    return f"Outside {whose} {name} hours, {windows}." if windows else f"There are no {name} hours."


def _away(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    absence = facts.absences.get(reason.record.id) if reason.record else None
    who = absence.who if absence else facts.people.get(str(reason.detail.get("actor", "")), "Somebody needed")
    said = "is closed" if reason.code == "closure" else "is away"
    return f"{who} {said}: {absence.note}." if absence and absence.note else f"{who} {said}."


def _notice(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    length, latest = duration_words(int(reason.detail["minutes"])), int(reason.detail["latest"])
    start = latest + int(reason.detail["minutes"]) * 60
    return f"Needs {length}{_of(length)} notice; bookable until {when(latest, start, zone)}."


def _of(length: str) -> str:
    """The genitive of a length: 4 hours' notice, 1 hour's notice."""
    return "'" if length.endswith("s") else "'s"


def _length(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    free, needed = (duration_words(int(reason.detail[name])) for name in ("free", "needed"))
    return f"Only {free} free; {facts.type.name} needs {needed}."


def _span(reason: Reason, zone: ZoneInfo) -> str:
    return time_range(int(reason.detail["start"]), int(reason.detail["end"]), zone)


def _booked(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    who = facts.patients.get(reason.record.id) if reason.record else None
    return f"{who or 'Another booking'}, {_span(reason, zone)}."


def _busy(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    block = facts.blocks.get(reason.record.id) if reason.record else None
    if reason.record and reason.record.kind == "time_off":
        return _away(reason, facts, zone)
    if block is None or block.staff:
        return f"Blocked, {_span(reason, zone)}."
    return f"Busy in {'your' if block.mine else 'an'} outside calendar, {_span(reason, zone)}."


def _buffer(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    detail = reason.detail
    what = "busy time" if detail.get("taken") == "busy" else "booking"
    at = time_of_day(int(detail["start"]), zone)
    return f"{duration_words(int(detail['minutes']))} kept free {detail['side']} the {at} {what}."


def _host(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    name = facts.people.get(str(reason.detail["actor"]), "Another clinician")
    return f"{name} is needed too. {_inner(reason, facts, zone)}"


def _room(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    number = int(reason.detail["kind"])
    kind = facts.kinds[number] if number < len(facts.kinds) else "room"
    if "cause" not in reason.detail:
        return f"{facts.place.name} has no {kind}."
    name = facts.people.get(str(reason.detail["actor"]), "The first one")
    return f"No {kind} is free. {name}: {_inner(reason, facts, zone)}"


def _inner(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    cause = str(reason.detail["cause"])
    return sentence(replace(reason, code=cause), facts, zone) if cause in _CAUSES else ""


def _release(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    share = f"{reason.detail['share_percent']} % of the day's times are kept back"
    if reason.opens_at is None:
        return f"{share}."
    return f"{share}; this one until {date_short(reason.opens_at, zone)}, {time_with_zone(reason.opens_at, zone)}."


def _full(reason: Reason, facts: Facts, zone: ZoneInfo) -> str:
    return f"All {reason.detail['capacity']} seats taken."
