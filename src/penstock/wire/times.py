"""Times as texts."""

from datetime import UTC, datetime


def iso(at: float) -> str:
    """Seconds since the epoch as AWS's texts have them: `2026-11-26T22:52:21.026Z`."""
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_the_second(at: float) -> str:
    """The same without a fraction: `2026-11-26T22:52:21Z`."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def as_logged(at: float) -> str:
    """As web servers log it: `26/Nov/2026:22:52:21 +0000`."""
    return datetime.fromtimestamp(at, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000")
