"""The addresses of the console, all in one list; those of its admin pages are in ``admin``."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console import booking_views, setup_views, share_views
from scheduler.console.common import name_the_clinic

blueprint = Blueprint("console", __name__, url_prefix="/console")
blueprint.before_request(name_the_clinic)

for _path, _method, _view in (
    # bookings
    ("", "GET", booking_views.home),
    ("/bookings/<appointment_id>", "GET", booking_views.booking_detail),
    ("/bookings/<appointment_id>/cancel", "POST", booking_views.cancel_booking),
    # setup
    ("/setup", "GET", setup_views.setup),
    ("/setup", "POST", setup_views.save_setup),
    ("/setup/preview", "POST", setup_views.preview_setup),
    # share
    ("/share", "GET", share_views.share),
    ("/share/<owner_id>/<type_id>/print", "GET", share_views.print_link),
    ("/share/<type_id>/show", "POST", share_views.show_in_finders),
    ("/share/<type_id>/hide", "POST", share_views.hide_from_finders),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
