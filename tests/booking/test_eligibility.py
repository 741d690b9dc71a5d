"""Ages by the calendar: the form, the booking and a count of birthdays that shares no code with them give one verdict."""

from __future__ import annotations

import calendar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from scheduler.booking.details import Details
from scheduler.booking.eligibility import (
    Applicant,
    Plan,
    Rules,
    age_fits,
    age_on,
    days_that_fit,
    misfits,
)
from scheduler.booking.eligible import check_who, day_of
from scheduler.errors import InvalidInput
from scheduler.intake.forms import details_form
from scheduler.intake.who import Who
from scheduler.models import Appointment, AppointmentType
from tests.support.examples import EXAMPLES, many

ZONES = ("America/New_York", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Europe/London")
LEAP_DAY = date(2008, 2, 29)
NOON = int(datetime(2026, 2, 28, 12, tzinfo=UTC).timestamp())
TODAY = date(2026, 1, 1)

few = settings(many, max_examples=EXAMPLES // 8)

births = st.one_of(
    st.dates(date(1900, 1, 1), date(2025, 12, 31)),
    st.sampled_from([date(year, 2, 29) for year in range(1904, 2025, 4)]),
)
instants = st.integers(NOON, NOON + 3 * 365 * 86400)
limits = st.one_of(st.none(), st.integers(0, 126))


def birthdays(born: date, day: date) -> int:
    """How many birthdays somebody has had by the end of a day, counted year by year."""
    had = 0
    for year in range(born.year + 1, day.year + 1):
        on_leap_day = (born.month, born.day) == (2, 29)
        moved = on_leap_day and not calendar.isleap(year)
        if (date(year, 3, 1) if moved else date(year, born.month, born.day)) <= day:
            had += 1
    return had


def reference(low: int | None, high: int | None, born: date, start: int, zone: str) -> bool:
    """Whether the age fits at the wall clock of the zone."""
    age = birthdays(born, datetime.fromtimestamp(start, UTC).astimezone(ZoneInfo(zone)).date())
    return (low is None or low <= age) and (high is None or age <= high)


def form_refuses(rules: Rules, born: date, day: date) -> bool:
    """Whether the details form says so at the birth date."""
    typed = {"given": "Ana", "one_name": "y", "phone": "617-555-0199", "for_whom": "me"}
    typed |= {f"birth_date-{part}": str(getattr(born, part)) for part in ("month", "day", "year")}
    form = details_form((), MultiDict(typed), TODAY, Who(rules, day))
    ready = form.validate()
    assert ready is not bool(form.birth_date.errors), form.errors
    return not ready


def booking_refuses(low: int | None, high: int | None, born: date, start: int, zone: str) -> bool:
    """Whether the check inside the booking does. For ages alone it asks no database, so the session has none."""
    kind = AppointmentType(
        id="k", patient_type="", minimum_age=low, maximum_age=high, referral="", insurance=""
    )
    visit = Appointment(id="a", starts_at=start, zone=zone)
    details = Details(given="Ana", birth_date=born.isoformat())
    try:
        check_who(Session(), kind, visit, details, staff=False)
    except InvalidInput as error:
        return set(error.problems) == {"birth_date"}
    return False


@few
@given(low=limits, high=limits, born=births, start=instants, zone=st.sampled_from(ZONES))
@example(low=18, high=None, born=LEAP_DAY, start=NOON, zone="America/New_York")
@example(low=18, high=None, born=LEAP_DAY, start=NOON + 86400, zone="America/New_York")
@example(low=None, high=17, born=date(2008, 3, 1), start=NOON, zone="Pacific/Kiritimati")
@example(low=None, high=17, born=date(2008, 3, 1), start=NOON, zone="Pacific/Pago_Pago")
def test_form_booking_and_calendar_agree_on_every_age(
    low: int | None, high: int | None, born: date, start: int, zone: str
) -> None:
    fits = reference(low, high, born, start, zone)
    rules = Rules(minimum_age=low, maximum_age=high)
    assert age_fits(rules, born, day_of(start, zone)) is fits
    assert form_refuses(rules, born, day_of(start, zone)) is not fits
    assert booking_refuses(low, high, born, start, zone) is not fits


@few
@given(low=limits, high=limits, born=births, day=st.dates(date(2026, 1, 1), date(2180, 1, 1)))
def test_the_days_that_fit_are_those_on_which_the_age_does(
    low: int | None, high: int | None, born: date, day: date
) -> None:
    rules = Rules(minimum_age=low, maximum_age=high)
    first, end = days_that_fit(rules, born)
    assert age_fits(rules, born, day) is (first <= day < end)


def test_who_was_born_on_a_leap_day_grows_older_on_the_first_of_march() -> None:
    assert [age_on(LEAP_DAY, date(2026, 2, 28)), age_on(LEAP_DAY, date(2026, 3, 1))] == [17, 18]
    assert age_on(LEAP_DAY, date(2028, 2, 29)) == 20


def test_what_is_not_known_speaks_against_nobody() -> None:
    rules = Rules("existptonly", 18, 65, "required", "only", (Plan("p", "Acme", date(2027, 1, 4)),))
    day = date(2027, 6, 8)
    assert misfits(rules, Applicant(), day) == ()
    stranger = Applicant(seen=False, born=date(2015, 1, 1), referral=False, insured="self")
    assert misfits(rules, stranger, day) == ("seen", "age", "referral", "insurance")
    known = Applicant(seen=True, born=date(1990, 1, 1), referral=True, insured="plan", plan_id="p")
    assert misfits(rules, known, day) == ()
    assert misfits(rules, Applicant(insured="plan", plan_id="other"), day) == ("insurance",)
