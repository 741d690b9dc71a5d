"""What a patient takes along of their visits, in words: rows and lines for the page that lies beside the plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _

from scheduler.booking.eligibility import NOT_LISTED, SELF, UNSURE
from scheduler.intake.forms import FOR_WHOM, NEEDS
from scheduler.portal.wishes import spoken_name, wish_words
from scheduler.web.times import date_words, day_with_year, time_range, time_with_zone, zone_name


@dataclass(frozen=True, slots=True)
class VisitWords:
    """A visit: its heading, rows of (label, text), and what happened, line by line in order."""

    heading: str
    rows: tuple[tuple[str, str], ...]
    events: tuple[str, ...]


def instant_of(text: str) -> int:
    """Epoch seconds of an instant in ISO 8601 with its offset."""
    return int(datetime.fromisoformat(text).timestamp())


def moment_words(text: str, zone: str) -> str:
    """ "Tuesday, June 8, 2027, 10:30 AM EDT", of an instant in ISO 8601."""
    at = instant_of(text)
    return str(_("%(day)s, %(time)s", day=day_with_year(at, zone), time=time_with_zone(at, zone)))


def visit_words(visit: Mapping[str, Any]) -> VisitWords:
    """One of the visits of ``own_data``, in words of the page's language."""
    zone = visit["zone"]
    begins, ends = instant_of(visit["starts_at"]), instant_of(visit["ends_at"])
    rows = [
        (_("When"), f"{day_with_year(begins, zone)}{_(', ')}{time_range(begins, ends, zone)}"),
        (_("State"), _states().get(visit["status"], visit["status"])),
        (_("Code"), visit["code"]),
        (_("Place"), _(", ").join(visit["place"])),
        (_("With"), _(", ").join(visit["with"])),
        *_of_details(visit["details"], zone),
        *((one["question"], date_words(one["answer"])) for one in visit["answers"]),
        *((_("File"), file["name"]) for file in visit["files"]),
        *((_("Sooner time"), _sooner(wish, zone)) for wish in visit["sooner_time"]),
        (_("Reason for cancelling"), visit["reason_for_cancelling"]),
        (_("The clinic writes"), visit["message_of_the_clinic"]),
        (_("Came from"), visit["finder"]["source"] if visit["finder"] else ""),
    ]
    return VisitWords(
        f"{visit['type']}{_(', ')}{day_with_year(begins, zone)}",
        tuple((label, str(text)) for label, text in rows if text),
        tuple(_events(visit, zone)),
    )


def _of_details(kept: Mapping[str, Any], zone: str) -> Iterator[tuple[str, str]]:
    name, booker = (
        " ".join(part for part in (kept.get(f"{who}given"), kept.get(f"{who}family")) if part)
        for who in ("", "booker_")
    )
    yield _("Who it is for"), str(dict(FOR_WHOM).get(kept.get("for_whom", ""), ""))
    yield _("Name"), name
    yield _("Birth date"), date_words(kept.get("birth_date", ""))
    yield _("Email"), kept.get("email", "")
    yield _("Phone"), kept.get("phone", "")
    relation = kept.get("relationship", "")
    yield (
        _("Booked by"),
        _("%(name)s, %(relation)s", name=booker, relation=relation) if booker and relation else booker,
    )
    yield _("Reason for the visit"), kept.get("reason", "")
    paid = {NOT_LISTED: _("Not listed"), SELF: _("Paying myself"), UNSURE: _("Not sure")}
    yield _("Insurance"), kept.get("insurance_plan") or paid.get(kept.get("insurance", ""), "")
    yield _("Referral number"), kept.get("referral_number", "")
    yield _("What would help"), "; ".join(_need(need) for need in kept.get("needs", ()))
    wishes = kept.get("wishes", {})
    yield (
        _("You asked to see:").rstrip(":："),
        wish_words((wishes.get("gender", ""), wishes.get("language", ""))),
    )
    yield _("Language"), spoken_name(kept["language"]) if kept.get("language") else ""
    yield _("Time zone"), zone_name(kept["zone"], 0) if kept.get("zone") else ""
    if kept.get("consent_at"):
        yield _("Your consent"), moment_words(kept["consent_at"], zone)


def _need(kept: str) -> str:
    code, _colon, beside = kept.partition(": ")
    name = str(dict(NEEDS).get(code, code))
    return _("%(need)s: %(text)s", need=name, text=beside) if beside else name


def _sooner(wish: Mapping[str, str], zone: str) -> str:
    said = {
        "waiting": _("You wait for one"),
        "offered": _("One is kept for you"),
        "taken": _("You took one"),
        "left": _("You left the list"),
    }.get(wish["status"], _("Your waiting has ended"))
    since = _("asked for on %(day)s", day=day_with_year(instant_of(wish["asked_at"]), zone))
    return f"{said}{_(', ')}{since}"


def _events(visit: Mapping[str, Any], zone: str) -> Iterator[str]:
    acts, mails, whom = _acts(), _mails(), {"you": _("by you"), "the clinic": _("by the clinic")}
    lines = []
    for one in visit["history"]:
        act = acts.get("undo" if one["what"].startswith("undo") else one["what"], _("Changed"))
        lines.append((one["at"], f"{act}{_(', ')}{whom[one['by']]}" if one["by"] in whom else act))
    for one in visit["messages"]:
        what = mails.get(one["kind"], _("about your appointment"))
        lines.append((one["sent_at"], _("Message to you: %(what)s", what=what)))
    for at, what in sorted(lines, key=lambda line: instant_of(line[0])):
        yield _("%(when)s: %(what)s", when=moment_words(at, zone), what=what)


def _states() -> dict[str, str]:
    return {
        "pending": _("Waiting for the clinic's answer"),
        "booked": _("Booked"),
        "arrived": _("Checked in"),
        "completed": _("Completed"),
        "no-show": _("Missed"),
        "cancelled": _("Cancelled"),
        "declined": _("Not confirmed"),
        "expired": _("Not confirmed"),
    }


def _acts() -> dict[str, str]:
    return {
        "hold": _("Time held"),
        "hold-again": _("Time held again"),
        "extend": _("Hold made longer"),
        "release": _("Time given back"),
        "expire": _("Hold ended"),
        "request": _("Appointment asked for"),
        "book": _("Booked"),
        "overbook": _("Booked"),
        "approve": _("Request approved"),
        "decline": _("Request declined"),
        "lapse": _("Request ended without an answer"),
        "move": _("Moved to another time"),
        "cancel": _("Cancelled"),
        "restore": _("Cancellation undone"),
        "keep": _("Kept as it is"),
        "check-in": _("Checked in"),
        "in-room": _("Brought to the room"),
        "done": _("Completed"),
        "no-show": _("Missed"),
        "undo": _("A step undone"),
        "note": _("Note of the clinic changed"),
        "details": _("Details changed"),
        "contact": _("Email or phone changed"),
        "erase": _("Your data removed"),
        "resend": _("Confirmation sent again"),
        "coming": _("Said that you'll be there"),
    }


def _mails() -> dict[str, str]:
    changed = _("email address changed")
    return {
        "booking-confirmed": _("confirmation"),
        "booking-pending": _("request received"),
        "request-approved": _("request approved"),
        "request-declined": _("request declined"),
        "request-lapsed": _("request ended"),
        "booking-moved": _("new time"),
        "booking-cancelled": _("cancellation"),
        "reminder": _("reminder"),
        "booking-twice": _("two visits at one time"),
        "contact-changed": changed,
        "contact-changed-old": changed,
    }
