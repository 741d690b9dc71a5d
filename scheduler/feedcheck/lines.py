"""Check a file of a feed line by line: JSON, the right kind of resource, the model of R4B, codes, ids given once.

Sources: FHIR R4B (the models), Bulk Data "NDJSON" (one resource per line, one type per file), value set slotstatus.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

SLOT_STATUSES = frozenset({"busy", "free", "busy-unavailable", "busy-tentative", "entered-in-error"})
_WITHOUT_ID = frozenset({"OperationOutcome"})


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that isn't as it must be: its number, from 1, and what is wrong. ``problem`` quotes nothing of the line."""

    number: int
    problem: str


def check_lines(resource_type: str, data: bytes) -> Iterator[BadLine | None]:
    """Check the lines of a file of ``resource_type``, one by one: None for a good one. The caller may stop at any line.

    Raises LookupError for a type that R4B doesn't have.
    """
    seen: set[str] = set()
    for number, line in enumerate(data.splitlines(), 1):
        problem = _problem(resource_type, line, seen)
        yield BadLine(number, problem) if problem else None


def _problem(resource_type: str, line: bytes, seen: set[str]) -> str:
    try:
        resource = json.loads(line)
    except (ValueError, RecursionError):
        return "it is not JSON."
    if not isinstance(resource, dict) or resource.get("resourceType") != resource_type:
        return f"it is not a {resource_type}."
    found = _against_model(resource_type, line)
    if found:
        return found
    if resource_type == "Slot" and resource.get("status") not in SLOT_STATUSES:
        return "status: it is no code of a slot's status."
    if resource_type in _WITHOUT_ID:
        return ""
    if not resource.get("id"):
        return "id: it is missing."
    if resource["id"] in seen:
        return "id: an earlier line of this file has it."
    seen.add(resource["id"])
    return ""


def _against_model(resource_type: str, line: bytes) -> str:
    try:
        _model(resource_type).model_validate_json(line)
    except ValueError as error:  # pydantic's ValidationError is one
        return _words(error)
    return ""


def _words(error: ValueError) -> str:
    """The place in the resource and what is wrong there, without what stands there."""
    tell = getattr(error, "errors", None)
    first: dict[str, Any] = (
        tell(include_input=False, include_url=False, include_context=False)[0] if tell else {}
    )
    where = ".".join(str(step) for step in first.get("loc", ()))
    what = str(first.get("msg", "it can't be read")).rstrip(".")
    return f"{where}: {what}." if where else f"{what}."


@cache
def _model(resource_type: str) -> Any:
    from fhir.resources.R4B import get_fhir_model_class  # takes a third of a second; few pages need it

    try:
        return get_fhir_model_class(resource_type)
    except (KeyError, ValueError) as error:
        raise LookupError(f"R4B has no {resource_type}") from error
