"""One rule for everybody: what the page offers = the feed's free slots = the reference, and what is offered can be had.

Random clinics and acts through the services, on both databases. The reference imports nothing of the product.
"""

from __future__ import annotations

import json
import os
import re
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient

from scheduler import clock
from scheduler.models.slots import parse_slot_id
from tests.support.times import Clock
from tests.world import Offer, World, empty

WORLDS = int(os.environ.get("WORLDS", "12"))
STEPS = 12
SLOT = re.compile(r'name="slot" value="([^"]+)"')


def read_feed(client: FlaskClient) -> dict[str, list[dict[str, Any]]]:
    """Every line of the feed, by resource type."""
    found: dict[str, list[dict[str, Any]]] = {}
    manifest = client.get("/fhir/$bulk-publish").get_json()
    for item in manifest["output"]:
        path = item["url"].removeprefix("http://localhost")
        answer = client.get(path)
        assert answer.status_code == 200
        found.setdefault(item["type"], []).extend(map(json.loads, answer.get_data().splitlines()))
    return found


def slots_of(feed: dict[str, list[dict[str, Any]]], offer: Offer, status: str) -> list[int]:
    reference = f"Schedule/{offer.id}"
    ids = [
        slot["id"]
        for slot in feed.get("Slot", [])
        if slot["schedule"]["reference"] == reference and slot["status"] == status
    ]
    return sorted(start for _, start in filter(None, map(parse_slot_id, ids)))


def page_times(client: FlaskClient, path: str) -> list[int]:
    answer = client.get(path)
    assert answer.status_code == 200
    return sorted(
        start for _, start in filter(None, map(parse_slot_id, SLOT.findall(answer.get_data(as_text=True))))
    )


def first_days(starts: list[int], zone: str, days: int = 3) -> list[int]:
    """The starts of the first days that have any, which is what a page of times shows."""
    info = ZoneInfo(zone)
    dates: list[date] = sorted({clock.local_date(start, info) for start in starts})
    return [start for start in starts if clock.local_date(start, info) in dates[:days]]


def check(world: World, client: FlaskClient, log: list[str]) -> None:
    feed = read_feed(client)
    for offer in world.offers:
        expected = world.open(offer)
        assert slots_of(feed, offer, "free") == expected, log
        held = [start for start in world.open(offer, holds=False) if start not in expected]
        assert slots_of(feed, offer, "busy-tentative") == held, log
    first = world.offers[0]
    assert page_times(client, world.clinic.times_path) == first_days(world.open(first), world.zone), log


@pytest.mark.parametrize("seed", range(WORLDS))
def test_page_feed_and_reference_agree_after_every_act_and_what_is_offered_can_be_had(
    app: Flask, frozen: Clock, seed: int
) -> None:
    world = World(app, frozen, seed)
    client = app.test_client()
    log = [f"{world.zone}"]
    check(world, client, log)
    for _ in range(STEPS):
        act = world.chance.choice(World.ACTS)
        log.append(f"{act.__name__}: {act(world)}")
        check(world, client, log)
    empty(app)
