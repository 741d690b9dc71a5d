"""The settings of the application that answers this request."""

from __future__ import annotations

from typing import cast

from flask import current_app

from scheduler.settings import Settings


def current_settings() -> Settings:
    """The frozen settings given to ``create_app``. Needs an application context."""
    return cast(Settings, current_app.config["SETTINGS"])
