"""The addresses of the console, all in one list; those of its admin pages are in ``admin``."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console import (
    booking_views,
    day_views,
    hours_views,
    move_views,
    profile_views,
    repeat_views,
    request_views,
    setup_views,
    share_views,
    time_off_views,
    type_editor_views,
    type_link_views,
    type_place_views,
    type_views,
    visit_views,
)
from scheduler.console import type_question_views as question_views
from scheduler.console.common import name_the_clinic
from scheduler.console.desk import block_views, find_views, new_views, sheet_views, walkin_views
from scheduler.console.why import views as why_views

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
    ("/requests", "GET", request_views.requests),
    ("/bookings/<appointment_id>/approve", "POST", request_views.approve),
    ("/bookings/<appointment_id>/decline", "POST", request_views.decline),
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
    # hours, time off, what was changed
    ("/hours", "GET", hours_views.hours_list),
    ("/hours", "POST", hours_views.add_hours),
    ("/hours/<availability_id>", "GET", hours_views.hours_page),
    ("/hours/<availability_id>", "POST", hours_views.change_week),
    ("/hours/<availability_id>/dates", "GET", hours_views.dates_page),
    ("/hours/<availability_id>/dates", "POST", hours_views.change_dates),
    ("/hours/<availability_id>/repeats", "GET", repeat_views.repeats_page),
    ("/hours/<availability_id>/repeats", "POST", repeat_views.change_repeats),
    ("/time-off", "GET", time_off_views.time_off_page),
    ("/time-off", "POST", time_off_views.add_time_off),
    ("/time-off/remove", "POST", time_off_views.remove_time_off),
    ("/history", "GET", time_off_views.history_page),
    ("/history/<revision_id>/undo", "POST", time_off_views.undo_change),
    # appointment types
    ("/types", "GET", type_views.types),
    ("/types/new", "GET", type_editor_views.new_type),
    ("/types/new", "POST", type_editor_views.create_type),
    ("/types/words", "POST", type_editor_views.words),
    ("/types/<type_id>", "GET", type_editor_views.edit_type),
    ("/types/<type_id>", "POST", type_editor_views.save_type),
    ("/types/<type_id>/shown/<visibility>", "POST", type_views.show_type),
    ("/types/<type_id>/retire", "GET", type_views.ask_to_retire),
    ("/types/<type_id>/retire", "POST", type_views.retire_type),
    ("/types/<type_id>/offer-again", "POST", type_views.offer_type_again),
    ("/types/<type_id>/places/new", "GET", type_place_views.new_place),
    ("/types/<type_id>/places/new", "POST", type_place_views.add_place),
    ("/types/<type_id>/places/<schedule_id>", "GET", type_place_views.edit_place),
    ("/types/<type_id>/places/<schedule_id>", "POST", type_place_views.save_place),
    ("/types/<type_id>/places/<schedule_id>/stop", "GET", type_place_views.ask_to_stop),
    ("/types/<type_id>/places/<schedule_id>/stop", "POST", type_place_views.stop_place),
    ("/types/<type_id>/places/<schedule_id>/offer-again", "POST", type_place_views.offer_place_again),
    ("/types/<type_id>/questions/new", "GET", question_views.new_question),
    ("/types/<type_id>/questions/new", "POST", question_views.add_question),
    ("/types/<type_id>/questions/<question_id>", "GET", question_views.edit_question),
    ("/types/<type_id>/questions/<question_id>", "POST", question_views.save_question),
    ("/types/<type_id>/questions/<question_id>/move/<way>", "POST", question_views.move_question),
    ("/types/<type_id>/questions/<question_id>/asked/<way>", "POST", question_views.ask_question),
    ("/types/<type_id>/links/new", "GET", type_link_views.new_link),
    ("/types/<type_id>/links/new", "POST", type_link_views.add_link),
    ("/types/<type_id>/links/<link_id>/end", "POST", type_link_views.end_link),
    ("/types/<type_id>/links/<link_id>/reopen", "POST", type_link_views.reopen_link),
    # why a time is not open
    ("/why", "GET", why_views.why),
    # setup
    ("/setup", "GET", setup_views.setup),
    ("/setup", "POST", setup_views.save_setup),
    ("/setup/preview", "POST", setup_views.preview_setup),
    # share
    ("/share", "GET", share_views.share),
    ("/share/<owner_id>/<type_id>/print", "GET", share_views.print_link),
    ("/share/<type_id>/show", "POST", share_views.show_in_finders),
    ("/share/<type_id>/hide", "POST", share_views.hide_from_finders),
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
