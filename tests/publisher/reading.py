"""Read a feed as a client does: the manifest, then every file that it lists."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

MANIFEST = "/fhir/$bulk-publish"
Resource = dict[str, Any]


@dataclass
class Feed:
    """A feed as read: the manifest, its text, and all resources by type and id."""

    manifest: Resource
    text: bytes
    etag: str
    resources: dict[str, dict[str, Resource]] = field(default_factory=dict)
    bodies: list[bytes] = field(default_factory=list)

    def all(self, resource_type: str) -> dict[str, Resource]:
        return self.resources.get(resource_type, {})

    def slots(self, schedule_id: str) -> dict[str, Resource]:
        """The slots of one schedule by start in UTC (``20260601T1300``)."""
        reference = f"Schedule/{schedule_id}"
        found = [slot for slot in self.all("Slot").values() if slot["schedule"]["reference"] == reference]
        return {
            slot["id"].rpartition("-")[2]: slot for slot in sorted(found, key=lambda slot: str(slot["id"]))
        }

    def status(self, schedule_id: str, start: str) -> str | None:
        slot = self.slots(schedule_id).get(start)
        return None if slot is None else str(slot["status"])


def read(app: Flask | FlaskClient) -> Feed:
    """The feed at this moment. Checks what must hold for every file: type, lines, counts, ids once."""
    client = app.test_client() if isinstance(app, Flask) else app
    answer = client.get(MANIFEST)
    assert answer.status_code == 200, answer.data
    feed = Feed(json.loads(answer.data), answer.data, answer.headers["ETag"])
    for entry in [*feed.manifest["output"], *feed.manifest.get("outcome", [])]:
        body = client.get(urlsplit(entry["url"]).path)
        assert body.status_code == 200, entry
        assert body.headers["Content-Type"] == "application/fhir+ndjson"
        assert len(body.data) == entry["fileSize"]
        lines = [json.loads(line) for line in body.data.decode().splitlines()]
        assert len(lines) == entry["count"] > 0
        feed.bodies.append(body.data)
        for line in lines:
            assert line["resourceType"] == entry["type"]
            known = feed.resources.setdefault(entry["type"], {})
            key = line.get("id", f"without id {len(known)}")
            assert key not in known, f"{key} is there twice"
            known[key] = line
    return feed
