"""The Why page's service: the verdict, every reason with its sentence and fix, the day, the nearest openings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from scheduler.accounts.rights import ADMIN, Person
from scheduler.availability import Situation, explain, open_starts, opens_at
from scheduler.clock import DAY
from scheduler.console.desk.offers import Offered
from scheduler.console.desk.openings import NEAR_DAYS, NEAREST, Opening
from scheduler.console.feed_state import feed_state
from scheduler.console.why import asked as asking
from scheduler.console.why.asked import Asked, Choices, Read, Typed
from scheduler.console.why.facts import load_facts
from scheduler.console.why.fixes import Fix, fix_of
from scheduler.console.why.notes import SAID_BESIDE, Note, feed_note, notes_of, unknown_place
from scheduler.console.why.strip import Strip, day_bounds, strip_of, taken_on
from scheduler.console.why.words import sentence, when
from scheduler.db import snapshot
from scheduler.models.situations import load_situations
from scheduler.models.slots import slot_id
from scheduler.web.times import time_of_day


@dataclass(frozen=True, slots=True)
class Line:
    """One reason. ``later``: when it ends by itself."""

    code: str
    sentence: str
    fix: Fix | None
    later: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the page says of a time. ``verdict`` is its heading; ``told`` what stands under it when it is open; ``first``
    the fix of the first reason that has one; ``opens``: when time alone opens it."""

    asked: Asked
    zone: ZoneInfo
    open: bool
    verdict: str
    told: str
    lines: tuple[Line, ...]
    first: Fix | None
    opens: str
    strip: Strip | None
    near: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """``answer`` is None while nothing is asked, or nothing that can be answered."""

    read: Read
    choices: Choices
    answer: Answer | None


def why_page(person: Person, typed: Typed, now: int) -> Page:
    """The page of what was asked. ``now``: epoch seconds."""
    with snapshot() as session:
        known = asking.choices(session, person)
        read = asking.read(typed, known, now) if known.offers else Read(typed)
        answer = _answer(session, person, read.asked, known, now) if read.asked else None
    return Page(read, known, answer)


def _answer(session: Session, person: Person, asked: Asked, known: Choices, now: int) -> Answer:
    zone, offer = asked.clock.info, asked.offer
    near = _near(session, known, asked, now)
    if offer is None:
        note = unknown_place(session, person, asked)
        line = Line(note.code, note.sentence, note.fix)
        return _built(asked, zone, [line], None, "", near)
    around = asked.start - DAY, asked.start + 2 * DAY
    situation = load_situations(session, [offer.schedule], *around, anyway=True).get(offer.schedule)
    reasons = explain(situation, asked.start, now) if situation else []
    taken = taken_on(situation, now, day_bounds(situation, asked.start)) if situation else []
    facts = load_facts(
        session,
        person,
        offer.schedule,
        reasons,
        [what for *_, what in taken if what not in ("", "held")],
        [host.actor for host in situation.hosts] if situation else [],
    )
    rule = [
        Line(
            reason.code,
            sentence(reason, facts, zone),
            fix_of(reason, facts, asked.start, asked.clock),
            f"Ends by itself {when(reason.opens_at, asked.start, zone)}."
            if reason.opens_at is not None and reason.code in ("horizon", "host", "room", "cap")
            else "",
        )
        for reason in reasons
    ]
    past = [line for line in rule if line.code == "past"]
    notes = [_line(note) for note in notes_of(session, person, facts, situation is not None)]
    lines = [*past, *notes, *(line for line in rule if line.code != "past")]
    told = ""
    if all(line.code in SAID_BESIDE for line in lines):
        state = feed_state(session, now)
        told, feed = feed_note(facts, state, asked, ADMIN in person.roles, now, zone)
        lines += [_line(feed)] if feed is not None else []
    return _built(
        asked,
        zone,
        lines,
        strip_of(
            situation, facts, asked.start, now, taken, offered=all(one.code in SAID_BESIDE for one in notes)
        )
        if situation
        else None,
        _opens(situation, asked, now, zone) if situation and not notes else "",
        near,
        told,
    )


def _line(note: Note) -> Line:
    return Line(note.code, note.sentence, note.fix)


def _built(
    asked: Asked,
    zone: ZoneInfo,
    lines: Sequence[Line],
    strip: Strip | None,
    opens: str,
    near: tuple[Opening, ...],
    told: str = "",
) -> Answer:
    open_ = all(line.code in SAID_BESIDE for line in lines)
    time = time_of_day(asked.start, zone)
    return Answer(
        asked=asked,
        zone=zone,
        open=open_,
        verdict=f"{time} is open" if open_ else f"{time} is not open",
        told=told,
        lines=tuple(lines),
        first=next((line.fix for line in lines if line.fix is not None and line.fix.href), None),
        opens=opens,
        strip=strip,
        near=near,
    )


def _opens(situation: Situation, asked: Asked, now: int, zone: ZoneInfo) -> str:
    at = opens_at(situation, asked.start, now)
    if at is None or at == now:
        return ""
    return f"If nothing else changes, it opens by itself {when(at, asked.start, zone)}."


def _near(session: Session, known: Choices, asked: Asked, now: int) -> tuple[Opening, ...]:
    """The openings nearest to the asked start within 14 days: of the same Schedule first, then of the same type."""
    own = asked.offer.schedule if asked.offer else ""
    wanted: dict[str, Offered] = {
        key: one for key, one in known.offers.items() if one.type_id == asked.type_id and key in known.live
    }
    around = max(asked.start, now)
    since, until = max(now, asked.start - NEAR_DAYS * DAY), around + NEAR_DAYS * DAY
    found = []
    for key, situation in load_situations(session, sorted(wanted), since, until).items():
        starts = [at for at in open_starts(situation, now, since, until) if at != asked.start]
        closest = sorted(starts, key=lambda at: (abs(at - asked.start), at))[:NEAREST]
        found += [Opening(slot_id(key, at), at, wanted[key]) for at in closest]
    found.sort(key=lambda one: (one.offer.schedule != own, abs(one.start - asked.start), one.start))
    return tuple(found[:NEAREST])
