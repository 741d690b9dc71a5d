"""The manifest of Bulk Publish: what a feed lists. Knows no records.

It is the union of the fields of all generations (spec/smart-scheduling-links.md "Manifest").
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from scheduler.clock import MINUTE
from scheduler.fhir import milliseconds_text

PROFILE = "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/BulkPublishManifest"
NDJSON = "application/fhir+ndjson"
_TIME = "transactionTime"


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as the manifest lists it: resource type, address, states (sched-4), resources in it, bytes."""

    type: str
    url: str
    count: int
    size: int
    states: tuple[str, ...] = ()

    def entry(self) -> dict[str, Any]:
        made: dict[str, Any] = {"type": self.type, "url": self.url}
        if self.states:
            made["extension"] = {"state": list(self.states)}
        return made | {"count": self.count, "fileSize": self.size}


def content(
    request: str, cadence: int, output: Sequence[Listed], outcome: Sequence[Listed]
) -> dict[str, Any]:
    """Everything that a manifest says but its transactionTime. ``cadence`` is the typical time between
    changes in seconds."""
    made: dict[str, Any] = {
        "request": request,
        "manifestType": PROFILE,
        "requiresAccessToken": False,
        "outputFormat": NDJSON,
        "updateCadence": duration_text(cadence),
        "output": [listed.entry() for listed in output],
        "deleted": [],
        "error": [],
    }
    if outcome:
        made["outcome"] = [listed.entry() for listed in outcome]
    return made


def to_text(said: dict[str, Any], transaction_ms: int) -> str:
    """The manifest as it is served; ``transaction_ms`` is the instant of the last change in epoch
    milliseconds."""
    return json.dumps({_TIME: milliseconds_text(transaction_ms)} | said, separators=(",", ":"))


def said_by(text: str) -> dict[str, Any]:
    """What ``content`` gave for the manifest ``text``; empty for an empty text."""
    made: dict[str, Any] = json.loads(text) if text else {}
    made.pop(_TIME, None)
    return made


@lru_cache(maxsize=4)
def file_names(text: str) -> frozenset[str]:
    """The names (last part of the address) of all files that the manifest ``text`` lists."""
    said = said_by(text)
    entries: Iterable[dict[str, Any]] = (
        entry for part in ("output", "deleted", "outcome") for entry in said.get(part, ())
    )
    return frozenset(str(entry["url"]).rpartition("/")[2] for entry in entries)


def duration_text(seconds: int) -> str:
    """A length as an ISO 8601 duration: ``PT1M``, ``PT90S``."""
    return f"PT{seconds}S" if seconds % MINUTE else f"PT{seconds // MINUTE}M"
