"""Mails to people who sign in: the invitation, and the link to choose a new password. Both links are made when the mail
is, so that no token lies in the outbox."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage

from scheduler.calendars.views import mail_address
from scheduler.db import snapshot
from scheduler.models import Organization, User
from scheduler.notify.mail import compose
from scheduler.notify.outbox import Claimed
from scheduler.notify.post import GONE, Post

Link = tuple[str | None, int | None]

# kind → (the link with its end, template, subject)
KINDS: dict[str, tuple[Callable[[Post, User], Link], str, str]] = {
    "invitation": (
        lambda post, user: (post.invitation_url(user), user.invitation_expires_at),
        "mail/invitation",
        "You're invited to {clinic}",
    ),
    "password-reset": (
        lambda post, user: (post.reset_url(user), user.reset_expires_at),
        "mail/password_reset",
        "Choose a new password",
    ),
}


def make(claimed: Claimed, now: int, post: Post) -> EmailMessage | str:
    """The mail to send, or why there is none to send."""
    link_of, template, subject = KINDS[claimed.kind]
    with snapshot() as session:
        user = session.get(User, claimed.object_id)
        if user is None:
            return GONE
        url, ends_at = link_of(post, user)
        if url is None or ends_at is None or ends_at <= now or not user.active:
            return "no longer true: the link has been used, replaced or has ended"
        clinic = session.get_one(Organization, user.organization_id).name
    return compose.letter(
        compose.Envelope(
            to=user.email,
            clinic=clinic,
            sender=mail_address(post.settings),
            message_id=claimed.message_id,
            now=now,
        ),
        subject=subject.format(clinic=clinic),
        template=template,
        words={"name": user.name, "email": user.email, "clinic": clinic, "url": url},
    )
