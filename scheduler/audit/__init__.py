"""Who did what to which record: append-only entries, chained by hash afterwards.

``record`` writes an entry inside the act's own transaction; ``chain`` (a job) gives every settled entry its hash;
``verify`` finds the first entry that was changed or taken out; ``moved_from`` tells the time that an appointment had before its last move. Entries hold ids and codes, never a patient's text.

Public: ``record``, ``chain``, ``verify``, ``moved_from``, ``Actor``, ``Earlier``. May import: models, db.
"""

from scheduler.audit.chain import chain, verify
from scheduler.audit.moves import Earlier, moved_from
from scheduler.audit.record import Actor, record

__all__ = ["Actor", "Earlier", "chain", "moved_from", "record", "verify"]
