"""Settings: the limits of the gateway, with defaults that suit one machine."""

from dataclasses import dataclass
from typing import Final

MIB: Final = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`auth` demands signatures. Bodies of operations that do not stream are held, so they have a largest size."""

    auth: bool = False
    largest_body: int = 32 * MIB
    idle_seconds: float = 60.0  # between two pieces of a body, either way
    answer_seconds: float = 960.0  # an invocation takes a quarter of an hour at most; nothing waits longer than this
    stream_seconds: float = 6 * 3600.0
    grace_seconds: int = 5  # how long open requests may go on when the server stops


DEFAULTS: Final = Settings()
