from __future__ import annotations

import pytest

from tests.publisher.http.asking import Asker


@pytest.fixture
def ask() -> Asker:
    return Asker()
