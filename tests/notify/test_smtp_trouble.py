"""A mail server that is down, slow, refusing or gone in the middle: nothing is lost, and what may come twice is one message."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from scheduler.jobs.runner import deliver
from scheduler.notify import outbox
from scheduler.notify.mail import transport
from tests.factories import make_appointment, make_clinic
from tests.notify.mailbox import rows
from tests.notify.smtp import Post, smtp_server
from tests.support.servers import free_port
from tests.support.times import Clock

MONDAY = "2027-06-07T08:00:00-04:00"


def slow(post: Post) -> None:
    post.slow = 0.6


def unsure_of_the_recipient(post: Post) -> None:
    post.answers = ["450 try later"] * 2


def busy(post: Post) -> None:
    post.data_answer = "451 busy"


def gone_after_the_mail(post: Post) -> None:
    post.drops = True


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def mailing(make_app: Callable[..., Flask], sqlite_url: str, port: int, frozen: Clock) -> Flask:
    """An application whose mails go to ``port``, with two bookings to tell of."""
    frozen.at(MONDAY)
    app = make_app(sqlite_url, mail_url=f"smtp://127.0.0.1:{port}")
    clinic = make_clinic(app)
    for _ in range(2):
        make_appointment(clinic)
    return app


@pytest.mark.parametrize(
    ("trouble", "copies"),
    [(None, 1), (slow, 1), (unsure_of_the_recipient, 1), (busy, 1), (gone_after_the_mail, 2)],
)
def test_what_a_server_in_trouble_did_not_take_is_sent_when_it_is_well(
    mailing: Flask,
    port: int,
    frozen: Clock,
    monkeypatch: pytest.MonkeyPatch,
    trouble: Callable[[Post], None] | None,
    copies: int,
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.2)
    arrived = []
    if trouble is None:
        assert deliver(mailing) == 2
    else:
        with smtp_server(port) as (post, _):
            trouble(post)
            assert deliver(mailing) == 2
        arrived += post.arrived
    waiting = rows(mailing)
    assert [(row.done_at, row.attempts) for row in waiting] == [(None, 1)] * 2
    assert not any(row.to_call for row in waiting), "nobody is to be called while it is still tried"
    monkeypatch.undo()
    frozen.forward(minutes=1)
    with smtp_server(port) as (post, _):
        assert deliver(mailing) == 2
    arrived += post.arrived
    ids = [str(mail["Message-ID"]) for _, _, mail in arrived]
    assert sorted(ids) == sorted([row.message_id for row in waiting] * copies)
    assert all(row.done_at and not row.error for row in rows(mailing))


def test_a_mail_that_was_tried_in_vain_to_the_end_is_left_to_the_staff(mailing: Flask, frozen: Clock) -> None:
    for _ in range(outbox.MAX_ATTEMPTS):
        deliver(mailing)
        assert [row.to_call for row in rows(mailing)] == [
            row.attempts >= outbox.MAX_ATTEMPTS for row in rows(mailing)
        ]
        frozen.forward(hours=1)
    assert deliver(mailing) == 0
    assert [row.to_call for row in rows(mailing)] == [True, True]
