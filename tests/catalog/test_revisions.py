"""Edits of hours, dates and time off leave what they replaced, and are taken back unless something changed since."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import booking, catalog, clock
from scheduler.booking import block_days
from scheduler.catalog import revisions
from scheduler.clock import DAY
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput, NotFound
from scheduler.models import Availability, BusyBlock, Override, Revision, TimeOff
from tests.catalog.acts import BY, act, last_entry
from tests.factories import Clinic

FIRST, SECOND = date(2026, 6, 8), date(2026, 6, 9)


def rows(clinic: Clinic, kind: Any) -> list[Any]:
    with clinic.app.app_context(), snapshot() as session:
        found = list(session.scalars(select(kind).order_by(kind.id)))
        session.expunge_all()
        return found


def undo_last(clinic: Clinic, later: int = 0) -> None:
    revision = rows(clinic, Revision)[-1]
    with clinic.app.app_context():
        if revision.object_kind == block_days.KIND:
            block_days.undo_blocks(by=BY, now=clock.now() + later, revision_id=revision.id)
            return
    act_at(clinic, clock.now() + later, revision.id)


def act_at(clinic: Clinic, now: int, revision_id: int) -> None:
    with clinic.app.app_context(), transaction() as session:
        revisions.undo(session, by=BY, now=now, revision_id=revision_id)


def version(clinic: Clinic) -> int:
    found: int = rows(clinic, Availability)[0].version
    return found


def test_a_week_is_taken_back_once_and_within_a_day(clinic: Clinic) -> None:
    before = clinic.starts()
    act(clinic, catalog.set_week, availability_id=clinic.availability, version=1, weekly={5: [(600, 660)]})
    with pytest.raises(Conflict, match="more than a day"):
        undo_last(clinic, DAY)
    undo_last(clinic)
    assert clinic.starts() == before
    assert last_entry(clinic).action == "undo"
    assert version(clinic) == 3, "an undo is an edit: whoever has the page open is told"
    with pytest.raises(Conflict, match="undone already"):
        undo_last(clinic)


def test_every_edit_under_hours_raises_their_version_and_is_checked_against_it(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability}
    act(
        clinic,
        catalog.set_dates,
        **common,
        version=1,
        days=[FIRST, SECOND],
        windows=[],
        schedule_id=clinic.schedule,
    )
    act(clinic, catalog.set_override, schedule_id=clinic.schedule, day=FIRST, windows=[(540, 600)])
    act(clinic, catalog.set_override, **common, day=FIRST, windows=[])
    assert version(clinic) == 4
    ids = [row.id for row in rows(clinic, Override)]
    for verb, fields in (
        (catalog.set_week, {"weekly": {}}),
        (catalog.set_dates, {"days": [FIRST], "windows": []}),
        (catalog.remove_dates, {"override_ids": ids}),
    ):
        with pytest.raises(EditConflict):
            act(clinic, verb, **common, version=3, **fields)
    act(clinic, catalog.remove_override, override_id=ids[0])
    act(clinic, catalog.remove_dates, **common, version=5, override_ids=ids[1:])
    assert version(clinic) == 6
    assert not rows(clinic, Override)
    undo_last(clinic)
    assert len(rows(clinic, Override)) == 2


def test_an_edit_of_dates_replaces_and_comes_back_whole(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability}
    act(clinic, catalog.set_dates, **common, version=1, days=[FIRST, SECOND], windows=[], note_text="Course")
    ids = [row.id for row in rows(clinic, Override)]
    act(clinic, catalog.set_dates, **common, version=2, days=[SECOND], windows=[(540, 600)], instead_of=ids)
    [one] = rows(clinic, Override)
    assert (one.date, one.windows) == (SECOND, [[540, 600]])
    act(clinic, catalog.set_dates, **common, version=3, days=[date(2026, 7, 1)], windows=[])
    act_at(clinic, clock.now(), rows(clinic, Revision)[-2].id)
    kept = {row.date: (row.windows, row.note) for row in rows(clinic, Override)}
    assert kept == {FIRST: ([], "Course"), SECOND: ([], "Course"), date(2026, 7, 1): ([], "")}
    with pytest.raises(NotFound):
        act(clinic, catalog.remove_dates, **common, version=5, override_ids=["nothing"])


def test_dates_need_a_day_and_an_offer_of_these_hours(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability, "version": 1, "windows": []}
    for fields, name in (
        ({"days": []}, "days"),
        ({"days": [FIRST], "schedule_id": "nobody"}, "schedule_id"),
        ({"days": [date.fromordinal(FIRST.toordinal() + n) for n in range(367)]}, "days"),
    ):
        with pytest.raises(InvalidInput) as error:
            act(clinic, catalog.set_dates, **common, **fields)
        assert list(error.value.problems) == [name]


def test_what_changed_since_is_not_taken_back(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability}
    act(clinic, catalog.set_dates, **common, version=1, days=[FIRST], windows=[])
    act(clinic, catalog.set_override, **common, day=FIRST, windows=[(540, 600)])
    with pytest.raises(Conflict, match="changed again since"):
        act_at(clinic, clock.now(), rows(clinic, Revision)[0].id)
    assert [row.windows for row in rows(clinic, Override)] == [[[540, 600]]]
    with pytest.raises(NotFound):
        act_at(clinic, clock.now(), 10**9)


def test_time_off_comes_and_goes_and_comes_back(clinic: Clinic) -> None:
    made = act(
        clinic, catalog.add_time_off, organization_id=clinic.organization, start_date=FIRST, end_date=SECOND,
        actor_id=clinic.actor, note_text="Vacation",
    )  # fmt: skip
    undo_last(clinic)
    assert not rows(clinic, TimeOff)
    made = act(
        clinic, catalog.add_time_off, organization_id=clinic.organization, start_date=FIRST, end_date=SECOND
    )
    act(clinic, catalog.remove_time_off, time_off_id=made.id)
    undo_last(clinic)
    assert [(row.id, row.start_date) for row in rows(clinic, TimeOff)] == [(made.id, FIRST)]


def test_blocked_days_are_one_act_and_taken_back_as_one(clinic: Clinic) -> None:
    now = clock.now()
    spans = [(now + day * DAY, now + day * DAY + 3600) for day in (1, 2, 3)]
    with clinic.app.app_context():
        number = block_days.block_days(by=BY, now=now, actor_id=clinic.actor, spans=spans, note="Teaching").id
        assert len(rows(clinic, BusyBlock)) == 3
        undo_last(clinic)
        assert not rows(clinic, BusyBlock)
        with pytest.raises(Conflict):
            block_days.undo_blocks(by=BY, now=now, revision_id=number)
        number = block_days.block_days(by=BY, now=now, actor_id=clinic.actor, spans=spans).id
        block = rows(clinic, BusyBlock)[0]
        gone = block_days.unblock(by=BY, now=now, block_id=block.id)
        with pytest.raises(Conflict, match="changed again since"):
            block_days.undo_blocks(by=BY, now=now, revision_id=number)
        block_days.undo_blocks(by=BY, now=now, revision_id=gone)
        block_days.undo_blocks(by=BY, now=now, revision_id=number)
        assert not rows(clinic, BusyBlock)
        outside = booking.block_time(
            by=BY, actor_id=clinic.actor, start=now, end=now + 60, origin="calendar", uid="x"
        )
        for bad in (outside.id, "nothing"):
            with pytest.raises(NotFound):
                block_days.unblock(by=BY, now=now, block_id=bad)
        for spans in ([], [(5, 5)], [(day, day + 1) for day in range(93)]):
            with pytest.raises(InvalidInput):
                block_days.block_days(by=BY, now=now, actor_id=clinic.actor, spans=spans)
