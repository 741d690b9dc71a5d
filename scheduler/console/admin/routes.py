"""The addresses of the admin pages, all in one list."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console.admin import home_views
from scheduler.console.common import name_the_clinic

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.before_request(name_the_clinic)

for _path, _method, _view in (
    # home
    ("", "GET", home_views.home),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
