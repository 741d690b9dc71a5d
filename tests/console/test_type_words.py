"""The rules of a type as one sentence."""

from __future__ import annotations

import pytest

from scheduler.console.type_words import rules_sentence

PLAIN = {
    "duration_minutes": 40, "interval_minutes": 20, "buffer_before_minutes": 0, "buffer_after_minutes": 0,
    "minimum_notice_minutes": 0, "horizon_days": 60, "capacity": 1, "max_per_day": None, "max_per_week": None,
    "release_share_percent": None, "release_days_before": None, "release_at_minute": None, "approval_required": False,
    "approval_hours": 48, "series_most": 1, "relatives": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("share", "days", "at", "said"),
    [
        (50, 0, 420, "Half of each day's times open the same day at 7:00 AM."),
        (25, 1, 1080, "A quarter of each day's times open 1 day before at 6:00 PM."),
        (30, 2, 0, "30 percent of each day's times open 2 days before at 12:00 AM."),
        (100, 7, 720, "All of each day's times open 7 days before at 12:00 PM."),
    ],
)
def test_a_release_rule_is_read_back(share: int, days: int, at: int, said: str) -> None:
    rules = PLAIN | {"release_share_percent": share, "release_days_before": days, "release_at_minute": at}
    assert rules_sentence(rules).endswith(f" {said}")


def test_what_is_booked_in_one_act_and_approved_is_read_back() -> None:
    rules = PLAIN | {"approval_required": True, "approval_hours": 1, "series_most": 8, "relatives": True}
    said = rules_sentence(rules)
    assert "Each request waits for your approval, 1 hour at most." in said
    assert "Up to 8 weekly visits can be booked at once." in said
    assert said.endswith("A relative can have the next time.")
    refused = rules_sentence(rules | {"referral": "required"})
    assert refused.endswith("A relative can't have the next time, because a referral is required.")
    assert rules_sentence(rules | {"referral": "optional"}) == said


def test_a_type_without_a_release_rule_says_nothing_of_it() -> None:
    assert "open" not in rules_sentence(PLAIN)
