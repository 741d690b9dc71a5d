"""Background work starts, does what is due, and stops in time."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from scheduler import clock, create_app, jobs
from scheduler.db import snapshot, transaction
from scheduler.jobs import queue as queue_module
from scheduler.jobs import runner as runner_module
from scheduler.jobs import table
from scheduler.jobs.queue import open_queue
from scheduler.jobs.runner import Runner
from scheduler.models import Organization, Outbox
from scheduler.notify import outbox
from scheduler.settings import SettingsError
from tests.support.apps import environ_for, settings_for
from tests.support.servers import launch


def wait_for(what: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def enqueue(app: Flask) -> None:
    with app.app_context(), transaction() as session:
        if session.get(Organization, "clinic") is None:
            session.add(Organization(id="clinic", organization_id="clinic", name="Clinic", created_at=0))
            session.flush()
        outbox.enqueue(
            session, organization_id="clinic", kind="booking-confirmed", object_id="gone", now=clock.now()
        )


def all_done(app: Flask) -> bool:
    with app.app_context(), snapshot() as session:
        return all(session.scalars(select(Outbox.done_at)).all())


def test_the_outbox_is_looked_at_every_second_and_stop_leaves_no_thread(app: Flask) -> None:
    before = set(threading.enumerate())
    runner = jobs.Runner(app)
    runner.start()
    try:
        enqueue(app)
        wait_for(lambda: all_done(app), 5)
    finally:
        runner.stop()
    assert [thread.name for thread in set(threading.enumerate()) - before if thread.is_alive()] == []


def test_two_runners_of_one_database_share_the_work(sqlite_app: Flask) -> None:
    runners = [jobs.Runner(sqlite_app), jobs.Runner(sqlite_app)]
    for runner in runners:
        runner.start()
    try:
        for _ in range(20):
            enqueue(sqlite_app)
        wait_for(lambda: all_done(sqlite_app))
    finally:
        for runner in runners:
            runner.stop()
    with sqlite_app.app_context(), snapshot() as session:
        assert session.scalars(select(Outbox.attempts)).all() == [1] * 20


def test_a_stopped_runner_can_be_followed_by_another(sqlite_app: Flask) -> None:
    for _ in range(2):
        runner = jobs.Runner(sqlite_app)
        runner.start()
        runner.stop()
    enqueue(sqlite_app)
    time.sleep(1.2)
    assert not all_done(sqlite_app)


def test_a_failing_delivery_does_not_end_the_loop(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = runner_module.deliver, []

    def flaky(app: Flask) -> int:
        calls.append(1)
        if len(calls) == 1:
            raise OSError("the database is away")
        return real(app)

    monkeypatch.setattr(runner_module, "deliver", flaky)
    enqueue(sqlite_app)
    runner = jobs.Runner(sqlite_app)
    runner.start()
    try:
        wait_for(lambda: all_done(sqlite_app))
    finally:
        runner.stop()


def test_due_jobs_of_the_table_run_in_the_queue(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = threading.Event()

    def job() -> int:
        ran.set()
        return 1

    monkeypatch.setitem(table.JOBS, "expire-holds", table.Job("expire-holds", table.MINUTELY, job))
    # huey asks its time table once a minute; a periodic task put in the queue by hand takes the same way from there
    queue = open_queue(sqlite_app.config["SETTINGS"])
    queue_module.add_jobs(queue, sqlite_app)
    consumer = queue_module.consumer_of(queue)
    names = {task.__name__ for task in queue._registry._periodic_tasks}
    assert names == set(table.JOBS)
    [task] = [task for task in queue._registry._periodic_tasks if task.__name__ == "expire-holds"]
    queue.enqueue(task())
    consumer.start()
    try:
        assert ran.wait(10)
    finally:
        consumer.stop(graceful=True)


@pytest.mark.parametrize("name", sorted(table.JOBS))
def test_every_job_runs_on_an_empty_database_and_may_be_repeated(app: Flask, name: str) -> None:
    assert table.run_job(app, name) == 0
    assert table.run_job(app, name) == 0


def test_commands_list_and_do_the_jobs(app: Flask) -> None:
    runner = app.test_cli_runner()
    listed = runner.invoke(jobs.commands, ["list"])
    assert listed.exit_code == 0
    assert all(name in listed.output for name in ("outbox", *table.JOBS))
    enqueue(app)
    assert "outbox: 1 done." in runner.invoke(jobs.commands, ["once", "outbox"]).output
    assert "chain-audit: 0 done." in runner.invoke(jobs.commands, ["once", "chain-audit"]).output
    assert runner.invoke(jobs.commands, ["once", "nonsense"]).exit_code == 2


def test_a_queue_of_another_kind_is_a_clear_error(data_dir: Path) -> None:
    for made in (open_queue, create_app):
        with pytest.raises(SettingsError, match="SCHEDULER_QUEUE_URL"):
            made(settings_for(f"sqlite:///{data_dir}/x.sqlite", data_dir, queue_url="amqp://localhost"))


def test_an_application_opens_no_queue_since_one_process_runs_the_jobs(
    sqlite_app: Flask, data_dir: Path
) -> None:
    assert not (data_dir / "jobs.sqlite").exists()
    Runner(sqlite_app)
    assert (data_dir / "jobs.sqlite").exists()


@pytest.mark.processes
def test_the_command_runs_in_the_foreground_and_ends_well_when_told_to(
    sqlite_app: Flask, sqlite_url: str, data_dir: Path, tmp_path: Path
) -> None:
    log = tmp_path / "jobs.log"
    program = ("-m", "flask", "--app", "scheduler:create_app", "jobs", "run")
    process = launch(environ_for(sqlite_url, data_dir), log, program)
    try:
        wait_for(lambda: "Background work is running" in log.read_text(), 60)
        enqueue(sqlite_app)
        wait_for(lambda: all_done(sqlite_app), 10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert "Stopped." in log.read_text()
    finally:
        process.kill()
        process.wait(10)
