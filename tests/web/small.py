"""A small application: the foundation, this room and the home face, with views that misbehave on request.

The faces have their own tests; here it must be certain that nothing but ``scheduler.web`` answers.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from flask import Blueprint, Flask, render_template, request
from sqlalchemy.exc import IntegrityError, OperationalError
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
    widgets,
)

import scheduler
from scheduler import accounts, configure, db, discovery, web
from scheduler.errors import Conflict, InvalidInput, NotFound, TooMany
from scheduler.models.base import Base
from scheduler.settings import Settings, load
from scheduler.web.access import PUBLIC, SIGNED_IN, TOKEN, allow, check_complete, register, role
from scheduler.web.forms import DatePartsField, error_list
from scheduler.web.headers import private_page
from scheduler.web.origin import same_origin_only
from scheduler.web.visitor import ensure_visitor, visitor_hash

TEMPLATES = Path(__file__).parent / "templates"


class GalleryForm(Form):
    """One field of each kind."""

    given = StringField("First name", [validators.DataRequired("enter it as on the insurance card.")])
    email = EmailField("Email", description="We send the confirmation here.")
    reason = TextAreaField("Reason for your visit", description="Up to 200 characters.")
    who = RadioField(
        "Who is it for?",
        [validators.InputRequired("choose one of the three.")],
        choices={"me": "Me", "child": "My child", "other": "Someone I care for"},
    )
    needs = SelectMultipleField(
        "Needs",
        choices={"step-free": "Step-free access", "hearing": "Help with hearing"},
        widget=widgets.ListWidget(prefix_label=False),
        option_widget=widgets.CheckboxInput(),
    )
    plan = SelectField("Insurance plan", choices={"a": "Harbor Blue", "b": "Not listed"})
    born = DatePartsField("Birth date", [validators.InputRequired()], description="For example 4 12 1985")
    agree = BooleanField("I agree that the clinic may call me")


def make_app(folder: Path, **settings: str) -> Flask:
    """The small application, on a fresh SQLite database in ``folder``."""
    found = load({"SCHEDULER_DATA_DIR": str(folder), "SCHEDULER_SECRET": "x" * 40, **settings})
    app = bare_app(found)
    with app.app_context():
        Base.metadata.create_all(db.db.engine)
    return app


def bare_app(settings: Settings) -> Flask:
    """The small application on whatever database ``settings`` name; its tables are not made."""
    root = Path(scheduler.__file__).parent
    app = Flask("scheduler", root_path=str(root), static_folder=None)
    from scheduler.paths import templates_dir

    app.jinja_loader = _loader(templates_dir(), TEMPLATES)
    configure(app, settings)
    db.init_app(app, settings)
    web.init_app(app, settings)
    accounts.init_app(app)
    register(app, discovery.blueprint, PUBLIC)
    register(app, _views())
    register(app, _hold_views())
    check_complete(app)
    return app


def _loader(*folders: Path):  # type: ignore[no-untyped-def]  # jinja2's loaders
    from jinja2 import FileSystemLoader

    return FileSystemLoader([str(folder) for folder in folders])


def _views() -> Blueprint:
    views = Blueprint("views", __name__)

    @views.get("/gallery")
    @allow(PUBLIC)
    def gallery() -> str:
        return _gallery()

    @views.post("/gallery")
    @allow(PUBLIC)
    def gallery_sent() -> tuple[str, int]:
        return _gallery(check=True), 400

    @views.get("/console-gallery")
    @allow(PUBLIC)
    def console_gallery() -> str:
        return render_template("console_gallery.html", current_user={"name": "Ana Reyes"})

    @views.get("/raise/<what>")
    @allow(PUBLIC)
    def raising(what: str) -> str:
        secret = "Ana Patient, born 1985-04-12"  # stands for what a patient typed
        found = {
            "not-found": NotFound("No appointment type has this address."),
            "conflict": Conflict("Somebody else changed this."),
            "invalid": InvalidInput({"given": "First name: enter it.", "born": "Birth date: enter a year."}),
            "too-many": TooMany("Wait a minute, then try again.", retry_after=60),
            "unexpected": ValueError(secret),
            "database-down": OperationalError("SELECT 1", {"name": secret}, Exception(secret)),
            "constraint": IntegrityError("INSERT", {"name": secret}, Exception(secret)),
        }
        raise found[what]

    @views.get("/b/<token>")
    @allow(TOKEN)
    @private_page
    def signed(token: str) -> str:
        return f"<!doctype html><title>Booked</title><p>{'long ' * 500}"

    @views.get("/staff")
    @allow(SIGNED_IN)
    def staff() -> str:
        return "staff"

    @views.route("/boss", methods=["GET", "POST"])
    @allow(role("admin"))
    def boss() -> str:
        return "boss"

    @views.post("/hold")
    @allow(PUBLIC)
    @same_origin_only
    def hold() -> dict[str, str | None]:
        before = visitor_hash()
        return {"before": before, "visitor": ensure_visitor(), "after": visitor_hash()}

    @views.post("/with-token")
    @allow(PUBLIC)
    def with_token() -> str:
        return f"got {len(request.form.get('text', ''))}"

    return views


def _hold_views() -> Blueprint:
    """Where the buttons of the hold bar lead: nothing is held here."""
    views = Blueprint("portal", __name__)

    @views.post("/hold/<hold_id>/extend")
    @allow(PUBLIC)
    def extend(hold_id: str) -> str:
        return hold_id

    @views.post("/hold/<hold_id>/release")
    @allow(PUBLIC)
    def release(hold_id: str) -> str:
        return hold_id

    return views


def _gallery(check: bool = False) -> str:
    form = GalleryForm(request.form if check else None)
    if check:
        form.validate()
    day = date(2027, 6, 8)
    week = [
        {"day": day + timedelta(n - 1), "count": (0, 14, 9, 0, 3, 0, 0)[n], "href": "?"} for n in range(7)
    ]
    arrow = {"href": "?", "first": date(2027, 6, 14), "last": date(2027, 6, 20)}
    return render_template(
        "gallery.html",
        form=form,
        errors=error_list(form) if check else [],
        gallery_day=day,
        gallery_week=week,
        gallery_arrow=arrow,
    )
