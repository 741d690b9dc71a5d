"""django-appointment's calculate_slots and exclude_unavailable_slots on the workload, without its ORM.

Runs in an environment of its own. What its queries would give (the day's appointments and unavailabilities) is there
before the clock starts, as objects that answer at once, and the answers become epoch seconds after it stopped.
"""

import json
import logging
import sys
import time
from datetime import datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

import django
from django.conf import settings

ANSWERS, sys.stdout = sys.stdout, sys.stderr  # the package prints when it is imported

logging.disable(logging.WARNING)
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "phonenumber_field", "appointment"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    USE_TZ=True,
    APPOINTMENT_BASE_TEMPLATE="base.html",
)
django.setup()

from appointment.utils.db_helpers import calculate_slots, exclude_unavailable_slots  # noqa: E402


class Taken:
    def __init__(self, start, end):
        self.get_start_time = self.get_start_datetime = lambda: start
        self.get_end_time = self.get_end_datetime = lambda: end


def prepare(work):
    zone = ZoneInfo(work["zone"])

    def wall(instant):
        return datetime.fromtimestamp(instant, zone).replace(tzinfo=None)

    after = timedelta(minutes=work["after"])
    days = []
    for number in range(work["days"]):
        day = datetime.fromisoformat(work["first"]) + timedelta(days=number)
        next_day = day + timedelta(days=1)
        windows = [
            (
                datetime.fromisoformat(f"{day.date()}T{opens}"),
                datetime.fromisoformat(f"{day.date()}T{closes}"),
            )
            for opens, closes in work["windows"]
        ]
        bookings = [(wall(start), wall(end)) for start, end in work["bookings"]]
        # Its gap is kept on both sides of anything; here a busy time brings none after it.
        busy = [(wall(start), wall(end) - after) for start, end in work["busy"]]
        days.append(
            (
                windows,
                [Taken(start, end) for start, end in bookings if start < next_day and day < end],
                [Taken(start, end) for start, end in busy if start < next_day and day < end + after],
            )
        )
    return zone, days, wall(work["now"]) + timedelta(minutes=work["notice"])


def compute(work, days, earliest):
    step, length = timedelta(minutes=work["step"]), timedelta(minutes=work["duration"])
    found = []
    for windows, appointments, unavailabilities in days:
        for opens, closes in windows:
            slots = calculate_slots(opens, closes, earliest, step, length)
            found += exclude_unavailable_slots(
                slots,
                appointments=appointments,
                unavailabilities=unavailabilities,
                slot_duration=step,
                service_duration=length,
                gap_time=work["after"],
            )
    return found


def say(answer):
    print(json.dumps(answer), file=ANSWERS, flush=True)


def main():
    work = json.loads(sys.stdin.readline())
    zone, days, earliest = prepare(work)
    say({"starts": [int(at.replace(tzinfo=zone).timestamp()) for at in compute(work, days, earliest)]})
    for line in sys.stdin:
        ends = time.perf_counter() + json.loads(line)["seconds"]
        spent = []
        while not spent or time.perf_counter() < ends:
            before = time.thread_time()
            compute(work, days, earliest)
            spent.append(time.thread_time() - before)
        say({"seconds": median(spent)})


main()
