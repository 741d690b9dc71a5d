"""Errors of commands as sentences: no traceback for what a person can put right."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date
from typing import Any, TypeVar

import click
from sqlalchemy.exc import DBAPIError

from scheduler.errors import InvalidInput, SchedulerError
from scheduler.settings import variable

Command = TypeVar("Command", bound=Callable[..., Any])


def plainly(command: Command) -> Command:
    """Run the command; bad input ends it with 2, anything that stands in the way with 1, each with its sentence."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        try:
            return command(*arguments, **options)
        except InvalidInput as error:
            raise click.UsageError("\n".join(error.problems.values())) from error
        except SchedulerError as error:
            raise click.ClickException(error.sentence) from error
        except DBAPIError as error:
            reason = next(iter(str(error.orig).splitlines()), type(error.orig).__name__)
            raise click.ClickException(
                f"The database can't be used ({reason}). Check {variable('database_url')}; a new one needs `flask init`."
            ) from error

    return run  # type: ignore[return-value]  # the same signature, by functools.wraps


def local_date(_ctx: click.Context, _param: click.Parameter, value: str | None) -> date | None:
    """An option's callback: a date written YYYY-MM-DD."""
    try:
        return None if value is None else date.fromisoformat(value)
    except ValueError:
        raise click.BadParameter("write a date as YYYY-MM-DD, such as 2026-06-01.") from None
