"""Lines: HTTP to an engine's socket, and to what serves in a container.

httpcore is loaded with the first line: most machines have no engine, and most commands ask none.
"""

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from httpcore import AsyncConnectionPool

HTTP: Final = "httpcore"
IDLE: Final = 30.0  # seconds that a connection is kept


def line_to(socket: Path | None = None) -> "AsyncConnectionPool":
    """Connections to the socket, or to wherever a request goes; as many as are wanted."""
    where = {} if socket is None else {"uds": str(socket), "keepalive_expiry": IDLE}
    pool: AsyncConnectionPool = _http().AsyncConnectionPool(max_connections=None, **where)
    return pool


def severed() -> tuple[type[Exception], ...]:
    """What is raised where nobody answers, or no longer."""
    http = _http()
    return (http.NetworkError, http.ProtocolError, http.TimeoutException)


def _http() -> Any:
    return importlib.import_module(HTTP)
