"""What the page of the feed shows: what is published now, what is left out and why, and the check of every line."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler.accounts.rights import Person
from scheduler.console.admin.coming import home_zone
from scheduler.db import snapshot
from scheduler.feedcheck import check_lines
from scheduler.fhir import joined_id
from scheduler.models import Actor, Location, Practitioner, PractitionerRole, Schedule, ScheduleHost
from scheduler.publisher.listing import File, Listing, file_data, listing
from scheduler.settings import Settings

CHECK_SECONDS = 30.0
BAD_SHOWN = 50
_CHECKED_AT_ONCE = 100
_STATUS = re.compile(rb'"status":\s*"(free|busy|busy-tentative)"')
_SUBJECT = re.compile(r"(Location|PractitionerRole)/([A-Za-z0-9.-]{1,64}) ", re.ASCII)
_REPORT = "feed-check.json"


@dataclass(frozen=True, slots=True)
class Kind:
    """All files of one resource type."""

    type: str
    files: int
    lines: int
    size: int


@dataclass(frozen=True, slots=True)
class Note:
    """Something that the feed could not say, and where that can be mended."""

    sentence: str
    fix: str
    fix_text: str


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed at this moment. ``changed_ms``: its last change in epoch milliseconds; ``trouble``: a sentence when newer
    ones can't be written."""

    changed_ms: int
    kinds: tuple[Kind, ...]
    files: tuple[File, ...]
    states: tuple[str, ...]
    free: int
    tentative: int
    busy: int
    notes: tuple[Note, ...]
    trouble: str


@dataclass(frozen=True, slots=True)
class Bad:
    """A line that isn't as it must be."""

    file: str
    line: int
    problem: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a check found: ``lines`` of ``of`` were read within the time there is. ``at``: epoch seconds."""

    at: int
    changed_ms: int
    files: int
    lines: int
    of: int
    bad_count: int
    bad: tuple[Bad, ...]


def feed_now(person: Person, settings: Settings) -> Feed:
    """The feed of this moment, built first if anything is due. Raises what the publisher raises."""
    now_listed = listing()
    statuses: Counter[str] = Counter()
    for file in now_listed.output:
        if file.type == "Slot":
            data = file_data(file.name) or b""
            statuses.update(found.decode() for found in _STATUS.findall(data))
    with snapshot() as session:
        notes = tuple(_note(session, person, text) for text in _outcome(settings, now_listed))
    return Feed(
        changed_ms=now_listed.changed_ms,
        kinds=_kinds(now_listed.output),
        files=now_listed.output,
        states=tuple(sorted({state for file in now_listed.output for state in file.states})),
        free=statuses["free"],
        tentative=statuses["busy-tentative"],
        busy=statuses["busy"],
        notes=notes,
        trouble=now_listed.trouble,
    )


def zone_for(person: Person) -> str:
    """The zone for times of the feed."""
    with snapshot() as session:
        return home_zone(session, person.organization_id)


def check(settings: Settings, now: int, seconds: float | None = None) -> Report:
    """Read every line of every file of this moment, for ``seconds`` (None: CHECK_SECONDS) at most, and keep the report. Raises what the
    publisher raises."""
    listed = listing()
    files = (*listed.output, *listed.outcome)
    until = time.perf_counter() + (CHECK_SECONDS if seconds is None else seconds)
    read, lines, bad_count, bad = 0, 0, 0, list[Bad]()
    for file in files:
        if time.perf_counter() > until:
            break
        count, found = _check_file(settings, file, until)
        read, lines, bad_count = read + 1, lines + count, bad_count + len(found)
        bad += found[: BAD_SHOWN - len(bad)]
    report = Report(
        at=now,
        changed_ms=listed.changed_ms,
        files=read,
        lines=lines,
        of=sum(file.count for file in files),
        bad_count=bad_count,
        bad=tuple(bad),
    )
    _keep(settings, report)
    return report


def last_report(settings: Settings) -> Report | None:
    """What the last check on this machine found; None when there was none."""
    try:
        kept: dict[str, Any] = json.loads((settings.data_dir / _REPORT).read_text(encoding="utf-8"))
        bad = tuple(Bad(**one) for one in kept.pop("bad"))
        return Report(**kept, bad=bad)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _check_file(settings: Settings, file: File, until: float) -> tuple[int, list[Bad]]:
    """(lines read, those that are bad). A file whose lines are fewer or more than the manifest says is bad as a whole,
    at line 0."""
    data = file_data(file.name)
    if data is None:
        return 0, [Bad(file.name, 0, "the file is lost.")]
    count, bad = 0, []
    for one in check_lines(file.type, data):
        count += 1
        if one is not None:
            bad.append(Bad(file.name, one.number, one.problem))
        if count % _CHECKED_AT_ONCE == 0 and time.perf_counter() > until:
            return count, bad
    if count != file.count or len(data) != file.size:
        bad.append(
            Bad(file.name, 0, f"it has {count} lines of {len(data)} bytes, not what the manifest says.")
        )
    return count, bad


def _keep(settings: Settings, report: Report) -> None:
    handle, name = tempfile.mkstemp(dir=settings.data_dir, prefix=f".{_REPORT}-")
    with os.fdopen(handle, "w", encoding="utf-8") as made:
        json.dump(asdict(report), made)
    Path(name).replace(settings.data_dir / _REPORT)


def _kinds(files: Iterable[File]) -> tuple[Kind, ...]:
    by_type: dict[str, list[File]] = {}
    for file in files:
        by_type.setdefault(file.type, []).append(file)
    return tuple(
        Kind(name, len(several), sum(one.count for one in several), sum(one.size for one in several))
        for name, several in by_type.items()
    )


def _outcome(settings: Settings, listed: Listing) -> list[str]:
    """The sentences of what the feed has to say about itself."""
    lines = [line for file in listed.outcome for line in (file_data(file.name) or b"").splitlines()]
    return [issue["details"]["text"] for line in lines for issue in json.loads(line)["issue"]]


def _note(session: Session, person: Person, text: str) -> Note:
    """The sentence with names for ids, and where to mend it: only what the person's organization owns has a link."""
    found = _SUBJECT.match(text)
    if found is None:
        return Note(text, "/console/types", "Open the types")
    if found[1] == "Location":
        place = session.get(Location, found[2])
        name = place.name if place is not None else "A place"
        own = place is not None and place.organization_id == person.organization_id
        fix = f"/admin/places/{found[2]}" if own else ""
        return Note(text.replace(found[0], f"{name} ", 1), fix, f"Open {name}")
    who = _practitioner(session, found[2])
    name = who.display_name if who is not None else "A clinician"
    return Note(
        text.replace(f"{found[0]}names no Practitioner", f"{name} is listed by role alone", 1),
        "/admin/people" if who is not None and who.organization_id == person.organization_id else "",
        "Open people",
    )


def _practitioner(session: Session, role_id: str) -> Practitioner | None:
    """Whose role this is; the publisher makes up an id for one without a row of its own."""
    role = session.get(PractitionerRole, role_id)
    if role is not None:
        return session.get(Practitioner, role.practitioner_id)
    hosts = session.execute(
        select(Practitioner, Schedule.location_id)
        .join(Actor, Actor.practitioner_id == Practitioner.id)
        .join(ScheduleHost, ScheduleHost.actor_id == Actor.id)
        .join(Schedule, Schedule.id == ScheduleHost.schedule_id)
        .where(Practitioner.npi.is_(None))
    )
    return next((row for row, location_id in hosts if joined_id(row.id, location_id) == role_id), None)
