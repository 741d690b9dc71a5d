"""Manifests of Bulk Publish: what a feed, or a page of its chain, lists. Knows no records.

The root is the union of the fields of all generations (spec/smart-scheduling-links.md "Manifest"); clients of 2021 get
only those that they know.
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
PENDING, CLOSED = "#pending", "#closed"
_SEPARATORS = (",", ":")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file as a manifest lists it: resource type, address, resources in it, bytes, states (sched-4)."""

    type: str
    url: str
    count: int
    size: int
    states: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes the manifests of one feed. ``base``: the address below which all of it lies, without a slash at the end;
    ``cadence``: the typical time between changes in seconds."""

    base: str
    cadence: int

    def full(
        self,
        transaction_ms: int,
        output: Iterable[Listed],
        *,
        request: str | None = None,
        deleted: Sequence[Listed] = (),
        outcome: Sequence[Listed] = (),
        after: int | None = None,
        following: str | None = None,
    ) -> bytes:
        """A manifest of today's generations. ``request``: the part of its address after ``base``; ``after``: the edition
        whose stub it links to; ``following``: the link itself, where it is another one."""
        link = following or (None if after is None else self.address(stub_path(after)))
        head = {
            "transactionTime": milliseconds_text(transaction_ms),
            "request": self.address(request or ROOT),
            "manifestType": PROFILE,
            "requiresAccessToken": False,
            "outputFormat": NDJSON,
            "updateCadence": duration_text(self.cadence),
        }
        tail: dict[str, Any] = {"error": []}
        if outcome:
            tail["outcome"] = [_entry(listed) for listed in outcome]
        if link is not None:
            tail["link"] = [{"relation": "next", "url": link}]
        return _text(head, [("output", output), ("deleted", deleted)], tail)

    def strict(self, transaction_ms: int, output: Iterable[Listed]) -> bytes:
        """A manifest as clients of 2021 know it."""
        head = {
            "transactionTime": milliseconds_text(transaction_ms),
            "request": self.address(ROOT_2021),
        }
        return _text(head, [("output", output)], {"error": []})

    def address(self, path: str) -> str:
        """The whole address of a path of the feed."""
        return f"{self.base}/{path}" if not path.startswith("#") else path

    def file(self, name: str) -> str:
        """The address of a file."""
        return f"{self.base}/files/{name}"


ROOT = "$bulk-publish"
ROOT_2021 = f"2021/{ROOT}"


def stub_path(number: int) -> str:
    """Where a reader of edition ``number`` finds what came after it."""
    return f"{ROOT}/after/{number}"


def page_path(number: int) -> str:
    """Where the changes of edition ``number`` are."""
    return f"{ROOT}/page/{number}"


@lru_cache(maxsize=4)
def file_names(text: bytes) -> frozenset[str]:
    """The names (last part of the address) of all files that the manifest ``text`` lists."""
    said = json.loads(text) if text else {}
    entries: Iterable[dict[str, Any]] = (
        entry for part in ("output", "deleted", "outcome") for entry in said.get(part, ())
    )
    return frozenset(str(entry["url"]).rpartition("/")[2] for entry in entries)


def duration_text(seconds: int) -> str:
    """A length as an ISO 8601 duration: ``PT1M``, ``PT90S``."""
    return f"PT{seconds}S" if seconds % MINUTE else f"PT{seconds // MINUTE}M"


def _text(head: dict[str, Any], lists: Sequence[tuple[str, Iterable[Listed]]], tail: dict[str, Any]) -> bytes:
    """Head, lists of files and tail as one JSON object. The entries are joined as text, since there may be thousands of
    them and each changes rarely."""
    parts = [json.dumps(head, separators=_SEPARATORS)[1:-1]]
    parts += [f'"{name}":[{",".join(map(_entry_text, files))}]' for name, files in lists]
    parts.append(json.dumps(tail, separators=_SEPARATORS)[1:-1])
    return ("{" + ",".join(parts) + "}").encode("ascii")


@lru_cache(maxsize=16_384)
def _entry_text(listed: Listed) -> str:
    return json.dumps(_entry(listed), separators=_SEPARATORS)


def _entry(listed: Listed) -> dict[str, Any]:
    made: dict[str, Any] = {"type": listed.type, "url": listed.url}
    if listed.states:
        made["extension"] = {"state": list(listed.states)}
    return made | {"count": listed.count, "fileSize": listed.size}
