"""Views of the feed: what is published now, and checking every line of it."""

from __future__ import annotations

from flask import redirect, render_template

from scheduler import clock
from scheduler.console.admin import feed
from scheduler.console.common import Answer, me, toast
from scheduler.errors import SchedulerError
from scheduler.web import current_settings
from scheduler.web.headers import private_page


@private_page
def page() -> Answer:
    """What is published now, and what the last check found. A feed that can't be built says so here."""
    settings, shown, problem = current_settings(), None, ""
    try:
        shown = feed.feed_now(me(), settings)
    except SchedulerError as error:
        problem = error.sentence
    return render_template(
        "admin/feed.html",
        page=shown,
        problem=problem,
        report=feed.last_report(settings),
        zone=feed.zone_for(me()),
        now=clock.now(),
        feed_url=settings.feed_url,
        public_url=settings.public_url,
    )


@private_page
def check() -> Answer:
    """Check every line of every file, and show what was found."""
    report = feed.check(current_settings(), clock.now())
    if report.bad_count:
        said = (
            "1 line of the feed is bad. It is"
            if report.bad_count == 1
            else f"{report.bad_count:,} lines of the feed are bad. They are"
        )
        toast(f"{said} listed below.", kind="error")
    else:
        toast(f"{report.lines:,} of {report.of:,} lines were read. None is bad.")
    return redirect("/admin/feed#check", 303)
