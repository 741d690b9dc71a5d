"""What holds back misuse of online booking: counts per address, contact and clinic, sums for browsers to do while a clinic
is under attack, and a code by mail where the risk is high.

Public names: ``limits`` (``before_hold``, ``before_booking``, ``suspect``, ``risk_of``, ``under_attack``), ``counts``
(``Rule``, ``Limited``, ``purge``), ``proof`` (``challenge``, ``solved``), ``codes`` (a mailed code, asked for and
checked). Counts stand in the database, so that all processes and machines count together; they are taken in a short transaction of their
own, before the booking's, and never under its locks. May import: booking's phone numbers, notify's outbox, models, the
foundation; never a face.
"""

from scheduler.abuse.counts import Limited

__all__ = ["Limited"]
