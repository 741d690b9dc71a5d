"""The face at ``/``: the home page, and what machines ask for at the top level (health, robots, the service's card).

Public name: ``blueprint``. May import: ``publisher.advertise``, ``models``, ``db``, ``web``, the foundation. Search comes here later.
"""

from __future__ import annotations

from scheduler.discovery.routes import blueprint

__all__ = ["blueprint"]
