"""What programs of others ask with a key: today, finders that read the outcome of their referrals.

Public: ``blueprint``. May import: outcomes, web, models, db, the foundation. Never another face.
"""

from scheduler.api.referrals import blueprint

__all__ = ["blueprint"]
