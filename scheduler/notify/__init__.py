"""Messages that leave the process after a commit: the outbox, and one folder per channel (``mail``).

A service writes an outbox row in its own transaction (``outbox.enqueue``); the job calls ``deliver.deliver_due``, which
reads the record as it is at that moment, so that a message never tells what is no longer true. Rows hold ids, never text.

A module of makers per audience (``patient_mails``, ``contact_mails``, ``staff_mails``, ``user_mails``,
``waitlist_mails``) turns a row into a mail; ``deliver``
lists them.

Public: ``outbox.enqueue``, ``outbox.stuck``, ``deliver.deliver_due``, ``post.Post``. May import: models, calendars, web's
words for times, db, settings.
Importing this package imports no channel: booking needs the outbox alone.
"""
