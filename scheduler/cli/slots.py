"""``flask slots``: the open starts of one Schedule, as the slot rule has them."""

from __future__ import annotations

from datetime import date, timedelta

import click
from flask.cli import with_appcontext
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import clock
from scheduler.availability import open_starts
from scheduler.availability.zones import zone
from scheduler.cli.plain import local_date, plainly
from scheduler.db import snapshot
from scheduler.errors import NotFound
from scheduler.models import AppointmentType, Location, Schedule
from scheduler.models.situations import load_situation
from scheduler.models.slots import slot_id

MAX_DAYS = 400
_LISTED = 50


@click.command("slots")
@click.argument("schedule")
@click.option(
    "--from", "first", metavar="DATE", callback=local_date, help="First local date; today when left out."
)
@click.option(
    "--to",
    "last",
    metavar="DATE",
    callback=local_date,
    help="Last local date, included; 6 days later when left out.",
)
@with_appcontext
@plainly
def slots(schedule: str, first: date | None, last: date | None) -> None:
    """Show the open times of SCHEDULE (its id) between two local dates, in its own zone."""
    now = clock.now()
    with snapshot() as session:
        place, zone_name = _place(session, schedule)
        here = zone(zone_name)
        first = _checked(first or clock.local_date(now, here.info))
        last = _checked(last or first + timedelta(days=6))
        if not first <= last <= first + timedelta(days=MAX_DAYS):
            raise click.UsageError(f"--to must not be before --from, nor more than {MAX_DAYS} days after it.")
        since = here.instant(first.toordinal(), 0)
        until = here.instant(last.toordinal() + 1, 0)
        try:
            situation = load_situation(session, schedule, since, until)
        except NotFound as error:
            raise click.ClickException("This schedule is not offered now (inactive or paused).") from error
    starts = open_starts(situation, now, since, until)
    for start in starts:
        local = clock.to_local(start, here.info)
        click.echo(f"{local:%a %Y-%m-%d %H:%M %Z}  {slot_id(schedule, start)}")
    click.echo(f"{len(starts)} open from {first} to {last}, {place} ({zone_name}).")


def _place(session: Session, schedule_id: str) -> tuple[str, str]:
    """The name and zone of the Schedule's place."""
    # PostgreSQL takes no NUL, not even to compare
    wanted = schedule_id.replace("\0", "")
    place = session.execute(
        select(Location.name, Location.zone)
        .join(Schedule, Schedule.location_id == Location.id)
        .where(Schedule.id == wanted)
    ).one_or_none()
    if place is not None:
        return place[0], place[1]
    rows = session.execute(
        select(Schedule.id, AppointmentType.name, Location.name)
        .join(AppointmentType, AppointmentType.id == Schedule.appointment_type_id)
        .join(Location, Location.id == Schedule.location_id)
        .order_by(AppointmentType.name, Location.name, Schedule.id)
        .limit(_LISTED)
    ).all()
    known = "\n".join(f"  {row_id}  {kind}, {where}" for row_id, kind, where in rows) or "  (none yet)"
    raise click.UsageError(f"There is no schedule of that id. These are there:\n{known}")


def _checked(day: date) -> date:
    if not 2000 <= day.year <= 2198:
        raise click.UsageError("Give dates between 2000 and 2198.")
    return day
