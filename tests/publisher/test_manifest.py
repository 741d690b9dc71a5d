"""The manifest's text and what is read back from it."""

from __future__ import annotations

import json

import pytest

from scheduler.publisher import manifest
from scheduler.publisher.manifest import Listed

REQUEST = "https://book.example.org/fhir/$bulk-publish"
SLOTS = Listed("Slot", "https://book.example.org/fhir/files/Slot-1.ndjson", 12, 3400, ("MA", "NH"))
PLACES = Listed("Location", "https://book.example.org/fhir/files/Location-1.ndjson", 1, 200)
SAID = Listed("OperationOutcome", "https://book.example.org/fhir/files/OperationOutcome-1.ndjson", 1, 90)


def test_it_has_all_fields_of_all_generations() -> None:
    made = json.loads(
        manifest.to_text(manifest.content(REQUEST, 60, [PLACES, SLOTS], [SAID]), 1_795_000_000_007)
    )
    assert made == {
        "transactionTime": "2026-11-18T11:06:40.007Z",
        "request": REQUEST,
        "manifestType": "http://hl7.org/fhir/uv/bulkdata/StructureDefinition/BulkPublishManifest",
        "requiresAccessToken": False,
        "outputFormat": "application/fhir+ndjson",
        "updateCadence": "PT1M",
        "output": [
            {"type": "Location", "url": PLACES.url, "count": 1, "fileSize": 200},
            {
                "type": "Slot",
                "url": SLOTS.url,
                "extension": {"state": ["MA", "NH"]},
                "count": 12,
                "fileSize": 3400,
            },
        ],
        "deleted": [],
        "error": [],
        "outcome": [{"type": "OperationOutcome", "url": SAID.url, "count": 1, "fileSize": 90}],
    }


def test_an_outcome_is_only_there_when_there_is_something_to_say() -> None:
    assert "outcome" not in manifest.content(REQUEST, 60, [SLOTS], [])


def test_what_was_said_and_listed_is_read_back_without_the_time() -> None:
    said = manifest.content(REQUEST, 60, [PLACES, SLOTS], [SAID])
    text = manifest.to_text(said, 1)
    assert manifest.said_by(text) == said
    assert manifest.file_names(text) == {"Location-1.ndjson", "Slot-1.ndjson", "OperationOutcome-1.ndjson"}
    assert manifest.said_by("") == {}
    assert manifest.file_names("") == frozenset()


@pytest.mark.parametrize(("seconds", "text"), [(60, "PT1M"), (90, "PT90S"), (3600, "PT60M"), (1, "PT1S")])
def test_a_length_is_an_iso_duration(seconds: int, text: str) -> None:
    assert manifest.duration_text(seconds) == text
