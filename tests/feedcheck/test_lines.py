"""The judge of a feed's lines: what it lets pass, what it finds, and that it quotes nothing."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.feedcheck import BadLine, check_lines

GOOD = {
    "resourceType": "Slot",
    "id": "a",
    "schedule": {"reference": "Schedule/s"},
    "status": "free",
    "start": "2027-06-07T09:00:00-04:00",
    "end": "2027-06-07T09:30:00-04:00",
}


def line(**changes: object) -> bytes:
    return json.dumps(GOOD | changes).encode() + b"\n"


def found(data: bytes, kind: str = "Slot") -> list[BadLine | None]:
    return list(check_lines(kind, data))


def test_good_lines_pass_one_by_one() -> None:
    assert found(line() + line(id="b")) == [None, None]
    assert found(b"") == []


@pytest.mark.parametrize(
    ("bad", "problem"),
    [
        (b"{\n", "it is not JSON."),
        (b"[]\n", "it is not a Slot."),
        (b"\xff\n", "it is not JSON."),
        (b"\n", "it is not JSON."),
        (line(resourceType="Schedule"), "it is not a Slot."),
        (line(status="perhaps"), "status: it is no code of a slot's status."),
        (line(id="a"), "id: an earlier line of this file has it."),
    ],
)
def test_a_bad_line_is_named_by_number_and_fault(bad: bytes, problem: str) -> None:
    assert found(line() + bad)[1] == BadLine(2, problem)


@pytest.mark.parametrize("field", ["start", "end", "status", "schedule", "id"])
def test_what_a_slot_needs_is_missed(field: str) -> None:
    without = {name: value for name, value in GOOD.items() if name != field}
    [bad] = found(json.dumps(without).encode())
    assert bad is not None
    assert bad.problem.startswith(f"{field}: ") or field in bad.problem


def test_what_stands_in_a_line_is_never_quoted() -> None:
    [bad] = found(line(start="Ana Silva", status="Ana Silva"))
    assert bad is not None
    assert "Ana" not in bad.problem


def test_a_type_that_there_is_not_is_an_error_of_the_caller() -> None:
    with pytest.raises(LookupError):
        found(json.dumps({"resourceType": "Nothing"}).encode(), "Nothing")


@given(st.binary(max_size=200))
def test_whatever_bytes_come_every_line_is_judged(data: bytes) -> None:
    assert len(found(data)) == len(data.splitlines())
