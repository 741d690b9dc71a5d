"""Views of the insurance plans that one appointment type accepts."""

from __future__ import annotations

from collections.abc import Collection

from flask import redirect, render_template, request

from scheduler import catalog, clock
from scheduler.catalog.insurance import plans_accepted, plans_of
from scheduler.console.common import Answer, by_me, me, toast
from scheduler.console.type_access import own_type
from scheduler.db import snapshot, transaction
from scheduler.errors import EditConflict, InvalidInput
from scheduler.web.headers import private_page


@private_page
def type_plans(type_id: str) -> Answer:
    """Which plans the type accepts."""
    return _page(type_id)


@private_page
def save_type_plans(type_id: str) -> Answer:
    """Save which plans the type accepts."""
    chosen = request.form.getlist("plan") if request.form.get("which") == "some" else []
    if request.form.get("which") == "some" and not chosen:
        return _page(type_id, problem="Plans: tick at least one, or accept all."), 400
    try:
        with transaction() as session:
            kind = own_type(session, me(), type_id)
            catalog.set_type_plans(
                session,
                by=by_me(),
                now=clock.now(),
                appointment_type_id=kind.id,
                plans=chosen,
                seen=request.form.get("seen", "").split(),
            )
    except InvalidInput as error:
        return _page(type_id, problem=error.sentence), error.status
    except EditConflict as error:
        return _page(type_id, late=True, chosen=chosen), error.status
    toast("The plans of this type are saved.")
    return redirect(f"/console/types/{type_id}#plans", 303)


def _page(
    type_id: str, *, problem: str = "", late: bool = False, chosen: Collection[str] | None = None
) -> str:
    with snapshot() as session:
        kind = own_type(session, me(), type_id)
        plans = plans_accepted(session, kind.organization_id)
        saved = plans_of(session, kind.id)
    which = "some" if problem or (saved if chosen is None else chosen) else "all"
    return render_template(
        "console/type_plans.html",
        kind=kind,
        plans=plans,
        saved=saved,
        ticked=set(saved if chosen is None else chosen),
        which=which,
        problem=problem,
        late=late,
        admin="admin" in me().roles,
    )
