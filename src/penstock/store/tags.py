"""Tags: keys and values on an ARN, the same for every service."""

from collections.abc import Iterable, Mapping

from penstock.store.database import Transaction


def add(tx: Transaction, arn: str, tags: Mapping[str, str]) -> None:
    """Set tags; a key that is there gets the new value."""
    tx.each(
        "INSERT INTO tag (arn, key, value) VALUES (:arn, :key, :value) "
        "ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
        [{"arn": arn, "key": key, "value": value} for key, value in tags.items()],
    )


def remove(tx: Transaction, arn: str, keys: Iterable[str]) -> None:
    tx.each("DELETE FROM tag WHERE arn = :arn AND key = :key", [{"arn": arn, "key": key} for key in keys])


def of(tx: Transaction, arn: str) -> dict[str, str]:
    """The tags of an ARN, by key in order."""
    return {
        str(key): str(value)
        for key, value in tx.rows("SELECT key, value FROM tag WHERE arn = :arn ORDER BY key", arn=arn)
    }
