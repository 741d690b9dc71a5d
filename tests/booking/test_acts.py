"""Which rules an act may set aside: design.md's table, row by row."""

from __future__ import annotations

import pytest

from scheduler.availability import Reason
from scheduler.booking.acts import ACTS, DESK, GROUP_OF, HOURS, IMPORT, LIMITS, PATIENT, TAKEN, Act

HOURS_CODES = ["hours", "override", "time_off", "closure", "interval", "length"]
LIMIT_CODES = ["past", "notice", "horizon", "release", "cap"]
TAKEN_CODES = ["booked", "held", "full", "busy", "buffer", "host", "room"]


def passes(act: Act, code: str, *, set_aside: frozenset[str] = frozenset(), overbook: bool = False) -> bool:
    return not act.refusals([Reason(code)], set_aside, overbook)


def test_every_reason_belongs_to_one_group_of_rules() -> None:
    assert (
        dict.fromkeys(HOURS_CODES, HOURS)
        | dict.fromkeys(LIMIT_CODES, LIMITS)
        | dict.fromkeys(TAKEN_CODES, TAKEN)
        == GROUP_OF
    )


@pytest.mark.parametrize("code", HOURS_CODES + LIMIT_CODES + TAKEN_CODES)
def test_a_patient_may_set_nothing_aside(code: str) -> None:
    assert not passes(PATIENT, code, set_aside=frozenset({HOURS, LIMITS, TAKEN}), overbook=True)


@pytest.mark.parametrize("code", HOURS_CODES)
def test_the_desk_may_go_on_without_hours_by_saying_so(code: str) -> None:
    assert not passes(DESK, code)
    assert not passes(DESK, code, set_aside=frozenset({LIMITS}), overbook=True)
    assert passes(DESK, code, set_aside=frozenset({HOURS}))


@pytest.mark.parametrize("code", LIMIT_CODES)
def test_the_desk_may_go_on_without_limits_by_saying_so(code: str) -> None:
    assert not passes(DESK, code, set_aside=frozenset({HOURS}), overbook=True)
    assert passes(DESK, code, set_aside=frozenset({LIMITS}))


@pytest.mark.parametrize("code", TAKEN_CODES)
def test_the_desk_overbooks_only_with_a_reason(code: str) -> None:
    assert not passes(DESK, code, set_aside=frozenset({HOURS, LIMITS, TAKEN}))
    assert passes(DESK, code, overbook=True)


def test_a_length_cut_short_by_something_taken_is_a_matter_of_what_is_taken() -> None:
    reason = Reason("length", detail={"cause": "booked"})
    assert DESK.refusals([reason], frozenset({HOURS}), False) == [reason]
    assert DESK.refusals([reason], frozenset(), True) == []


@pytest.mark.parametrize("code", HOURS_CODES + LIMIT_CODES + TAKEN_CODES)
def test_an_import_is_asked_nothing(code: str) -> None:
    assert passes(IMPORT, code)


def test_all_reasons_must_pass() -> None:
    reasons = [Reason("hours"), Reason("booked")]
    assert DESK.refusals(reasons, frozenset({HOURS}), False) == [reasons[1]]
    assert len({act.name for act in ACTS}) == len(ACTS)
