"""The manifest's text and what is read back from it."""

from __future__ import annotations

import json

import pytest

from scheduler.publisher import manifest
from scheduler.publisher.manifest import Listed, Maker

MAKER = Maker("https://book.example.org/fhir", 60)
SLOTS = Listed("Slot", "https://book.example.org/fhir/files/Slot-1.ndjson", 12, 3400, ("MA", "NH"))
PLACES = Listed("Location", "https://book.example.org/fhir/files/Location-1.ndjson", 1, 200)
SAID = Listed("OperationOutcome", "https://book.example.org/fhir/files/OperationOutcome-1.ndjson", 1, 90)
AT = 1_795_000_000_007


def test_it_has_all_fields_of_all_generations() -> None:
    assert json.loads(MAKER.full(AT, [PLACES, SLOTS], outcome=[SAID], after=17)) == {
        "transactionTime": "2026-11-18T11:06:40.007Z",
        "request": "https://book.example.org/fhir/$bulk-publish",
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
        "link": [{"relation": "next", "url": "https://book.example.org/fhir/$bulk-publish/after/17"}],
    }


def test_an_outcome_is_only_there_when_there_is_something_to_say() -> None:
    assert "outcome" not in json.loads(MAKER.full(AT, [SLOTS]))


def test_a_page_names_its_own_address_and_its_link_may_be_pending_or_closed() -> None:
    made = json.loads(MAKER.full(AT, [], request=manifest.page_path(4), following=manifest.PENDING))
    assert made["request"] == "https://book.example.org/fhir/$bulk-publish/page/4"
    assert made["link"] == [{"relation": "next", "url": "#pending"}]
    assert (made["output"], made["deleted"]) == ([], [])


def test_clients_of_2021_get_only_the_fields_that_they_know() -> None:
    assert json.loads(MAKER.strict(AT, [PLACES])) == {
        "transactionTime": "2026-11-18T11:06:40.007Z",
        "request": "https://book.example.org/fhir/2021/$bulk-publish",
        "output": [{"type": "Location", "url": PLACES.url, "count": 1, "fileSize": 200}],
        "error": [],
    }


def test_the_names_of_all_files_are_read_back() -> None:
    text = MAKER.full(AT, [PLACES], deleted=[SLOTS], outcome=[SAID])
    assert manifest.file_names(text) == {"Location-1.ndjson", "Slot-1.ndjson", "OperationOutcome-1.ndjson"}
    assert manifest.file_names(b"") == frozenset()


@pytest.mark.parametrize(("seconds", "text"), [(60, "PT1M"), (90, "PT90S"), (3600, "PT60M"), (1, "PT1S")])
def test_a_length_is_an_iso_duration(seconds: int, text: str) -> None:
    assert manifest.duration_text(seconds) == text
