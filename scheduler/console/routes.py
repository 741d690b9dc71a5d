"""The addresses of the console, all in one list; those of its admin pages are in ``admin``."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console import booking_views, share_views
from scheduler.console.common import name_the_clinic
from scheduler.console.desk import block_views, find_views, new_views, sheet_views, walkin_views

blueprint = Blueprint("console", __name__, url_prefix="/console")
blueprint.before_request(name_the_clinic)

for _path, _method, _view in (
    # bookings
    ("", "GET", booking_views.home),
    ("/bookings/<appointment_id>", "GET", booking_views.booking_detail),
    ("/bookings/<appointment_id>/cancel", "POST", booking_views.cancel_booking),
    # front desk
    ("/new", "GET", new_views.new),
    ("/new", "POST", new_views.book_new),
    ("/walk-in", "GET", walkin_views.walk_in),
    ("/walk-in", "POST", walkin_views.add_walk_in),
    ("/find", "GET", find_views.find_form),
    ("/find", "POST", find_views.search),
    ("/block", "GET", block_views.block),
    ("/block", "POST", block_views.add_block),
    ("/block/<block_id>/remove", "POST", block_views.remove_block),
    ("/sheet/<day>", "GET", sheet_views.sheet),
    # share
    ("/share", "GET", share_views.share),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
