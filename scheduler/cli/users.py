"""``flask user``: people who sign in."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select
from sqlalchemy.orm import Session

from scheduler import accounts, clock
from scheduler.accounts.rights import ROLES
from scheduler.booking import SYSTEM
from scheduler.cli.plain import plainly
from scheduler.db import transaction
from scheduler.errors import InvalidInput
from scheduler.models import Organization, Practitioner, Slug
from scheduler.settings import Settings

user = AppGroup("user", help="People who sign in.")


@user.command("add")
@click.argument("email")
@click.option("--name", required=True, help="The person's name.")
@click.option(
    "--role",
    "roles",
    required=True,
    multiple=True,
    type=click.Choice(sorted(ROLES)),
    help="What they may do; give it again for a second role.",
)
@click.option("--practitioner", help="Path word of the practitioner they are, such as maya-chen.")
@click.option("--organization", help="Name or id of the organization, when there are several.")
@plainly
def add(
    email: str, name: str, roles: tuple[str, ...], practitioner: str | None, organization: str | None
) -> None:
    """Invite a person: prints the link by which they set a password. It works for 7 days."""
    settings: Settings = current_app.config["SETTINGS"]
    with transaction() as session:
        owner = _organization(session, organization)
        person = _practitioner(session, practitioner) if practitioner else None
        _, token = accounts.invite(
            session,
            by=SYSTEM,
            now=clock.now(),
            organization_id=person.organization_id if person else owner.id,
            email=email,
            name=name,
            roles=roles,
            practitioner_id=person.id if person else None,
        )
    click.echo("Give this link to them. It works once, for 7 days:")
    click.echo(f"{settings.public_url}/invitation/{token}")


def _organization(session: Session, wanted: str | None) -> Organization:
    rows = session.scalars(select(Organization).order_by(Organization.created_at, Organization.id)).all()
    if not rows:
        raise click.ClickException("There is no clinic yet. Add one first: flask init --clinic NAME")
    found = [row for row in rows if wanted in (row.id, row.name)] if wanted else list(rows)
    if len(found) == 1:
        return found[0]
    names = "\n".join(f"  {row.id}  {row.name}" for row in rows)
    raise InvalidInput({"organization": f"Organization: choose one with --organization:\n{names}"})


def _practitioner(session: Session, word: str) -> Practitioner:
    row = session.scalars(
        select(Practitioner)
        .join(Slug, Slug.target_id == Practitioner.id)
        .where(Slug.scope == "", Slug.kind == "practitioner", Slug.slug == word)
    ).one_or_none()
    if row is None:
        raise InvalidInput(
            {"practitioner": "Practitioner: nobody has this path word. Look at their page's address."}
        )
    return row
