"""``flask jobs``: run the background work in a process of its own, or one job once."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, cast

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from scheduler.jobs.runner import Runner, deliver, tell_finders
from scheduler.jobs.table import JOBS, run_job

if TYPE_CHECKING:
    from werkzeug.local import LocalProxy

commands = AppGroup("jobs", help="Background work: run it, list it, or do one job once.")

# what runs each second beside the table of jobs
LOOPS = {"outbox": deliver, "outcomes": tell_finders}


@commands.command("run")
def run() -> None:
    """Run all background work until this process is told to stop (SIGTERM or Ctrl+C)."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    runner = Runner(_app())
    runner.start()
    click.echo("Background work is running. Stop it with Ctrl+C.")
    stopping.wait()
    runner.stop()
    click.echo("Stopped.")


@commands.command("list")
def list_jobs() -> None:
    """List the jobs and how often each one runs."""
    for name in LOOPS:
        click.echo(f"{name:<20} each second")
    for job in JOBS.values():
        click.echo(f"{job.name:<20} {job.every}")


@commands.command("once")
@click.argument("name", type=click.Choice([*LOOPS, *JOBS]))
def once(name: str) -> None:
    """Do the job NAME once, now."""
    done = LOOPS[name](_app()) if name in LOOPS else run_job(_app(), name)
    click.echo(f"{name}: {done} done.")


def _app() -> Flask:
    return cast("LocalProxy[Flask]", current_app)._get_current_object()
