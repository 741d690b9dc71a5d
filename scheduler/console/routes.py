"""The addresses of the console, all in one list; those of its admin pages are in ``admin``."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console import booking_views, profile_views, share_views
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
    # profile
    ("/profile", "GET", profile_views.profile),
    ("/profile/page", "POST", profile_views.save_page),
    ("/profile/photo", "POST", profile_views.save_photo),
    ("/profile/photo/remove", "POST", profile_views.remove_photo),
    ("/profile/choices", "POST", profile_views.save_choices),
    ("/profile/password", "POST", profile_views.change_password),
    ("/profile/sign-out-everywhere", "POST", profile_views.sign_out_everywhere),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
