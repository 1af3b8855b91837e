"""Terminals: where a client finds one, and the way there. What is said on it is for its two ends alone."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

PLACE: Final = "/_penstock/terminals"
Way = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Enter = Callable[[str], Awaitable[Way | None]]  # a token → the way that it opens
