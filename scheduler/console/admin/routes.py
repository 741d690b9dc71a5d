"""The addresses of the admin pages, all in one list."""

from __future__ import annotations

from flask import Blueprint

from scheduler.console.admin import home_views, people_views, practitioner_views
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
):
    blueprint.add_url_rule(_path, view_func=_view, methods=[_method])
