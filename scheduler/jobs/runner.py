"""Run background work in threads of this process: mails, calls to finders and the feed each second, the table's jobs by
the queue."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from flask import Flask

from scheduler import clock, outcomes
from scheduler.accounts import links as password_links
from scheduler.booking import links
from scheduler.jobs.queue import add_jobs, check_address, consumer_of, open_queue
from scheduler.models import Appointment, User, WaitlistEntry, WaitlistOffer
from scheduler.notify.deliver import deliver_due
from scheduler.notify.post import Post
from scheduler.publisher import feed_of
from scheduler.settings import Settings

log = logging.getLogger(__name__)

OUTBOX_PAUSE_SECONDS = 1.0
FEED_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 30.0
_STEPS_AT_ONCE = 100
_STOP_SECONDS = 30.0


def init_app(app: Flask) -> None:
    """Check what the settings say about the queue. Nothing is started: that is ``Runner``'s, in one process only."""
    check_address(app.config["SETTINGS"])


def deliver(app: Flask) -> int:
    """Deliver the mails that are due in the outbox; the number of rows settled."""
    with app.app_context():
        return deliver_due(clock.now, _post(app.config["SETTINGS"]))


def tell_finders(app: Flask) -> int:
    """Call the finders that are due to be told an outcome; the number of rows of the outbox settled."""
    with app.app_context():
        return outcomes.deliver_due(clock.now, app.config["SETTINGS"])


def _post(settings: Settings) -> Post:
    """The links that go into mails, each signed by the room whose pages they open."""

    def manage(appointment: Appointment) -> str:
        return f"{settings.public_url}/b/{links.manage_token(settings.secret, appointment)}"

    def invitation(user: User) -> str | None:
        token = password_links.token(settings.secret, password_links.INVITATION, user)
        return token and f"{settings.public_url}/invitation/{token}"

    def reset(user: User) -> str | None:
        token = password_links.token(settings.secret, password_links.RESET, user)
        return token and f"{settings.public_url}/sign-in/reset/{token}"

    def waitlist(entry: WaitlistEntry) -> str:
        return f"{settings.public_url}/waitlist/{links.waitlist_token(settings.secret, entry)}"

    def offer(row: WaitlistOffer) -> str:
        return f"{settings.public_url}/offer/{links.offer_token(settings.secret, row)}"

    return Post(settings, manage, invitation, reset, waitlist, offer)


def look_ahead(app: Flask) -> None:
    """Publish what changed and what time will change soon, before anybody asks for it."""
    for _ in range(_STEPS_AT_ONCE):
        if not feed_of(app).look_ahead():
            return


class Runner:
    """Background work of one process. ``start`` returns at once; ``stop`` lets what is under way finish."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._stopping = threading.Event()
        self._loops = [
            threading.Thread(target=self._on_and_on, args=(name, act, pause), name=name, daemon=True)
            for name, act, pause in (
                ("outbox", lambda: deliver(app), OUTBOX_PAUSE_SECONDS),
                ("outcomes", lambda: tell_finders(app), OUTBOX_PAUSE_SECONDS),
                ("feed", lambda: look_ahead(app), FEED_PAUSE_SECONDS),
            )
        ]
        queue = open_queue(app.config["SETTINGS"])
        add_jobs(queue, app)
        self._consumer = consumer_of(queue)

    def start(self) -> None:
        """Start the threads."""
        self._consumer.start()
        for loop in self._loops:
            loop.start()

    def stop(self) -> None:
        """Stop taking up work and wait, half a minute at most, for what is under way."""
        self._stopping.set()
        self._consumer.shutdown_timeout = _STOP_SECONDS
        self._consumer.stop(graceful=True)
        for loop in self._loops:
            if loop.is_alive():
                loop.join(_STOP_SECONDS)

    def _on_and_on(self, name: str, act: Callable[[], object], usual: float) -> None:
        pause = usual
        while not self._stopping.wait(pause):
            try:
                act()
                pause = usual
            except Exception as error:
                # a database that is away comes back; its words may quote what somebody typed
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
                log.warning("the %s failed (%s); next try in %.0f s", name, type(error).__name__, pause)
