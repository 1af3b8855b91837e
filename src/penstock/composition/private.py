"""Small JSON files for this user alone, whole at any moment."""

import json
import os
from collections.abc import Mapping
from pathlib import Path


def write_private(path: Path, content: Mapping[str, object]) -> None:
    """Write a file in the place of the one that is there, if one is."""
    beside = path.with_suffix(".new")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump(content, file)
    beside.replace(path)
