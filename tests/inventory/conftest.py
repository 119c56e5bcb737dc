from __future__ import annotations

import pytest

from tests.inventory.whole import Whole, at
from tests.registry.conftest import open_client

__all__ = ["open_client"]


@pytest.fixture
def whole() -> Whole:
    """Two repositories: `good` has the images 1 and 2, on the same base."""
    whole = Whole()
    base = whole.layer("base", 1000)
    whole.tag("good", "1", whole.image("good", base, whole.layer("one", 10), created=at(1)))
    whole.tag("good", "2", whole.image("good", base, whole.layer("two", 20), created=at(2)))
    return whole
