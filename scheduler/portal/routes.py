"""The addresses of the patient's pages, all in one list."""

from __future__ import annotations

from flask import Blueprint

from scheduler.portal import (
    browse,
    checking,
    coming,
    finding,
    holding,
    landing,
    managing,
    moving,
    my_data,
    offering,
    photos,
    together_views,
    typed,
    waitlisting,
)

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
    ("/hold/<hold_id>/typed", "POST", typed.keep_typed),
    ("/hold/<hold_id>/extend", "POST", holding.extend),
    ("/hold/<hold_id>/language", "POST", holding.speak),
    ("/hold/<hold_id>/release", "POST", holding.release),
    ("/hold/<hold_id>/files/remove", "POST", holding.remove_file),
    ("/hold/<hold_id>/stop", "GET", holding.stop),
    ("/hold/<hold_id>/review", "GET", holding.review),
    ("/hold/<hold_id>/change", "POST", holding.change),
    ("/hold/<hold_id>/book", "POST", holding.book),
    ("/hold/<hold_id>/code", "GET", checking.code),
    ("/hold/<hold_id>/code", "POST", checking.take_code),
    ("/hold/<hold_id>/code/again", "POST", checking.new_code),
    ("/b/<token>", "GET", managing.visit),
    ("/b/<token>/appointment.ics", "GET", managing.calendar),
    ("/b/<token>/coming", "GET", coming.ask),
    ("/b/<token>/coming", "POST", coming.say),
    ("/b/<token>/reschedule", "GET", moving.choose_time),
    ("/b/<token>/reschedule", "POST", moving.move),
    ("/b/<token>/reschedule/<slot>", "GET", moving.review_move),
    ("/b/<token>/cancel", "GET", managing.confirm_cancel),
    ("/b/<token>/cancel", "POST", managing.cancel),
    ("/b/<token>/sooner", "POST", waitlisting.ask_sooner),
    ("/<owner>/<kind>/waitlist", "GET", waitlisting.join_form),
    ("/<owner>/<kind>/waitlist", "POST", waitlisting.join),
    ("/waitlist/<token>", "GET", waitlisting.place),
    ("/waitlist/<token>/leave", "POST", waitlisting.leave),
    ("/offer/<token>", "GET", offering.offer),
    ("/offer/<token>/take", "POST", offering.take),
    ("/offer/<token>/decline", "POST", offering.decline),
    ("/b/<token>/my-data", "GET", my_data.my_data),
    ("/b/<token>/my-data", "POST", my_data.change_contact),
    ("/b/<token>/my-data.zip", "GET", my_data.download_data),
    ("/b/<token>/my-data/remove", "GET", my_data.ask_to_remove_data),
    ("/b/<token>/my-data/remove", "POST", my_data.remove_data),
    ("/find-booking", "GET", finding.find),
    ("/find-booking", "POST", finding.send),
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
