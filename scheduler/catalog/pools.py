"""Pools: schedules of one type of which any will do, with a page of their own."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from scheduler import audit
from scheduler.catalog import parse, slugs
from scheduler.catalog.fields import Field, Problems, check
from scheduler.catalog.rows import EDITED_MEANWHILE, changed, find, named, note, put
from scheduler.errors import EditConflict
from scheduler.models import AppointmentType, Pool, PoolMember, Schedule

MAX_MEMBERS = 200
FIELDS = {"name": Field("Name", parse.name)}
_EDITED = FIELDS | {"active": Field("Offered", parse.switch)}
_PRIORITY = parse.whole(0, 100)


def add_pool(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    appointment_type_id: str,
    name: str,
    members: Mapping[str, int],
    slug: str | None = None,
) -> Pool:
    """Add a pool: ``members`` maps ids of Schedules of this type to priorities (0 to 100, the higher is asked first).

    Raises NotFound, InvalidInput.
    """
    kind = find(session, AppointmentType, appointment_type_id)
    problems = Problems()
    values = check(FIELDS, {"name": name}, problems)
    _check_members(session, kind, members, problems)
    if slug is not None and (fault := slugs.problem_with(slug, first=True)):
        problems.add("slug", "Link", fault)
    problems.stop()
    row = Pool(organization_id=kind.organization_id, appointment_type_id=kind.id, created_at=now, **values)
    session.add(row)
    session.flush()
    slugs.give_slug(
        session,
        organization_id=row.organization_id,
        kind="pool",
        target_id=row.id,
        typed=slug,
        suggestion=row.name,
    )
    _add_members(session, row, members)
    note(session, row, by=by, now=now, action="add", kind="pool")
    return row


def edit_pool(session: Session, *, by: audit.Actor, now: int, pool_id: str, **changes: Any) -> Pool:
    """Change a pool's name, or stop offering it (``active``). Raises NotFound, InvalidInput."""
    row = find(session, Pool, pool_id)
    problems = Problems()
    values = changed(row, _EDITED, changes, problems)
    problems.stop()
    note(session, row, by=by, now=now, action="edit", kind="pool", fields=put(row, values))
    return row


def set_pool_members(
    session: Session, *, by: audit.Actor, now: int, pool_id: str, members: Mapping[str, int]
) -> Pool:
    """Replace a pool's members and their priorities. Raises NotFound, InvalidInput."""
    row = find(session, Pool, pool_id)
    problems = Problems()
    _check_members(session, find(session, AppointmentType, row.appointment_type_id), members, problems)
    problems.stop()
    session.execute(delete(PoolMember).where(PoolMember.pool_id == row.id))
    _add_members(session, row, members)
    note(session, row, by=by, now=now, action="set-members", kind="pool")
    return row


def save_pool(
    session: Session,
    *,
    by: audit.Actor,
    now: int,
    pool_id: str,
    name: str,
    slug: str,
    members: Mapping[str, int],
    seen: str | None = None,
) -> Pool:
    """Change a pool's name, path word and members together, as its page has them; "" leaves the word as it is. ``seen``:
    the ``stamp`` of the pool that was looked at. Raises NotFound, InvalidInput, and EditConflict when it was saved since.
    """
    row = find(session, Pool, pool_id)
    if seen is not None and seen != stamp(session, row):
        raise EditConflict(EDITED_MEANWHILE)
    problems = Problems()
    values = changed(row, FIELDS, {"name": name}, problems)
    _check_members(session, find(session, AppointmentType, row.appointment_type_id), members, problems)
    present = slugs.current_slug(session, "pool", row.id)
    if slug and slug != present:
        if fault := slugs.problem_with(slug, first=True):
            problems.add("slug", "Link", fault)
        else:
            _rename(session, row, slug, problems)
    problems.stop()
    fields = put(row, values)
    if members != members_of(session, row.id):
        fields.append("members")
        session.execute(delete(PoolMember).where(PoolMember.pool_id == row.id))
        _add_members(session, row, members)
    note(session, row, by=by, now=now, action="edit", kind="pool", fields=fields)
    return row


def rename_pool(session: Session, *, by: audit.Actor, now: int, pool_id: str, slug: str) -> Pool:
    """Give a pool's page another word; the old one redirects. Raises NotFound, InvalidInput."""
    row = find(session, Pool, pool_id)
    _rename(session, row, slug, Problems())
    note(session, row, by=by, now=now, action="rename", kind="pool")
    return row


def remove_pool(session: Session, *, by: audit.Actor, now: int, pool_id: str) -> str:
    """Remove a pool; its members and what is booked stay, its address names nothing any more. Returns its name. Raises
    NotFound."""
    row = find(session, Pool, pool_id)
    note(session, row, by=by, now=now, action="remove", kind="pool")
    session.execute(delete(PoolMember).where(PoolMember.pool_id == row.id))
    session.delete(row)
    session.flush()
    return row.name


def members_of(session: Session, pool_id: str) -> dict[str, int]:
    """The pool's members' priorities by schedule, offered or not."""
    rows = session.execute(
        select(PoolMember.schedule_id, PoolMember.priority)
        .where(PoolMember.pool_id == pool_id)
        .order_by(PoolMember.schedule_id)
    )
    return {schedule_id: priority for schedule_id, priority in rows}  # noqa: C416 - rows are typed, a dict of them is not


def stamp(session: Session, row: Pool) -> str:
    """A short text that is another one as soon as the pool's name, word or members are others."""
    word = slugs.current_slug(session, "pool", row.id)
    said = json.dumps([row.name, word, sorted(members_of(session, row.id).items())])
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _rename(session: Session, row: Pool, slug: str, problems: Problems) -> None:
    slugs.give_slug(
        session,
        organization_id=row.organization_id,
        kind="pool",
        target_id=row.id,
        typed=slug,
        suggestion=row.name,
        problems=problems,
    )


def _check_members(
    session: Session, kind: AppointmentType, members: Mapping[str, int], problems: Problems
) -> None:
    if not 1 <= len(members) <= MAX_MEMBERS:
        problems.add("members", "Members", f"choose 1 to {MAX_MEMBERS}.")
        return
    for schedule_id, priority in members.items():
        schedule = named(session, Schedule, schedule_id, kind.organization_id, problems, "members", "Members")
        if schedule is not None and schedule.appointment_type_id != kind.id:
            problems.add("members", "Members", "choose offers of this type only.")
        try:
            _PRIORITY(priority)
        except ValueError as error:
            problems.add("members", "Priority", str(error))


def _add_members(session: Session, row: Pool, members: Mapping[str, int]) -> None:
    session.add_all(
        PoolMember(
            pool_id=row.id, schedule_id=schedule_id, organization_id=row.organization_id, priority=priority
        )
        for schedule_id, priority in members.items()
    )
