"""Time zones chosen by city: every label means its zone, and what people type finds it."""

from __future__ import annotations

import pytest

from scheduler.web.zone_choice import typed_zone, zone_label, zone_labels

NOW = 1_812_000_000


def test_every_label_means_one_zone_and_comes_back_as_it_was() -> None:
    labels = zone_labels(NOW)
    assert len(labels) == len(set(labels)) > 400
    for label in labels:
        assert zone_label(typed_zone(label, NOW), NOW) == label


def test_the_united_states_come_first() -> None:
    labels = zone_labels(NOW)
    assert "New York, Eastern time" in labels[:30]
    assert labels.index("Honolulu, Hawaii time") < labels.index("Berlin, Central European time")


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("New York, Eastern time", "America/New_York"),
        ("  denver ", "America/Denver"),
        ("new  york", "America/New_York"),
        ("Eastern", "America/New_York"),
        ("pacific TIME", "America/Los_Angeles"),
        ("America/Phoenix", "America/Phoenix"),
        ("US/Eastern", "US/Eastern"),
        ("Atlantis", "Atlantis"),
        ("", ""),
        ("../../etc", "../../etc"),
    ],
)
def test_a_typed_text_names_the_zone_or_comes_back_to_be_refused(typed: str, zone: str) -> None:
    assert typed_zone(typed, NOW) == zone


def test_a_zone_without_a_city_is_called_by_its_name() -> None:
    assert zone_label("UTC", NOW) == "UTC"
