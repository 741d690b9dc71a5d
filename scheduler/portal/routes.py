"""The addresses of the patient's pages, all in one list."""

from __future__ import annotations

from flask import Blueprint

from scheduler.portal import browse, finding, holding, landing, managing, moving, photos, together_views

blueprint = Blueprint("portal", __name__)

for _path, _method, _view in (
    ("/photos/<photo>", "GET", photos.show),
    ("/<owner>", "GET", browse.owner),
    ("/<owner>/<kind>", "GET", browse.times),
    ("/book/<slot>", "GET", landing.landing),
    ("/book/<slot>/weekly", "GET", together_views.weekly_dates),
    ("/hold", "POST", holding.hold),
    ("/hold/<hold_id>", "GET", holding.details),
    ("/hold/<hold_id>", "POST", holding.take_details),
    ("/hold/<hold_id>/extend", "POST", holding.extend),
    ("/hold/<hold_id>/language", "POST", holding.speak),
    ("/hold/<hold_id>/release", "POST", holding.release),
    ("/hold/<hold_id>/review", "GET", holding.review),
    ("/hold/<hold_id>/book", "POST", holding.book),
    ("/b/<token>", "GET", managing.visit),
    ("/b/<token>/appointment.ics", "GET", managing.calendar),
    ("/b/<token>/reschedule", "GET", moving.choose_time),
    ("/b/<token>/reschedule", "POST", moving.move),
    ("/b/<token>/reschedule/<slot>", "GET", moving.review_move),
    ("/b/<token>/cancel", "GET", managing.confirm_cancel),
    ("/b/<token>/cancel", "POST", managing.cancel),
    ("/find-booking", "GET", finding.find),
    ("/find-booking", "POST", finding.send),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
