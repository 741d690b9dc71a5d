"""The queue of jobs (huey): in the data folder by default, else Redis or PostgreSQL by ``SCHEDULER_QUEUE_URL``.

Only names of jobs are queued. The consumer runs in threads and leaves signals to its caller.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from huey import Huey, SqliteHuey, crontab
from huey.consumer import Consumer

from scheduler.jobs.table import DAILY, HOURLY, JOBS, MINUTELY, run_job
from scheduler.settings import Settings, SettingsError

_WHEN = {
    MINUTELY: {},
    HOURLY: {"minute": "7"},
    DAILY: {"minute": "37", "hour": "3"},
}
_LONGEST_PAUSE_SECONDS = 2.0
_NAME = "scheduler"
_REDIS = ("redis://", "rediss://")
_POSTGRES = ("postgresql://", "postgres://")


def check_address(settings: Settings) -> None:
    """Raise SettingsError for a queue's address of a kind that there is none of. Opens nothing: only the one process that
    runs the jobs needs the queue."""
    if settings.queue_url and not settings.queue_url.startswith(_REDIS + _POSTGRES):
        raise SettingsError("SCHEDULER_QUEUE_URL: give a redis:// or postgresql:// address, or leave it out.")


def open_queue(settings: Settings) -> Huey:
    """The queue that the settings name. Raises SettingsError for an address of another kind."""
    check_address(settings)
    url = settings.queue_url
    if not url:
        return SqliteHuey(_NAME, filename=str(settings.data_dir / "jobs.sqlite"), results=False, utc=True)
    if url.startswith(_REDIS):
        from huey import RedisHuey  # the redis package is an extra

        return RedisHuey(_NAME, url=url, results=False, utc=True)
    from huey import PostgresHuey

    return PostgresHuey(_NAME, dsn=url, results=False, utc=True)


def add_jobs(queue: Huey, app: Flask) -> None:
    """Put every job of the table on the queue's time table."""
    for name, job in JOBS.items():
        queue.periodic_task(crontab(**_WHEN[job.every]), name=name)(_task(app, name))


def _task(app: Flask, name: str) -> Any:
    def task() -> None:
        run_job(app, name)

    return task


class QuietConsumer(Consumer):  # type: ignore[misc]  # huey ships no types
    """A consumer inside a process that is not its own: signals stay with the process."""

    def _set_signal_handlers(self) -> None:
        return


def consumer_of(queue: Huey) -> QuietConsumer:
    """One worker thread and one thread that looks at the time table each second."""
    return QuietConsumer(
        queue, workers=1, periodic=True, max_delay=_LONGEST_PAUSE_SECONDS, check_worker_health=False
    )
