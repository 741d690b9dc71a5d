"""``flask demo``: load the demo clinic, or take it away."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from scheduler import demo as demo_clinic
from scheduler.cli.plain import plainly

if TYPE_CHECKING:
    from werkzeug.local import LocalProxy


@click.command("demo")
@click.option("--remove", is_flag=True, help="Take the demo clinic away, with all its bookings and sign-ins.")
@with_appcontext
@plainly
def demo(remove: bool) -> None:
    """Load the demo clinic into an empty installation and show its sign-ins."""
    app = cast("LocalProxy[Flask]", current_app)._get_current_object()
    if remove:
        gone = demo_clinic.remove(app)
        click.echo(f"The demo clinic is gone ({gone} rows)." if gone else "There is no demo clinic here.")
        return
    signs = demo_clinic.load(app)
    if signs is None:
        raise click.ClickException(
            "There is a clinic here already. The demo clinic needs an empty installation."
        )
    click.echo("The demo clinic is there. Nothing in it is real.")
    click.echo(f"Password of all its sign-ins: {signs.password}")
    for role, email in signs.users:
        click.echo(f"  {role:<12} {email}")
