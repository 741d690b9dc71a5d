"""``flask init``: an installation that is ready to start."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from scheduler import catalog, clock, migrate
from scheduler.accounts.welcome import welcome_url
from scheduler.booking import SYSTEM
from scheduler.cli.plain import plainly
from scheduler.db import db, snapshot, transaction
from scheduler.models import Organization
from scheduler.settings import Settings


@click.command("init")
@click.option("--clinic", help="Name of the clinic to add, when there is none yet.")
@with_appcontext
@plainly
def init(clinic: str | None) -> None:
    """Make the tables, or bring them up to date; the data folder and the secret are made on the way."""
    settings: Settings = current_app.config["SETTINGS"]
    changed = migrate.upgrade_engine(db.engine, settings.data_dir)
    click.echo("The database is ready." if changed else "The database was up to date already.")
    click.echo(f"Data folder: {settings.data_dir}")
    if clinic is not None:
        _add_clinic(clinic)
        return
    with snapshot() as session:
        new = session.scalars(select(Organization.id).limit(1)).first() is None
    if new:
        click.echo("There is no clinic yet. When the server runs, set yours up by this link; it works once:")
        click.echo(welcome_url(settings))


def _add_clinic(name: str) -> None:
    with transaction() as session:
        there = session.scalars(select(Organization.name).order_by(Organization.created_at)).first()
        if there is not None:
            raise click.UsageError(f"There is a clinic already: {there}.")
        catalog.add_organization(session, by=SYSTEM, now=clock.now(), name=name)
    click.echo("The clinic is added. Next: flask user add EMAIL --name NAME --role admin")
