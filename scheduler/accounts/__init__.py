"""Sign-in and rights of people who work at a clinic. A patient needs no account, ever.

Public: ``invite``, ``add_user_with_password``, ``set_password``, ``end_sessions``, ``link_practitioner`` (in the caller's transaction);
``hash_password``; ``rights`` (who may see what); ``session.SignedIn`` (flask-login's user: ``id roles practitioner_id
organization_id``, and usable as ``by``); ``init_app``, ``blueprint``. May import: models, audit, web, the foundation.
"""

from scheduler.accounts.passwords import check_password, hash_password
from scheduler.accounts.routes import blueprint
from scheduler.accounts.session import SignedIn, init_app
from scheduler.accounts.users import (
    add_user_with_password,
    end_sessions,
    invite,
    link_practitioner,
    set_password,
)

__all__ = [
    "SignedIn",
    "add_user_with_password",
    "blueprint",
    "check_password",
    "end_sessions",
    "hash_password",
    "init_app",
    "invite",
    "link_practitioner",
    "set_password",
]
