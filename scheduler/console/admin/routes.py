"""The addresses of the admin pages, all in one list."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console.admin import (
    feed_views,
    holiday_views,
    home_views,
    insurance_views,
    mail_views,
    organization_views,
    people_views,
    place_views,
    practitioner_views,
    room_views,
    service_views,
    source_views,
    team_views,
)
from scheduler.console.common import name_the_clinic

blueprint = Blueprint("admin", __name__, url_prefix="/admin")
blueprint.before_request(name_the_clinic)

for _path, _method, _view in (
    # home
    ("", "GET", home_views.home),
    # people
    ("/people", "GET", people_views.people_list),
    ("/people", "POST", people_views.people_list),
    ("/people/clinician", "GET", people_views.new_clinician),
    ("/people/clinician", "POST", people_views.add_clinician),
    ("/people/invite", "GET", people_views.new_user),
    ("/people/invite", "POST", people_views.invite_user),
    ("/people/users/<user_id>", "GET", people_views.user),
    ("/people/users/<user_id>", "POST", people_views.save_user),
    ("/people/users/<user_id>/deactivate", "POST", people_views.deactivate),
    ("/people/users/<user_id>/activate", "POST", people_views.activate),
    ("/people/users/<user_id>/invite", "POST", people_views.send_invitation),
    ("/people/users/<user_id>/sign-out", "POST", people_views.sign_out),
    ("/people/practitioners/<practitioner_id>", "GET", practitioner_views.practitioner),
    ("/people/practitioners/<practitioner_id>", "POST", practitioner_views.save_practitioner),
    ("/people/practitioners/<practitioner_id>/retire", "POST", practitioner_views.retire),
    ("/people/practitioners/<practitioner_id>/return", "POST", practitioner_views.bring_back),
    ("/people/practitioners/<practitioner_id>/places", "GET", practitioner_views.new_role),
    ("/people/practitioners/<practitioner_id>/places", "POST", practitioner_views.add_role),
    ("/people/places/<role_id>", "GET", practitioner_views.role),
    ("/people/places/<role_id>", "POST", practitioner_views.save_role),
    # places, their rooms and devices
    ("/places", "GET", place_views.table),
    ("/places/new", "GET", place_views.new),
    ("/places/new", "POST", place_views.add),
    ("/places/<location_id>", "GET", place_views.place),
    ("/places/<location_id>", "POST", place_views.edit),
    ("/places/<location_id>/close", "POST", place_views.close),
    ("/places/<location_id>/open", "POST", place_views.reopen),
    ("/places/<location_id>/rooms", "POST", room_views.add),
    ("/places/<location_id>/rooms/<actor_id>", "POST", room_views.rename),
    ("/places/<location_id>/rooms/<actor_id>/out-of-use", "POST", room_views.out_of_use),
    ("/places/<location_id>/rooms/<actor_id>/use", "POST", room_views.use),
    # services
    ("/services", "GET", service_views.table),
    ("/services/<schedule_id>/stop", "POST", service_views.stop),
    ("/services/<schedule_id>/offer", "POST", service_views.offer),
    # teams
    ("/teams", "GET", team_views.table),
    ("/teams/new", "GET", team_views.new),
    ("/teams/new", "POST", team_views.add),
    ("/teams/<pool_id>", "GET", team_views.team),
    ("/teams/<pool_id>", "POST", team_views.edit),
    ("/teams/<pool_id>/pause", "POST", team_views.pause),
    ("/teams/<pool_id>/resume", "POST", team_views.resume),
    ("/teams/<pool_id>/remove", "GET", team_views.ask_remove),
    ("/teams/<pool_id>/remove", "POST", team_views.remove),
    # organization
    ("/organization", "GET", organization_views.own),
    ("/organization", "POST", organization_views.edit_own),
    ("/organization/new", "GET", organization_views.new),
    ("/organization/new", "POST", organization_views.add),
    ("/organization/<organization_id>", "GET", organization_views.one),
    ("/organization/<organization_id>", "POST", organization_views.edit),
    # holidays
    ("/holidays", "GET", holiday_views.clinic),
    ("/holidays", "POST", holiday_views.change_clinic),
    ("/holidays/<location_id>", "GET", holiday_views.place),
    ("/holidays/<location_id>", "POST", holiday_views.change_place),
    # insurance
    ("/insurance", "GET", insurance_views.table),
    ("/insurance", "POST", insurance_views.add),
    ("/insurance/<plan_id>", "GET", insurance_views.plan),
    ("/insurance/<plan_id>", "POST", insurance_views.save),
    ("/insurance/<plan_id>/retire", "POST", insurance_views.retire),
    ("/insurance/<plan_id>/accept", "POST", insurance_views.accept),
    # mails
    ("/mails", "GET", mail_views.table),
    ("/mails/<mail_id>", "GET", mail_views.mail),
    ("/mails/<mail_id>/html", "GET", mail_views.html),
    ("/mails/<mail_id>/mail.eml", "GET", mail_views.eml),
    ("/mails/<mail_id>/appointment.ics", "GET", mail_views.ics),
    ("/mails/<mail_id>/retry", "POST", mail_views.retry),
    # finders
    ("/sources", "GET", source_views.table),
    ("/sources/new", "GET", source_views.new),
    ("/sources/new", "POST", source_views.add),
    ("/sources/<source_id>", "GET", source_views.source),
    ("/sources/<source_id>", "POST", source_views.edit),
    ("/sources/<source_id>/key", "POST", source_views.renew_key),
    ("/sources/<source_id>/pause", "POST", source_views.pause),
    ("/sources/<source_id>/resume", "POST", source_views.resume),
    ("/sources/<source_id>/test", "POST", source_views.test),
    ("/sources/<source_id>/again", "POST", source_views.again),
    # feed
    ("/feed", "GET", feed_views.page),
    ("/feed/check", "POST", feed_views.check),
):
    _group = _view.__module__.rpartition(".")[2].removesuffix("_views")
    blueprint.add_url_rule(_path, f"{_group}_{_view.__name__}", _view, methods=[_method])
