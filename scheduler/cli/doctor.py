"""``flask doctor``: is this installation well? Each check is one function that returns a note or raises Problem."""

from __future__ import annotations

import json
import stat
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from scheduler import audit, clock, migrate
from scheduler.db import db, snapshot, transaction
from scheduler.models.constraints import overlap_is_refused
from scheduler.notify import outbox
from scheduler.settings import Settings, variable


class Problem(Exception):
    """Something that needs a hand; the text says what to do."""


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings


def _database() -> str:
    with db.engine.connect() as connection:
        connection.execute(text("SELECT 1"))
    return db.engine.dialect.name


def _revision() -> str:
    with db.engine.connect() as connection:
        found = migrate.revision_of(connection)
    if found != migrate.head():
        raise Problem(f"the tables are at {found or 'nothing'}, not at {migrate.head()}. Run `flask init`.")
    return found


def _overlap() -> str:
    with transaction() as session:
        refused = overlap_is_refused(session.connection())
    if not refused:
        raise Problem(
            "the database lets two bookings overlap. Its constraint is gone: restore a backup, or ask for help."
        )
    return "the database refuses it"


def _durable() -> str:
    with db.engine.connect() as connection:
        if db.engine.dialect.name == "sqlite":
            found = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous")
            }
            wanted: dict[str, object] = {"journal_mode": "wal", "synchronous": 2}
        else:
            found = {
                name: connection.execute(text(f"SHOW {name}")).scalar()
                for name in ("fsync", "synchronous_commit")
            }
            wanted = {"fsync": "on", "synchronous_commit": found["synchronous_commit"]}
            if found["synchronous_commit"] == "off":
                wanted["synchronous_commit"] = "on"
    wrong = [
        f"{name} is {found[name]}, not {value}" for name, value in wanted.items() if found[name] != value
    ]
    if wrong:
        raise Problem(f"a booking may be lost in a power cut: {', '.join(wrong)}.")
    return ", ".join(f"{name} {value}" for name, value in found.items())


def _data_folder() -> str:
    folder = _settings().data_dir
    try:
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(b"doctor")
    except OSError as error:
        raise Problem(f"can't write there ({error.strerror}). Check {variable('data_dir')}.") from error
    return str(folder)


def _secret() -> str:
    settings = _settings()
    if len(settings.secret) < 32:
        raise Problem(f"give at least 32 characters in {variable('secret')}.")
    kept = Path(settings.data_dir) / "secret"
    if kept.is_file() and stat.S_IMODE(kept.stat().st_mode) & 0o077:
        raise Problem(
            "others can read the file `secret` in the data folder. Make it readable by its owner alone."
        )
    return "long enough"


def _zones() -> str:
    return f"tzdata {version('tzdata')}"


def _feed() -> str:
    """Read the feed as a finder would: the manifest, then every line of every file."""
    client = current_app.test_client()
    manifest = client.get("/fhir/$bulk-publish")
    if manifest.status_code != 200 or manifest.json is None:
        raise Problem(f"the manifest answers {manifest.status_code}.")
    lines = 0
    for item in manifest.json["output"]:
        answer = client.get(urlsplit(item["url"]).path)
        if answer.status_code != 200:
            raise Problem(f"a {item['type']} file answers {answer.status_code}.")
        for line in answer.text.splitlines():
            if json.loads(line)["resourceType"] != item["type"]:
                raise Problem(f"a {item['type']} file holds something else.")
            lines += 1
    return f"{len(manifest.json['output'])} files, {lines} lines"


def _outbox() -> str:
    with snapshot() as session:
        stuck = len(outbox.stuck(session, clock.now()))
    if stuck:
        raise Problem(f"{stuck} messages were given up after many tries. Check {variable('mail_url')}.")
    return "none given up"


def _audit() -> str:
    with snapshot() as session:
        broken = audit.verify(session)
    if broken is not None:
        raise Problem(f"entry {broken} was changed after it was written, or the one before it is missing.")
    return "the chain is whole"


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "tables": _revision,
    "overlap": _overlap,
    "durability": _durable,
    "data folder": _data_folder,
    "secret": _secret,
    "time zones": _zones,
    "feed": _feed,
    "messages": _outbox,
    "audit": _audit,
}
_NEED_TABLES = ("overlap", "feed", "messages", "audit")


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look whether this installation is well. Ends with 1 when something needs a hand."""
    wrong: set[str] = set()
    for name, look in CHECKS.items():
        if name in _NEED_TABLES and wrong & {"database", "tables"}:
            click.echo(f"skipped  {name:<12} it needs the tables.")
            continue
        problem = _problem(name, look)
        if problem is not None:
            wrong.add(name)
            click.echo(f"problem  {name:<12} {problem}")
    if wrong:
        raise SystemExit(1)


def _problem(name: str, look: Callable[[], str]) -> str | None:
    """Make one check: its note is printed, its problem returned."""
    try:
        click.echo(f"ok       {name:<12} {look()}")
    except Problem as problem:
        return str(problem)
    except DBAPIError as error:
        reason = next(iter(str(error.orig).splitlines()), "no answer")
        return f"the database does not answer as it should ({reason}). Check {variable('database_url')}."
    return None
