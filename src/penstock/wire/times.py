"""Times as texts."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    """Seconds since the epoch as AWS's texts have them: `2026-11-26T22:52:21.026Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
