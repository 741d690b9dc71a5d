"""What claims and busy blocks take away: to the second, in order, and the same however narrow the question is."""

from __future__ import annotations

import pytest

from scheduler.availability import ActorTime, Busy, Situation, Taken, explain, is_open, open_starts
from scheduler.availability.busy import Lasting
from tests.availability.make import NOW, at, claim, rules, situation, walls, with_rules

DAY = (at("00:00"), at("2026-05-06T00:00"))
ALL = ["09:00", "09:30", "10:00", "10:30", "11:00"]
QUARTERS = rules(duration=30, interval=15)


def opened(plain: Situation) -> list[str]:
    return walls(open_starts(plain, NOW, *DAY))


def busy(*spans: tuple[int, int]) -> Situation:
    return situation(hosts=(ActorTime("ana", busy=tuple(Busy(*span) for span in spans)),))


def test_an_overlap_of_one_second_closes_a_start() -> None:
    assert opened(busy((at("10:00"), at("10:01")))) == ["09:00", "10:30", "11:00"]
    assert opened(busy((at("10:00") - 1, at("10:00")))) == ["10:00", "10:30", "11:00"]
    assert opened(busy((at("10:00"), at("10:30") + 1))) == ["09:00", "11:00"]


@pytest.mark.parametrize(
    "taken",
    [
        claim("10:00", "10:15"),
        claim("10:00", "10:15", before=1800),
        claim("10:00", "10:15", after=1800),
        claim("10:00", "10:15", before=1200, after=600),
        claim("10:00", "10:15", before=600, after=1200),
        claim("10:00", "10:15", expires=NOW + 1, before=1200),
    ],
)
@pytest.mark.parametrize("own", [0, 10])
def test_a_first_and_narrow_question_gets_the_answer_of_a_wide_one(taken: Taken, own: int) -> None:
    def made() -> Situation:  # what was asked before is kept with a situation
        return with_rules(situation(taken, rules_of=QUARTERS), buffer_before=own, buffer_after=own)

    shown = open_starts(made(), NOW, *DAY)

    for start in range(at("09:00"), at("11:45"), 900):
        assert is_open(made(), start, NOW) == (start in shown)
        assert (explain(made(), start, NOW) == []) == (start in shown)


def test_every_time_at_which_all_rooms_are_taken_is_closed() -> None:
    pieces = tuple(
        claim(start, end) for start, end in [("09:00", "09:30"), ("10:00", "10:30"), ("11:00", "11:30")]
    )
    rooms = (ActorTime("room 1", pieces), ActorTime("room 2", (claim("09:00", "11:30"),)))

    assert opened(situation(rules_of=QUARTERS, resources=(rooms,))) == [
        "09:30", "10:30", "11:30"
    ]  # fmt: skip
    assert opened(situation(rules_of=QUARTERS, resources=(rooms[::-1],))) == ["09:30", "10:30", "11:30"]


def test_a_short_claim_blocks_by_its_buffers_alone_and_says_so() -> None:
    early = situation(claim("10:10", "10:20", before=900))
    late = situation(claim("08:40", "08:50", after=900))

    assert [reason.code for reason in explain(early, at("09:00"), NOW)] == ["buffer"]
    assert [reason.code for reason in explain(late, at("09:00"), NOW)] == ["buffer"]


def test_what_has_no_length_is_no_reason() -> None:
    nothing = situation(claim("09:30", "09:30"))

    assert explain(nothing, at("09:00"), NOW) == []
    assert explain(busy((at("09:30"), at("09:30"))), at("09:00"), NOW) == []


def test_reasons_come_by_what_begins_first_and_not_by_what_ends_first() -> None:
    long, short = claim("08:00", "12:00", "long"), claim("10:00", "10:15", "short")
    reasons = explain(situation(short, long), at("10:00"), NOW)

    assert [reason.record and reason.record.id for reason in reasons] == ["long", "short"]
    assert len(explain(situation(short, long), at("11:00"), NOW)) == 1


def test_a_booking_and_its_copy_in_an_outside_calendar_are_two_reasons() -> None:
    times = at("10:00"), at("11:00")
    plain = situation(hosts=(ActorTime("ana", (claim("10:00", "11:00"),), (Busy(*times),)),))

    assert [reason.code for reason in explain(plain, at("10:00"), NOW)] == ["booked", "busy"]


def test_a_question_that_is_asked_again_gets_the_same_answer() -> None:
    plain = situation(claim("09:00", "10:00", "visit"), claim("11:00", "11:30", "hold", expires=NOW + 60))
    free = ["10:00", "10:30", "11:00"]

    for _ in range(3):
        assert opened(plain) == ["10:00"]
        assert walls(open_starts(plain, NOW, *DAY, "hold")) == free
        assert walls(open_starts(plain, NOW, *DAY, "visit")) == ["09:00", "09:30", "10:00"]
        assert walls(open_starts(plain, NOW + 60, *DAY)) == free


def test_claims_are_made_ready_once_and_not_for_a_single_narrow_question() -> None:
    actor = ActorTime("ana", (claim("09:00", "10:00"),))
    plain = situation(hosts=(actor,))

    is_open(plain, at("09:00"), NOW)
    assert not any(isinstance(kept, Lasting) for kept in vars(actor).values())
    is_open(plain, at("09:00"), NOW)
    [made] = [kept for kept in vars(actor).values() if isinstance(kept, Lasting)]
    is_open(plain, at("09:00"), NOW)
    assert [kept for kept in vars(actor).values() if isinstance(kept, Lasting)] == [made]
    assert made.shifted(60, 0) is made.shifted(60, 0)


def test_claims_are_made_ready_at_once_for_a_wide_question() -> None:
    actor = ActorTime("ana", (claim("09:00", "10:00"),))

    open_starts(situation(hosts=(actor,)), NOW, NOW, NOW + 30 * 86400)
    assert any(isinstance(kept, Lasting) for kept in vars(actor).values())
