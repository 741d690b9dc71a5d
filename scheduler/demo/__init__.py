"""The demo clinic: an invented clinic to look around in, made through the services as a user would make it.

``load(app)`` puts it into an installation that has no clinic (two starts at once take turns) and says how to sign in, also
when it was there already; ``remove(app)`` takes away every row of it. Its pages and its feed say that it is a demo.

Public names: ``load``, ``remove``, ``DemoSignIns``. May import: catalog, booking, accounts, models, the slot rule, the
foundation; never a face.
"""

from scheduler.demo.loading import DemoSignIns, load
from scheduler.demo.removal import remove

__all__ = ["DemoSignIns", "load", "remove"]
