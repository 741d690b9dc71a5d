"""Who did what to which record: append-only entries, chained by hash afterwards.

``record`` writes an entry inside the act's own transaction; ``chain`` (a job) gives every settled entry its hash;
``verify`` finds the first entry that was changed or taken out. Entries hold ids and codes, never a patient's text.

Public: ``record``, ``chain``, ``verify``, ``Actor``. May import: models, db.
"""

from scheduler.audit.chain import chain, verify
from scheduler.audit.record import Actor, record

__all__ = ["Actor", "chain", "record", "verify"]
