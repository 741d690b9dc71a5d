"""What our own feed lists at this moment, as plain values for those who look after it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import current_app

from scheduler.publisher.feed import feed_of


@dataclass(frozen=True, slots=True)
class File:
    """A file that the manifest lists: name, resource type, states it is about, lines, bytes."""

    name: str
    type: str
    states: tuple[str, ...]
    count: int
    size: int


@dataclass(frozen=True, slots=True)
class Listing:
    """The feed of this moment. ``outcome``: files of what the feed has to say about itself; ``changed_ms``: the instant
    of the last change in epoch milliseconds; ``trouble``: a sentence when newer ones can't be written, else empty."""

    changed_ms: int
    output: tuple[File, ...]
    outcome: tuple[File, ...]
    trouble: str = ""


def listing() -> Listing:
    """What the manifest of this moment lists, built first when anything is due. Needs an application context. Raises
    FeedUnavailable."""
    feed = feed_of(current_app)
    current = feed.current()
    said: dict[str, Any] = json.loads(current.text)
    return Listing(
        changed_ms=current.transaction_ms,
        output=tuple(map(_file, said["output"])),
        outcome=tuple(map(_file, said.get("outcome", ()))),
        trouble=feed.trouble,
    )


def file_data(name: str) -> bytes | None:
    """What a listed file holds; None when it is lost."""
    return feed_of(current_app).store.read(name, compressed=False)


def _file(entry: dict[str, Any]) -> File:
    return File(
        name=str(entry["url"]).rpartition("/")[2],
        type=entry["type"],
        states=tuple(entry.get("extension", {}).get("state", ())),
        count=entry["count"],
        size=entry["fileSize"],
    )
