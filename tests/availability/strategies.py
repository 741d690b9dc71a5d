"""Random slot cases in plain form, aimed at the days on which clocks, weeks and years do odd things.

Hypothesis chooses the scene and how much of everything there is (how many hosts, rooms, bookings, overrides, ...), and
makes that small when a property fails; a number chooses the details of each part by itself, so that a part keeps its
details while others disappear. This costs a millisecond a case instead of thirty.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from random import Random

from hypothesis import strategies as st

from scheduler.availability import candidates
from tests.availability.plain import WEEKDAYS, Plain, hours, type_rules

MINUTE, DAY = 60, 86400

# Zone and date: clocks change on it (or, in the last ones, something else is special about it).
SCENES = [
    ("America/New_York", "2026-03-08"),
    ("America/New_York", "2026-11-01"),
    ("Europe/London", "2026-03-29"),
    ("Europe/London", "2026-10-25"),
    ("Australia/Sydney", "2026-04-05"),
    ("Australia/Sydney", "2026-10-04"),
    # half an hour, or three quarters in the offset
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("America/Caracas", "2007-12-09"),
    ("America/Caracas", "2016-05-01"),
    ("Asia/Pyongyang", "2018-05-05"),
    ("Pacific/Chatham", "2026-09-27"),
    # at or over midnight
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Beirut", "2026-10-25"),
    ("America/Havana", "2024-03-10"),
    ("America/Havana", "2024-11-03"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("America/Santiago", "2026-04-05"),
    ("America/Santiago", "2026-09-06"),
    ("America/Asuncion", "2024-03-24"),
    ("America/Asuncion", "2024-10-06"),
    ("Atlantic/Azores", "2026-03-29"),
    ("Atlantic/Azores", "2026-10-25"),
    ("America/St_Johns", "2010-11-07"),
    # two and three hours
    ("Antarctica/Troll", "2026-03-29"),
    ("Antarctica/Casey", "2018-03-11"),
    # a date that never was
    ("Pacific/Apia", "2011-12-30"),
    ("Pacific/Kwajalein", "1993-08-21"),
    # no change; edges of ISO weeks and years, leap days
    ("Asia/Kolkata", "2026-06-15"),
    ("UTC", "2026-12-31"),
    ("Europe/London", "2027-01-03"),
    ("America/New_York", "2021-01-03"),
    ("Asia/Kathmandu", "2024-12-30"),
    ("Pacific/Kiritimati", "2028-02-29"),
    ("America/Los_Angeles", "2024-02-29"),
]
RRULES = [
    "FREQ=DAILY;INTERVAL=2",
    "FREQ=WEEKLY;BYDAY=SA,SU,MO",
    "FREQ=WEEKLY;INTERVAL=2;WKST=SU;BYDAY=SU,MO",
    "FREQ=MONTHLY;BYDAY=1SU,-1SU,-1TH",
    "FREQ=MONTHLY;BYMONTHDAY=-1,1,29",
    "FREQ=DAILY;COUNT=4",
    "FREQ=DAILY;UNTIL={until}T235959Z",
    "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    "FREQ=YEARLY;BYMONTH=2,3,10,11,12;BYMONTHDAY=29,30,31,1",
]
# How much of what, simple ones first.
COUNTS = [(0, 0, 0), (1, 0, 0), (0, 0, 1), (0, 1, 0), (1, 0, 1), (2, 0, 0), (1, 1, 1), (2, 1, 2)]
ACTORS = [(1, 0), (1, 0), (1, 1), (2, 0), (2, 1), (1, 2), (3, 0), (2, 2), (3, 1)]
TAKEN = [(bookings, busy) for bookings in range(7) for busy in range(4)]
STATUSES = ["booked", "booked", "pending", "held", "held", "no-show", "cancelled"]


def wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def wall_minute(chance: Random, step: int) -> int:
    """A wall time, more often than not in the hours in which clocks change."""
    first, last = chance.choice([(0, 4 * 60), (21 * 60, 1439), (0, 1439)])
    return chance.randint(first // step, last // step) * step


def window(chance: Random) -> list[str]:
    step = chance.choice([15, 15, 30, 1])
    end = wall_minute(chance, step) if chance.random() < 0.7 else 1440
    return [wall(wall_minute(chance, step)), wall(end)]


def windows(chance: Random) -> list[list[str]]:
    return [window(chance) for _ in range(chance.choice([0, 1, 1, 2, 2, 3]))]


def around(chance: Random, day: date) -> str:
    return (day + timedelta(days=chance.randint(-3, 3))).isoformat()


def rule(chance: Random, day: date) -> Plain:
    start, end = window(chance)
    until = (day + timedelta(days=chance.randint(-2, 2))).strftime("%Y%m%d")
    return {
        "rrule": chance.choice(RRULES).format(until=until),
        "dtstart": (day - timedelta(days=chance.randint(-1, 40))).isoformat(),
        "start": start,
        "end": end,
        "exdates": [around(chance, day)] if chance.random() < 0.4 else [],
    }


def appointment_type(chance: Random, sessions: bool, releases: bool) -> Plain:
    made: Plain = {
        "duration_min": chance.choice([15, 15, 20, 20, 30, 30, 45, 60, 90, 600]),
        "interval_min": chance.choice([15, 20, 30, 60, 75]),
        "buffer_before_min": chance.choice([0, 0, 10, 45]),
        "buffer_after_min": chance.choice([0, 0, 5, 30]),
        "min_notice_min": chance.choice([0, 0, 0, 0, 1, 120, 120, 1500]),
        "horizon_days": chance.choice([None, None, None, 0, 1, 2, 60]),
        "capacity": chance.randint(2, 4) if sessions else 1,
        "max_per_day": chance.choice([None, None, None, None, 1, 2, 3]),
        "max_per_week": chance.choice([None, None, None, None, 1, 2, 4]),
    }
    if releases:
        made["release"] = {
            "share_percent": chance.choice([0, 20, 50, 67, 100]),
            "days_before": chance.randint(0, 3),
            "at": wall(wall_minute(chance, 15)),
        }
    return made


def booking(chance: Random, name: str, starts: list[int], now: int, lengths: list[int]) -> Plain:
    start, status = chance.choice(starts), chance.choice(STATUSES)
    made: Plain = {
        "id": name,
        "start": start,
        "end": start + chance.choice(lengths) * MINUTE,
        "status": status,
        "buffer_before_min": chance.choice([0, 0, 15]),
        "buffer_after_min": chance.choice([0, 0, 10]),
    }
    if status == "held":
        made["expires"] = now + chance.choice([-60, 0, 1, 60, 600, DAY])
    return made


def make_schedule(
    part: Callable[[int], Random], zone: str, day: date, always: bool, counts: tuple[int, int, int]
) -> Plain:
    """Hours around a day; ``part`` gives the chance of each part by its number."""
    weekly = part(2)
    return {
        "tz": zone,
        "weekly": {name: [["00:00", "24:00"]] if always else windows(weekly) for name in WEEKDAYS},
        "overrides": [
            {"date": around(one, day), "intervals": windows(one)}
            for one in map(part, range(3, 3 + counts[0]))
        ],
        "time_off": [
            {"start": off, "end": off} for off in (around(part(6 + n), day) for n in range(counts[1]))
        ],
        "rules": [rule(part(8 + n), day) for n in range(counts[2])],
    }


def make_case(
    seed: int,
    scene: tuple[str, str],
    nature: int,
    counts: tuple[int, int, int],
    actors: tuple[int, int],
    taken: tuple[int, int],
) -> Plain:
    """A whole case as tests/reference/slots.py reads it, with ``now`` and ``range`` in epoch seconds.

    ``nature`` has a bit each for sessions, hours round the clock, a release rule and *calm*: nothing but the actors
    decides, or the other limits would hide what they do. ``counts``: overrides, time off, recurrence rules.
    ``actors``: hosts, kinds of rooms. ``taken``: bookings, busy times.
    """
    sessions, always, releases, calm = (bool(nature & bit) for bit in (1, 2, 4, 8))
    hosts, rooms = actors
    bookings, busy = taken

    def part(number: int) -> Random:
        return Random(seed * 1000 + number)

    chance = part(0)
    zone, day = scene[0], date.fromisoformat(scene[1])
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    kind = appointment_type(part(1), sessions, releases)
    schedule = make_schedule(part, zone, day, always, counts)
    now = noon - chance.randint(-4, 200) * 15 * MINUTE + chance.choice([0, 0, 1, -1])
    since = noon - chance.randint(0, 40) * 45 * MINUTE
    if calm:
        for limit in ("horizon_days", "max_per_day", "max_per_week", "release", "min_notice_min"):
            kind.pop(limit, None)
        schedule = {"tz": zone, "weekly": {name: [["00:00", "24:00"]] for name in WEEKDAYS}}
        now = min(now, since)
    case: Plain = {"schedule": schedule, "appointment_type": kind, "now": now}
    case["range"] = {"start": since, "end": since + chance.randint(1, 36) * 3600}
    case["leave_out"] = chance.choice([None, None, "appointment-0"])
    # Aimed: bookings at candidates, else hardly any session would ever be shared.
    near = [noon + n * 25 * MINUTE for n in range(-60, 60)]
    grid = candidates(hours(schedule), type_rules(kind), since - DAY // 2, since + 2 * DAY) or near
    aimed = [chance.choice(grid) for _ in range(chance.randint(1, 2))]
    case["hosts"] = [{"bookings": [], "busy": []} for _ in range(hosts)]
    case["resources"] = [
        [{"bookings": [], "busy": []} for _ in range(chance.choice([2, 2, 1, 3, 0]))] for _ in range(rooms)
    ]
    everyone = case["hosts"] + [room for candidates_ in case["resources"] for room in candidates_]
    length = kind["duration_min"]
    for number in range(bookings):
        one, name = part(20 + number), f"appointment-{number}"
        if one.randint(0, 2):
            made = booking(one, name, aimed, now, [length] if sessions else [length, length, 15])
            made["seats"] = one.choice([1, 1, 2])
            takers = case["hosts"] + [one.choice(of_kind) for of_kind in case["resources"] if of_kind]
        else:
            made = booking(one, name, aimed + near[::7], now, [length, 15, 50])
            made |= {"same_type": False, "counts": one.random() < 0.5}
            takers = [one.choice(everyone)]
        for taker in takers:
            taker["bookings"].append(made)
    for number in range(busy):
        one = part(40 + number)
        start = one.choice(near[::7] if calm else aimed + near[::7]) + one.choice([0, 0, -600, 1, 900])
        one.choice(everyone)["busy"].append({"start": start, "end": start + one.choice([0, 1, 600, 3600])})
    return case


def cases() -> st.SearchStrategy[Plain]:
    """Whole cases, half of them calm."""
    return st.builds(
        make_case,
        seed=st.integers(0, 2**40),
        scene=st.sampled_from(SCENES),
        nature=st.integers(0, 15),
        counts=st.sampled_from(COUNTS),
        actors=st.sampled_from(ACTORS),
        taken=st.sampled_from(TAKEN),
    )
