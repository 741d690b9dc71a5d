"""Views of teams: the table, adding and editing one, pausing, resuming and removing it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import redirect, render_template, request
from wtforms import StringField

from scheduler import catalog, clock
from scheduler.catalog.pools import FIELDS
from scheduler.console.admin import teams
from scheduler.console.admin.forms import Difference, EditForm
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.models import Pool
from scheduler.web import current_settings
from scheduler.web.headers import private_page

_DIGITS = 4


class TeamForm(EditForm):
    """A team's fields; who is in it comes as the ticked ``member`` boxes, each with its ``priority-<id>``."""

    name = StringField(FIELDS["name"].label, description="As patients know it, such as Knee team.")
    slug = StringField(
        "Link", description="The first word of the team's own address: small letters, digits and hyphens."
    )

    members_problem = ""

    def show(self, error: InvalidInput) -> None:
        """Put the catalog's problems at their fields; the boxes have one place for theirs."""
        self.members_problem = error.problems.get("members", "")
        for name in ("name", "slug"):
            if name in error.problems:
                self[name].errors = [error.problems[name]]


@private_page
def table() -> Answer:
    """All teams."""
    return render_template("admin/teams.html", rows=teams.teams_table(me()))


@private_page
def new() -> Answer:
    """Choose what the team is for; with ``?type=``, the empty form."""
    type_id = request.args.get("type", "")
    if not type_id:
        return render_template("admin/team_type.html", choices=teams.type_choices(me()))
    return _shown(teams.new_team(me(), type_id), TeamForm(formdata=None), {})


@private_page
def add() -> Answer:
    """Add a team of the type that the form names."""
    type_id = request.form.get("type", "")
    if not type_id:
        asked = render_template("admin/team_type.html", choices=teams.type_choices(me()), missing=True)
        return asked, InvalidInput.status
    page, form, members = teams.new_team(me(), type_id), TeamForm(), _members()
    try:
        with transaction() as session:
            row = catalog.add_pool(
                session,
                by=me(),
                now=clock.now(),
                appointment_type_id=page.type_id,
                name=form.name.data or "",
                members=members,
                slug=(form.slug.data or "").strip() or None,
            )
    except InvalidInput as error:
        form.show(error)
        return _shown(page, form, members), error.status
    toast(f"{row.name} is added. Its link is below.")
    return redirect(f"/admin/teams/{row.id}", 303)


@private_page
def team(pool_id: str) -> Answer:
    """One team: its link, the fair order with its figures, its fields."""
    page = teams.team_page(me(), pool_id, clock.now())
    return _shown(page, _form_of(page), page.members)


@private_page
def edit(pool_id: str) -> Answer:
    """Save a team; what somebody else saved meanwhile is shown beside what was typed."""
    page, form, members = teams.team_page(me(), pool_id, clock.now()), TeamForm(), _members()
    try:
        with transaction() as session:
            row = catalog.save_pool(
                session,
                by=me(),
                now=clock.now(),
                pool_id=teams.team_of(session, me(), pool_id).id,
                name=form.name.data or "",
                slug=(form.slug.data or "").strip(),
                members=members,
                seen=form.version.data or "",
            )
    except InvalidInput as error:
        form.show(error)
        return _shown(page, form, members), error.status
    except EditConflict as error:
        differences = form.differences(_form_of(page))
        if members != page.members:
            typed, saved = page.member_words(members), page.member_words(page.members)
            differences.append(Difference("Members", saved, typed))
        form.version.data = page.stamp
        return _shown(page, form, members, differences=differences), error.status
    toast(f"{row.name} is saved.")
    return redirect(f"/admin/teams/{pool_id}", 303)


@private_page
def pause(pool_id: str) -> Answer:
    """Stop booking by the team's own page; its members go on."""
    row = _set_active(pool_id, active=False)
    toast(
        f"{row.name} is paused: nobody can book by its link. Its members' own pages go on.",
        undo=f"/admin/teams/{pool_id}/resume",
        undo_name=f"Undo pausing {row.name}",
    )
    return redirect(f"/admin/teams/{pool_id}", 303)


@private_page
def resume(pool_id: str) -> Answer:
    """Let patients book by the team's own page again."""
    row = _set_active(pool_id, active=True)
    toast(f"{row.name} can be booked by its link again.")
    return redirect(f"/admin/teams/{pool_id}", 303)


@private_page
def ask_remove(pool_id: str) -> Answer:
    """What removing the team does; nothing happens yet."""
    return render_template("admin/team_remove.html", page=teams.team_page(me(), pool_id, clock.now()))


@private_page
def remove(pool_id: str) -> Answer:
    """Remove a team. Bookings stay."""
    with transaction() as session:
        row = teams.team_of(session, me(), pool_id)
        name = catalog.remove_pool(session, by=me(), now=clock.now(), pool_id=row.id)
    toast(f"{name} is removed. Its members and all bookings stay.")
    return redirect("/admin/teams", 303)


def _form_of(page: teams.Page) -> TeamForm:
    return TeamForm(formdata=None, data={"name": page.name, "slug": page.slug, "version": page.stamp})


def _shown(
    page: teams.Page,
    form: TeamForm,
    members: Mapping[str, object],
    *,
    differences: Sequence[Difference] | None = None,
) -> str:
    link = f"{current_settings().public_url}/{page.slug}/{page.type_slug}" if page.slug else ""
    return render_template(
        "admin/team.html", page=page, form=form, members=members, differences=differences, link=link
    )


def _members() -> dict[str, Any]:
    """The ticked offers with their priorities; what is no number stays as it was typed, for the catalog to refuse."""
    found: dict[str, Any] = {}
    for schedule_id in request.form.getlist("member"):
        typed = request.form.get(f"priority-{schedule_id}", "").strip()
        plain = typed.isascii() and typed.isdigit() and len(typed) < _DIGITS
        found[schedule_id] = int(typed or 0) if plain or not typed else typed
    return found


def _set_active(pool_id: str, *, active: bool) -> Pool:
    with transaction() as session:
        row = teams.team_of(session, me(), pool_id)
        return catalog.edit_pool(session, by=me(), now=clock.now(), pool_id=row.id, active=active)
