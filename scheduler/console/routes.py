"""The addresses of the console, all in one list; those of its admin pages are in ``admin``."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console import booking_views, hours_views, share_views, time_off_views
from scheduler.console.common import name_the_clinic

blueprint = Blueprint("console", __name__, url_prefix="/console")
blueprint.before_request(name_the_clinic)

for _path, _method, _view in (
    # bookings
    ("", "GET", booking_views.home),
    ("/bookings/<appointment_id>", "GET", booking_views.booking_detail),
    ("/bookings/<appointment_id>/cancel", "POST", booking_views.cancel_booking),
    # share
    ("/share", "GET", share_views.share),
    # hours
    ("/hours", "GET", hours_views.hours_list),
    ("/hours", "POST", hours_views.add_hours),
    ("/hours/<availability_id>", "GET", hours_views.hours_page),
    ("/hours/<availability_id>", "POST", hours_views.change_week),
    ("/hours/<availability_id>/dates", "GET", hours_views.dates_page),
    ("/hours/<availability_id>/dates", "POST", hours_views.change_dates),
    ("/time-off", "GET", time_off_views.time_off_page),
    ("/time-off", "POST", time_off_views.add_time_off),
    ("/time-off/remove", "POST", time_off_views.remove_time_off),
    ("/history", "GET", time_off_views.history_page),
    ("/history/<revision_id>/undo", "POST", time_off_views.undo_change),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
