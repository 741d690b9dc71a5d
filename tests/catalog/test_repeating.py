"""Recurrence rules as services write them: what is refused, what they open, versions, and how edits are taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from scheduler import catalog, clock
from scheduler.catalog import repeating, revisions
from scheduler.db import snapshot, transaction
from scheduler.errors import Conflict, EditConflict, NotFound
from scheduler.models import Availability, RecurrenceRule, Revision
from tests.catalog.acts import BY, act, again, last_entry, refused
from tests.catalog.conftest import Still
from tests.factories import Clinic

NONSENSE = [
    "", "nonsense", "FREQ=NEVER", "FREQ=SECONDLY", "FREQ=HOURLY;COUNT=5", "FREQ=DAILY;BYHOUR=9", "FREQ=WEEKLY;BYDAY=XX",
    "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=5;UNTIL=20300101", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
    "FREQ=DAILY;" + "X" * 600, "FREQ=DAILY\0", "FREQ=MONTHLY;BYMONTHDAY=31;BYMONTH=4,6,9,11",
    "FREQ=DAILY;UNTIL=99999999", "<script>", "FREQ=DAILY;UNTIL=20200101", "FREQ=MINUTELY", "FREQ=DAILY;COUNT=3661", "FREQ=DAILY;COUNT=999999", None, 7,
]  # fmt: skip


@pytest.mark.parametrize("rrule", NONSENSE, ids=range(len(NONSENSE)))
def test_nonsense_and_endless_rules_are_refused(still: Still, rrule: Any) -> None:
    problems = refused(
        still.clinic, catalog.add_recurrence_rule, availability_id=still.hours, rrule=rrule,
        dtstart=date(2026, 6, 1), window=(540, 600),
    )  # fmt: skip
    assert list(problems) == ["rrule"]


@pytest.mark.parametrize(
    ("field", "value"),
    [("dtstart", None), ("dtstart", date(1900, 1, 1)), ("windows", [(1, 2, 3)]), ("windows", [(1440, 0)]),
     ("windows", []), ("exdates", ["2026-06-01"]), ("exdates", [date(2300, 1, 1)]), ("exdates", [date(2026, 6, 1)] * 401)],
    ids=range(8),
)  # fmt: skip
def test_each_bad_field_of_a_rule_is_named(still: Still, field: str, value: Any) -> None:
    fields: dict[str, Any] = {"rrule": "FREQ=DAILY", "dtstart": date(2026, 6, 1), "windows": [(540, 600)]}
    problems = refused(
        still.clinic,
        catalog.set_repeating,
        availability_id=still.hours,
        version=1,
        **(fields | {field: value}),
    )
    assert list(problems) == [field]


def test_a_rule_adds_hours_and_its_removal_takes_them_away(clinic: Clinic) -> None:
    act(clinic, catalog.set_week, availability_id=clinic.availability, version=1, weekly={})
    rule = act(
        clinic, catalog.add_recurrence_rule, availability_id=clinic.availability, rrule="rrule:freq=daily",
        dtstart=date(2026, 1, 1), window=(540, 600), exdates=[date(2026, 3, 2), date(2026, 3, 1), date(2026, 3, 2)],
    )  # fmt: skip
    assert rule.rrule == "FREQ=DAILY"
    assert again(clinic, rule).exdates == ["2026-03-01", "2026-03-02"]
    assert clinic.starts()

    there: dict[str, Any] = {"availability_id": clinic.availability, "rule_ids": [rule.id]}
    act(clinic, catalog.remove_repeating, **there, version=3)
    assert clinic.starts() == []
    with pytest.raises(NotFound):
        act(clinic, catalog.remove_repeating, **there, version=4)


def test_there_is_an_end_to_rules(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeating, "MAX_RULES", 2)
    fields = {
        "availability_id": clinic.availability,
        "rrule": "FREQ=DAILY",
        "dtstart": date(2026, 1, 1),
        "window": (540, 600),
    }
    for _ in range(2):
        act(clinic, catalog.add_recurrence_rule, **fields)
    with pytest.raises(Conflict, match="at most 2"):
        act(clinic, catalog.add_recurrence_rule, **fields)


SATURDAYS: dict[str, Any] = {"rrule": "FREQ=WEEKLY;INTERVAL=2;BYDAY=SA", "dtstart": date(2026, 6, 6)}


def kept(clinic: Clinic) -> list[RecurrenceRule]:
    with clinic.app.app_context(), snapshot() as session:
        found = repeating.rules_under(session, clinic.availability)
        session.expunge_all()
        return found


def undo(clinic: Clinic, place: int = -1) -> None:
    with clinic.app.app_context(), transaction() as session:
        newest = session.scalars(select(Revision.id).order_by(Revision.id)).all()[place]
        revisions.undo(session, by=BY, now=clock.now(), revision_id=newest)


def test_hours_of_several_ranges_are_rows_of_one_rule_and_replaced_together(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability, **SATURDAYS}
    made = act(clinic, catalog.set_repeating, **common, version=1, windows=[(780, 900), (540, 720)])
    assert [(row.start_minute, row.end_minute) for row in made] == [(540, 720), (780, 900)]
    assert last_entry(clinic).action == "set-repeating"
    changed = {**common, "rrule": "freq=weekly;byday=su"}
    ids = [row.id for row in made]
    act(clinic, catalog.set_repeating, **changed, version=2, windows=[(600, 660)], instead_of=ids)
    [row] = kept(clinic)
    assert (row.rrule, row.start_minute) == ("FREQ=WEEKLY;BYDAY=SU", 600)
    assert again(clinic, Availability(id=clinic.availability)).version == 3


def test_a_rule_that_was_edited_is_found_by_the_page_of_another_editor(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability, **SATURDAYS}
    [made] = act(clinic, catalog.set_repeating, **common, version=1, windows=[(540, 720)])
    act(clinic, catalog.set_repeating, **common, version=2, windows=[(600, 720)], instead_of=[made.id])
    act(clinic, catalog.set_repeating, **common, version=3, windows=[(540, 660)], instead_of=[made.id])
    assert [(row.id, row.start_minute, row.end_minute) for row in kept(clinic)] == [(made.id, 540, 660)]


def test_an_edit_of_repeating_hours_is_refused_when_they_moved_on(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability, **SATURDAYS, "windows": [(540, 720)]}
    [row] = act(clinic, catalog.set_repeating, **common, version=1)
    for verb, fields in (
        (catalog.set_repeating, common),
        (catalog.remove_repeating, {"availability_id": clinic.availability, "rule_ids": [row.id]}),
    ):
        with pytest.raises(EditConflict):
            act(clinic, verb, **fields, version=1)
    with pytest.raises(NotFound, match="removed"):
        act(clinic, catalog.set_repeating, **common, version=2, instead_of=["nobody"])


def test_adding_replacing_and_removing_repeating_hours_are_each_taken_back(clinic: Clinic) -> None:
    usual = clinic.starts()
    common: dict[str, Any] = {"availability_id": clinic.availability, **SATURDAYS, "windows": [(540, 720)]}
    first = act(clinic, catalog.set_repeating, **common, version=1)
    added = clinic.starts()
    second = act(
        clinic,
        catalog.set_repeating,
        **common | {"windows": [(600, 660), (720, 780)]},
        version=2,
        instead_of=[first[0].id],
    )
    replaced = clinic.starts()
    assert added != replaced
    act(
        clinic,
        catalog.remove_repeating,
        availability_id=clinic.availability,
        version=3,
        rule_ids=[row.id for row in second],
    )
    assert clinic.starts() == usual
    undo(clinic)
    assert clinic.starts() == replaced
    undo(clinic, 1)
    assert clinic.starts() == added
    assert [row.id for row in kept(clinic)] == [first[0].id]
    undo(clinic, 0)
    assert clinic.starts() == usual


def test_repeating_hours_that_changed_since_are_not_taken_back(clinic: Clinic) -> None:
    common: dict[str, Any] = {"availability_id": clinic.availability, **SATURDAYS, "windows": [(540, 720)]}
    [row] = act(clinic, catalog.set_repeating, **common, version=1)
    act(
        clinic,
        catalog.set_repeating,
        **common | {"windows": [(600, 660)]},
        version=2,
        instead_of=[row.id],
    )
    with pytest.raises(Conflict, match="changed again"):
        undo(clinic, 0)
    assert [found.start_minute for found in kept(clinic)] == [600]
