"""Views of services: the table, and stopping and resuming one offer."""

from __future__ import annotations

from flask import redirect, render_template, request

from scheduler import catalog, clock
from scheduler.console.admin import services
from scheduler.console.common import Answer, me, toast
from scheduler.db import transaction
from scheduler.web.headers import private_page

_LONGEST = 100


@private_page
def table() -> Answer:
    """What is offered where; ``?q=&place=&state=&page=`` narrow it."""
    number = request.args.get("page", "")
    asked = services.Filter(
        query=_word("q"),
        place=_word("place"),
        state=_word("state"),
        page=int(number)
        if number.isascii() and number.isdigit() and 0 < len(number) < 5 and int(number)
        else 1,
    )
    page = services.services_page(me(), clock.now(), asked)
    return render_template("admin/services.html", page=page, states=services.STATES)


@private_page
def stop(schedule_id: str) -> Answer:
    """Stop offering one Schedule; its bookings stay."""
    row = _set_active(schedule_id, active=False)
    toast(
        f"{row.name}: no longer offered. {row.coming.stay}".strip(),
        undo=f"/admin/services/{schedule_id}/offer",
        undo_name=f"Undo stopping {row.name}",
    )
    return redirect("/admin/services", 303)


@private_page
def offer(schedule_id: str) -> Answer:
    """Offer a Schedule again."""
    row = _set_active(schedule_id, active=True)
    toast(f"{row.name}: offered again. {row.because}".strip(), kind="warn" if row.because else "ok")
    return redirect("/admin/services", 303)


def _word(name: str) -> str:
    return (request.args.get(name) or "").strip()[:_LONGEST]


def _set_active(schedule_id: str, *, active: bool) -> services.Row:
    now = clock.now()
    with transaction() as session:
        schedule = services.schedule_of(session, me(), schedule_id)
        catalog.edit_schedule(session, by=me(), now=now, schedule_id=schedule.id, active=active)
        return services.row_of(session, schedule, now)
