"""Who may call what: guards are complete, and they are checked before the view."""

from __future__ import annotations

import pytest
from flask import Blueprint, Flask
from flask.testing import FlaskClient

from scheduler.web import access
from scheduler.web.access import PUBLIC, SIGNED_IN, TOKEN, Guard, access_table, allow, role


def _app() -> Flask:
    app = Flask("bare", static_folder=None)
    access.init_app(app)
    return app


def _blueprint(guard: Guard | None) -> Blueprint:
    blueprint = Blueprint("pages", __name__)

    def page() -> str:
        return "page"

    blueprint.add_url_rule("/page", "page", allow(guard)(page) if guard else page)
    return blueprint


def test_a_view_without_guard_stops_the_start() -> None:
    with pytest.raises(RuntimeError, match=r"pages\.page"):
        access.register(_app(), _blueprint(None))


def test_a_route_added_past_the_registration_stops_the_start() -> None:
    app = _app()
    app.add_url_rule("/past", "past", lambda: "past")
    with pytest.raises(RuntimeError, match="past"):
        access.check_complete(app)


def test_the_view_s_own_guard_wins_over_the_blueprint_s() -> None:
    app = _app()
    access.register(app, _blueprint(TOKEN), SIGNED_IN)
    assert access_table(app) == {"pages.page": TOKEN}
    app = _app()
    access.register(app, _blueprint(None), SIGNED_IN)
    assert access_table(app) == {"pages.page": SIGNED_IN}
    access.check_complete(app)


def test_an_unguarded_endpoint_is_closed_even_if_the_start_was_not_checked() -> None:
    app = _app()
    app.add_url_rule("/past", "past", lambda: "past")
    app.testing = False
    assert app.test_client().get("/past").status_code == 500


def test_a_role_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="janitor"):
        role("admin", "janitor")
    with pytest.raises(ValueError, match="no such role"):
        role()


def test_guards_read_as_words() -> None:
    assert [str(guard) for guard in (PUBLIC, SIGNED_IN, role("front-desk", "admin"))] == [
        "public",
        "signed-in",
        "role(admin, front-desk)",
    ]


def test_every_endpoint_of_the_small_application_is_in_the_table(small: Flask) -> None:
    assert set(access_table(small)) == {rule.endpoint for rule in small.url_map.iter_rules()}


def test_nobody_is_sent_to_sign_in_and_back(visit: FlaskClient) -> None:
    answer = visit.get("/boss?day=2027-06-08")
    assert answer.status_code == 303
    assert answer.location == "/sign-in?next=/boss%3Fday%3D2027-06-08"


def test_a_program_gets_401_instead_of_a_redirect(visit: FlaskClient) -> None:
    answer = visit.get("/staff", headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json is not None
    assert answer.json["error"]["code"] == "sign-in"


def test_a_post_of_nobody_is_refused_before_its_token_is_looked_at(visit: FlaskClient) -> None:
    assert visit.post("/boss").status_code == 401


@pytest.mark.parametrize(
    ("roles", "boss", "staff"), [((), 403, 200), (("clinician",), 403, 200), (("admin",), 200, 200)]
)
def test_roles_open_what_their_guard_names(
    small: Flask, roles: tuple[str, ...], boss: int, staff: int
) -> None:
    from scheduler.db import transaction
    from scheduler.models import Organization, User, UserRole

    with small.app_context(), transaction() as session:
        session.add(Organization(id="o", organization_id="o", name="Riverside", created_at=0))
        session.flush()
        session.add(User(id="u", organization_id="o", email="a@example.org", name="Ana", created_at=0))
        session.flush()
        session.add_all(UserRole(user_id="u", role=name, organization_id="o") for name in roles)
    client = small.test_client()
    with client.session_transaction() as kept:
        kept["_user_id"] = _session_id(small)
        kept["_fresh"] = True
    assert client.get("/boss").status_code == boss
    assert client.get("/staff").status_code == staff


def _session_id(app: Flask) -> str:
    from scheduler.accounts import SignedIn

    user = SignedIn("u", "o", "Ana", "a@example.org", frozenset(), None, 1)
    return user.get_id()
