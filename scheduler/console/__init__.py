"""The clinician's and front desk's pages, below ``/console``: bookings, one booking, links to share.

Public: ``blueprint``. May import: booking, models, accounts, web, availability (zones), audit's and notify's rows through
models, the foundation; never another face.
"""

from scheduler.console.routes import blueprint

__all__ = ["blueprint"]
