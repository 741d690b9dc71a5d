"""How many examples a property of pure code gets: one place, one variable.

``EXAMPLES`` (2000 when unset) is for properties that cost milliseconds an example. Up to that number the examples are
the same in every run; above it (``python -m tests.long`` takes 20,000) they are new ones each time, and a failure
prints how to repeat it.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

USUAL = 2000
EXAMPLES = int(os.environ.get("EXAMPLES", str(USUAL)))

many = settings(
    max_examples=EXAMPLES,
    derandomize=EXAMPLES <= USUAL,
    database=None,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
