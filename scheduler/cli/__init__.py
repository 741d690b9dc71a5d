"""``flask ...``: what an operator does by hand. One file per command group; each command calls a service.

Public name: ``register``. Commands end with 0 when all is well, 1 when something is wrong with the installation, 2 when
the arguments can't be used; what is wrong is said in a sentence. May import: any room but the faces.
"""

from flask import Flask

from scheduler import jobs
from scheduler.cli.database import init
from scheduler.cli.demo import demo
from scheduler.cli.doctor import doctor
from scheduler.cli.feed import feed
from scheduler.cli.slots import slots
from scheduler.cli.translations import group as translations
from scheduler.cli.users import user

__all__ = ["register"]


def register(app: Flask) -> None:
    """Add all commands to the application's command line."""
    for command in (init, demo, user, slots, feed, doctor, translations, jobs.commands):
        app.cli.add_command(command)
