"""Views of finders: the list, registering and editing one, its key, pausing, a test call."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from flask import redirect, render_template, request
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.widgets import DateInput

from scheduler import catalog, clock, outcomes
from scheduler.catalog.sources import FIELDS
from scheduler.console.admin import sources
from scheduler.console.admin.forms import Difference, EditForm
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.errors import Conflict, EditConflict, InvalidInput
from scheduler.models import Source
from scheduler.notify import outbox
from scheduler.web import current_settings
from scheduler.web.headers import private_page

START = "start"


class SourceForm(EditForm):
    """A finder's fields."""

    name = StringField(FIELDS["name"].label, description="As patients know it. They see this name alone.")
    value = StringField(
        FIELDS["value"].label, description="What it sends as source with its links, letter by letter."
    )
    callback_url = StringField(
        FIELDS["callback_url"].label, description="Where we send each state. Empty: it asks us with its key."
    )
    return_addresses = TextAreaField(
        FIELDS["return_addresses"].label,
        description="One a line. Patients are led back to the first one, and nowhere else.",
    )
    share_outcome = BooleanField(
        "Tell it what became of its referrals",
        description="States and instants, never who, when or what for. Each patient can say no.",
    )
    agreed_on = StringField(
        FIELDS["agreed_on"].label,
        widget=DateInput(),
        description="When the clinic and the finder agreed on this.",
    )

    def fields(self) -> dict[str, Any]:
        """What was typed, as the catalog takes it."""
        lines = (self.return_addresses.data or "").splitlines()
        return {
            "name": self.name.data or "",
            "value": self.value.data or "",
            "callback_url": self.callback_url.data or "",
            "return_addresses": [line.strip() for line in lines if line.strip()],
            "share_outcome": bool(self.share_outcome.data),
            "agreed_on": _typed_date(self.agreed_on.data or ""),
        }


@private_page
def table() -> Answer:
    """All finders, and who sends patients without being one."""
    page = sources.sources_table(me(), clock.now())
    return render_template("admin/sources.html", page=page, states=sources.STATES)


@private_page
def new() -> Answer:
    """The empty form."""
    return _new(SourceForm(formdata=None, data={"share_outcome": True}))


@private_page
def add() -> Answer:
    """Register a finder; from the list of unknown values, the form with that value in it."""
    if request.form.get("act") == START:
        value = request.form.get("value", "")
        return _new(SourceForm(formdata=None, data={"share_outcome": True, "value": value}))
    form = SourceForm()
    try:
        with transaction() as session:
            row = catalog.register_source(
                session, by=me(), now=clock.now(), organization_id=me().organization_id, **form.fields()
            )
    except InvalidInput as error:
        form.show(error)
        return _new(form), error.status
    toast(f"{row.name} is registered. Make its key next.")
    return redirect(f"/admin/sources/{row.id}", 303)


@private_page
def source(source_id: str) -> Answer:
    """One finder: its figures, key, calls and fields."""
    page = sources.source_page(me(), source_id, clock.now())
    return _shown(page, _form_of(page.source))


@private_page
def edit(source_id: str) -> Answer:
    """Save a finder; what somebody else saved meanwhile is shown beside what was typed."""
    page, form = sources.source_page(me(), source_id, clock.now()), SourceForm()
    try:
        row = _edit(source_id, version=form.seen_version, **form.fields())
    except InvalidInput as error:
        form.show(error)
        return _shown(page, form), error.status
    except EditConflict as error:
        saved = _form_of(page.source)
        differences = form.differences(saved)
        form.version.data = saved.version.data
        return _shown(page, form, differences=differences), error.status
    toast(f"{row.name} is saved.")
    return redirect(f"/admin/sources/{source_id}", 303)


@private_page
def renew_key(source_id: str) -> Answer:
    """Make a key and show it, this once."""
    with transaction() as session:
        row = sources.source_of(session, me(), source_id)
        key = catalog.renew_source_key(session, by=me(), now=clock.now(), source_id=row.id)
    page = sources.source_page(me(), source_id, clock.now())
    return _shown(page, _form_of(page.source), key=key)


@private_page
def pause(source_id: str) -> Answer:
    """Tell a finder nothing and let its key open nothing, until it is resumed."""
    row = _edit(source_id, active=False)
    toast(
        f"{row.name} is paused: it is told nothing, and its key opens nothing.",
        undo=f"/admin/sources/{source_id}/resume",
        undo_name=f"Undo pausing {row.name}",
    )
    return redirect(f"/admin/sources/{source_id}", 303)


@private_page
def resume(source_id: str) -> Answer:
    """Go on with a paused finder."""
    row = _edit(source_id, active=True)
    toast(f"{row.name} goes on.")
    return redirect(f"/admin/sources/{source_id}", 303)


@private_page
def test(source_id: str) -> Answer:
    """Call the finder with a message about no referral, and say how it went."""
    page, now = sources.source_page(me(), source_id, clock.now()), clock.now()
    if not page.source.callback_url or page.source.key_hash is None:
        raise Conflict(
            "A test call needs a callback address and a key. Go back, enter the one, make the other."
        )
    told = outcomes.test_call(page.source, now, current_settings())
    return _shown(page, _form_of(page.source), told=told)


@private_page
def again(source_id: str) -> Answer:
    """Try the calls that failed again, now."""
    with transaction() as session:
        row = sources.source_of(session, me(), source_id)
        count = outbox.try_again(session, clock.now(), row.organization_id, sources.untold_of(session, row))
    toast("One call is tried again now." if count == 1 else f"{count} calls are tried again now.")
    return redirect(f"/admin/sources/{source_id}", 303)


def _edit(source_id: str, **changes: Any) -> Source:
    with transaction() as session:
        row = sources.source_of(session, me(), source_id)
        return catalog.edit_source(session, by=me(), now=clock.now(), source_id=row.id, **changes)


def _typed_date(text: str) -> date | str | None:
    """The date that was typed, None for nothing; anything else as it is, for the catalog to refuse."""
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return text


def _form_of(row: Source) -> SourceForm:
    kept = {name: getattr(row, name) for name in ("name", "value", "callback_url", "share_outcome")}
    kept["return_addresses"] = "\n".join(row.return_addresses)
    kept["agreed_on"] = row.agreed_on.isoformat() if row.agreed_on else ""
    return SourceForm(formdata=None, data=kept | {"version": str(row.version)})


def _new(form: SourceForm) -> str:
    return render_template("admin/source_new.html", form=form)


def _shown(
    page: sources.Page,
    form: SourceForm,
    *,
    differences: Sequence[Difference] | None = None,
    key: str = "",
    told: outcomes.Told | None = None,
) -> str:
    return render_template(
        "admin/source.html",
        page=page,
        form=form,
        differences=differences,
        key=key,
        told=told,
        states=sources.STATES,
        asks_at=f"{current_settings().public_url}/referrals/",
    )
