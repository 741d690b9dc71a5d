"""The pages of people who work at a clinic: ``/console`` (calendar, bookings, hours, types, share, why) and ``/admin``.

Public: ``blueprint`` and ``admin`` (the blueprint of ``/admin``), ``welcome`` (of ``/welcome``). Addresses stand in ``routes`` and ``admin.routes``; a page
group has a module of views and modules that read for it. May import: intake, booking, catalog, publisher (its state),
models, accounts, audit and notify, web, availability, the foundation; never another face.
"""

from scheduler.console.admin.routes import blueprint as admin
from scheduler.console.routes import blueprint
from scheduler.console.welcome_views import blueprint as welcome

__all__ = ["admin", "blueprint", "welcome"]
