"""The addresses of the console, all in one list; those of its admin pages are in ``admin``."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console import booking_views, day_views, move_views, share_views, visit_views
from scheduler.console.common import name_the_clinic

blueprint = Blueprint("console", __name__, url_prefix="/console")
blueprint.before_request(name_the_clinic)

for _path, _method, _view in (
    # day and week
    ("", "GET", day_views.home),
    ("/day", "GET", day_views.to_day),
    ("/day/<on>", "GET", day_views.day),
    ("/week", "GET", day_views.to_week),
    ("/week/<on>", "GET", day_views.week),
    # bookings
    ("/bookings/<appointment_id>", "GET", booking_views.booking_detail),
    ("/bookings/<appointment_id>/cancel", "POST", booking_views.cancel_booking),
    ("/bookings/<appointment_id>/check-in", "POST", visit_views.check_in),
    ("/bookings/<appointment_id>/in-room", "POST", visit_views.in_room),
    ("/bookings/<appointment_id>/done", "POST", visit_views.done),
    ("/bookings/<appointment_id>/no-show", "POST", visit_views.no_show),
    ("/bookings/<appointment_id>/undo", "POST", visit_views.undo),
    ("/bookings/<appointment_id>/note", "POST", booking_views.save_note),
    ("/bookings/<appointment_id>/details", "GET", booking_views.edit_details),
    ("/bookings/<appointment_id>/details", "POST", booking_views.save_details),
    ("/bookings/<appointment_id>/resend", "POST", booking_views.resend),
    ("/bookings/<appointment_id>/keep", "POST", booking_views.keep),
    ("/bookings/<appointment_id>/move", "GET", move_views.choose),
    ("/bookings/<appointment_id>/move", "POST", move_views.move),
    # share
    ("/share", "GET", share_views.share),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
