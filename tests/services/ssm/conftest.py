from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ssm.worlds import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.on(tmp_path)
    yield store
    store.world.database.close()
