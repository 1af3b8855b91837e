"""What an eager activity waits for before it has any effect: that whatever asked for it is on disk."""

from collections.abc import Awaitable, Callable

Decided = Callable[[], Awaitable[object]]


async def at_once() -> None:
    """It is decided already."""
