"""Random slot cases in plain form, aimed at the days on which clocks, weeks and years do odd things."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

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
    ("Australia/Lord_Howe", "2026-04-05"),
    ("Australia/Lord_Howe", "2026-10-04"),
    ("Asia/Beirut", "2026-03-29"),
    ("Asia/Beirut", "2026-10-25"),
    ("America/Havana", "2026-03-08"),
    ("America/Havana", "2026-11-01"),
    ("Africa/Cairo", "2026-04-24"),
    ("Africa/Cairo", "2026-10-30"),
    ("America/Santiago", "2026-04-05"),
    ("America/Santiago", "2026-09-06"),
    ("Antarctica/Troll", "2026-03-29"),
    ("America/St_Johns", "2010-11-07"),
    ("Pacific/Apia", "2011-12-30"),
    ("Asia/Kolkata", "2026-06-15"),
    ("UTC", "2026-12-31"),
    ("Europe/London", "2027-01-03"),
    ("America/New_York", "2021-01-03"),
    ("Pacific/Kiritimati", "2028-02-29"),
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
]


def wall(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def walls(step: int = 15) -> st.SearchStrategy[int]:
    """Wall minutes, more often than not in the hours in which clocks change."""
    return st.one_of(
        st.integers(0, 4 * 60 // step).map(lambda n: n * step),
        st.integers(21 * 60 // step, 1439 // step).map(lambda n: n * step),
        st.integers(0, 1439 // step).map(lambda n: n * step),
    )


@st.composite
def window(draw: st.DrawFn) -> list[str]:
    step = draw(st.sampled_from([15, 15, 30, 1]))
    end = draw(st.one_of(walls(step), st.just(1440)))
    return [wall(draw(walls(step))), wall(end)]


WINDOWS = st.lists(window(), max_size=3)


@st.composite
def schedules(draw: st.DrawFn, zone: str, day: date) -> Plain:
    around = st.integers(-3, 3).map(lambda n: (day + timedelta(days=n)).isoformat())
    open_always = draw(st.booleans())
    weekly = {name: [["00:00", "24:00"]] if open_always else draw(WINDOWS) for name in WEEKDAYS}
    made: Plain = {"tz": zone, "weekly": weekly}
    made["overrides"] = draw(
        st.lists(st.fixed_dictionaries({"date": around, "intervals": WINDOWS}), max_size=2)
    )
    made["time_off"] = [{"start": off, "end": off} for off in draw(st.lists(around, max_size=1))]
    made["rules"] = []
    for text in draw(st.lists(st.sampled_from(RRULES), max_size=2)):
        start, end = draw(window())
        dtstart = day - timedelta(days=draw(st.integers(-1, 40)))
        until = (day + timedelta(days=draw(st.integers(-2, 2)))).strftime("%Y%m%d")
        made["rules"].append(
            {
                "rrule": text.format(until=until),
                "dtstart": dtstart.isoformat(),
                "start": start,
                "end": end,
                "exdates": draw(st.lists(around, max_size=1)),
            }
        )
    return made


@st.composite
def kinds(draw: st.DrawFn, sessions: bool) -> Plain:
    made: Plain = {
        "duration_min": draw(st.sampled_from([15, 20, 30, 45, 60, 90, 600])),
        "interval_min": draw(st.sampled_from([15, 20, 30, 60, 75])),
        "buffer_before_min": draw(st.sampled_from([0, 0, 10, 45])),
        "buffer_after_min": draw(st.sampled_from([0, 0, 5, 30])),
        "min_notice_min": draw(st.sampled_from([0, 0, 0, 1, 120, 1500])),
        "horizon_days": draw(st.sampled_from([None, None, None, 0, 1, 2, 60])),
        "capacity": draw(st.integers(2, 4)) if sessions else 1,
        "max_per_day": draw(st.sampled_from([None, None, None, None, 1, 2, 3])),
        "max_per_week": draw(st.sampled_from([None, None, None, None, 1, 2, 4])),
    }
    if draw(st.integers(0, 4)) == 0:
        made["release"] = {
            "share_percent": draw(st.sampled_from([0, 20, 50, 67, 100])),
            "days_before": draw(st.integers(0, 3)),
            "at": wall(draw(walls())),
        }
    return made


@st.composite
def bookings(draw: st.DrawFn, name: str, starts: list[int], now: int, lengths: list[int]) -> Plain:
    status = draw(st.sampled_from(["booked", "booked", "pending", "held", "held", "no-show", "cancelled"]))
    start = draw(st.sampled_from(starts))
    made: Plain = {
        "id": name,
        "start": start,
        "end": start + draw(st.sampled_from(lengths)) * MINUTE,
        "status": status,
        "buffer_before_min": draw(st.sampled_from([0, 0, 15])),
        "buffer_after_min": draw(st.sampled_from([0, 0, 10])),
    }
    if status == "held":
        made["expires"] = now + draw(st.sampled_from([-60, 0, 1, 60, 600, DAY]))
    return made


@st.composite
def cases(draw: st.DrawFn) -> Plain:
    """A whole case as tests/reference/slots.py reads it, with ``now`` and ``range`` in epoch seconds."""
    zone, text = draw(st.sampled_from(SCENES))
    day = date.fromisoformat(text)
    noon = int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())
    kind = draw(kinds(sessions=draw(st.booleans())))
    case: Plain = {"schedule": draw(schedules(zone, day)), "appointment_type": kind}
    now = noon - draw(st.integers(-4, 200)) * 15 * MINUTE + draw(st.sampled_from([0, 0, 1, -1]))
    since = noon - draw(st.integers(0, 40)) * 45 * MINUTE
    # In half of the cases nothing but the actors decides, or the other limits would hide what they do.
    calm = draw(st.booleans())
    if calm:
        for limit in ("horizon_days", "max_per_day", "max_per_week", "release", "min_notice_min"):
            kind.pop(limit, None)
        case["schedule"] = {"tz": zone, "weekly": {name: [["00:00", "24:00"]] for name in WEEKDAYS}}
        now = min(now, since)
    case["now"] = now
    case["range"] = {"start": since, "end": since + draw(st.integers(1, 60)) * 3600}
    # Aimed: bookings at candidates, else hardly any session would ever be shared.
    grid = candidates(hours(case["schedule"]), type_rules(kind), since - DAY // 2, since + 2 * DAY)
    near = [noon + n * 25 * MINUTE for n in range(-60, 60)]
    aimed = draw(st.lists(st.sampled_from(grid or near), min_size=1, max_size=2))
    hosts: list[Plain] = [{"bookings": [], "busy": []} for _ in range(draw(st.sampled_from([1, 1, 2])))]
    resources: list[list[Plain]] = [
        [{"bookings": [], "busy": []} for _ in range(draw(st.sampled_from([2, 2, 1, 3, 0])))]
        for _ in range(draw(st.sampled_from([0, 0, 1, 2])))
    ]
    everyone = hosts + [room for rooms in resources for room in rooms]
    length = kind["duration_min"]
    for number in range(draw(st.integers(0, 6))):
        name = f"appointment-{number}"
        if draw(st.integers(0, 2)):
            lengths = [length] if kind["capacity"] > 1 else [length, length, 15]
            booking = draw(bookings(name, aimed, now, lengths))
            booking["seats"] = draw(st.sampled_from([1, 1, 2]))
            takers = hosts + [draw(st.sampled_from(rooms)) for rooms in resources if rooms]
        else:
            booking = draw(bookings(name, aimed + near[::7], now, [length, 15, 50]))
            booking |= {"same_type": False, "counts": draw(st.booleans())}
            takers = [draw(st.sampled_from(everyone))]
        for taker in takers:
            taker["bookings"].append(booking)
    for actor in everyone:
        actor["busy"] += draw(busy_times(near[::7] if calm else aimed + near[::7], most=1))
    case["hosts"], case["resources"] = hosts, resources
    case["leave_out"] = draw(st.sampled_from([None, None, "appointment-0"]))
    return case


@st.composite
def busy_times(draw: st.DrawFn, starts: list[int], most: int) -> list[Plain]:
    made: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, most))):
        start = draw(st.sampled_from(starts)) + draw(st.sampled_from([0, 0, -600, 1, 900]))
        made.append({"start": start, "end": start + draw(st.sampled_from([0, 1, 600, 3600]))})
    return made
