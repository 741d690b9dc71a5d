"""All jobs in one table: name, how often, which function. A job is ``run() -> int``, in an application context."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from flask import Flask

from scheduler.jobs.daily import write_holidays
from scheduler.jobs.hourly import plan_reminders, purge_lapsed, purge_outcomes, sweep_feed
from scheduler.jobs.minutely import chain_audit, expire_holds, lapse_requests, offer_waitlist

log = logging.getLogger(__name__)

MINUTELY, HOURLY, DAILY = "minutely", "hourly", "daily"


@dataclass(frozen=True, slots=True)
class Job:
    """A job, by the name that ``flask jobs once`` takes."""

    name: str
    every: str
    run: Callable[[], int]


JOBS: dict[str, Job] = {
    job.name: job
    for job in (
        Job("expire-holds", MINUTELY, expire_holds.run),
        Job("lapse-requests", MINUTELY, lapse_requests.run),
        Job("offer-waitlist", MINUTELY, offer_waitlist.run),
        Job("chain-audit", MINUTELY, chain_audit.run),
        Job("plan-reminders", HOURLY, plan_reminders.run),
        Job("purge-lapsed", HOURLY, purge_lapsed.run),
        Job("purge-outcomes", HOURLY, purge_outcomes.run),
        Job("sweep-feed", HOURLY, sweep_feed.run),
        Job("write-holidays", DAILY, write_holidays.run),
    )
}


def run_job(app: Flask, name: str) -> int:
    """Run the job ``name`` now, in a context of its own; what it answered. Raises KeyError for an unknown name."""
    job = JOBS[name]
    began = time.perf_counter()
    with app.app_context():
        done = job.run()
    log.debug("job %s: %d in %.0f ms", name, done, (time.perf_counter() - began) * 1000)
    return done
