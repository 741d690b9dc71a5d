"""Background work. A file per job in ``minutely/`` and ``hourly/``, each calling one service; the outbox is
looked at every second, so that a confirmation leaves within about two.

``Runner(app).start()`` / ``.stop()`` runs all of it in threads of this process (the default: the server's parent);
``flask jobs run`` does the same in the foreground of a process of its own. Jobs are safe to repeat and to run in several
processes at once. The queue holds the names of jobs, never data.

Public: ``Runner``, ``init_app``, ``commands`` (click group), ``table.JOBS``. May import: every service, never a face.
"""

from scheduler.jobs.commands import commands
from scheduler.jobs.runner import Runner, init_app

__all__ = ["Runner", "commands", "init_app"]
