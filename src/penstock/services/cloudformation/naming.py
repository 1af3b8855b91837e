"""Names that are decided for resources: `stack-logicalId-RANDOM`, as AWS writes them. Pure."""

import hashlib
import string
from typing import Final

from penstock.services.cloudformation.resources.kind import Naming

LETTERS: Final = string.ascii_uppercase + string.digits
RANDOM: Final = 12


def decided(naming: Naming, stack: str, logical_id: str, luck: str) -> str:
    """The name of a resource, the same for the same luck; its parts are cut where they are too long."""
    number = int.from_bytes(hashlib.sha256(luck.encode()).digest()[:16], "big")
    letters = ""
    for _ in range(RANDOM):
        number, place = divmod(number, len(LETTERS))
        letters += LETTERS[place]
    room = naming.longest - len(naming.suffix) - RANDOM - 2
    logical = logical_id[: max(room // 2, room - len(stack))]
    name = f"{stack[: room - len(logical)]}-{logical}-{letters}{naming.suffix}"
    return name.lower() if naming.lower else name
