"""Tags: keys and values on an ARN, the same for every service."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from penstock.store.database import Transaction
from penstock.wire.call import ValidationError

MOST: Final = 50  # on one resource, whatever the service


def add(tx: Transaction, arn: str, tags: Mapping[str, str]) -> None:
    """Set tags; a key that is there gets the new value."""
    tx.each(
        "INSERT INTO tag (arn, key, value) VALUES (:arn, :key, :value) "
        "ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
        [{"arn": arn, "key": key, "value": value} for key, value in tags.items()],
    )


def fit(tx: Transaction, arn: str, more: Mapping[str, str]) -> bool:
    """Whether a resource has at most as many tags as it may, when it has these as well."""
    return len({*of(tx, arn), *more}) <= MOST


def remove(tx: Transaction, arn: str, keys: Iterable[str]) -> None:
    tx.each("DELETE FROM tag WHERE arn = :arn AND key = :key", [{"arn": arn, "key": key} for key in keys])


def of(tx: Transaction, arn: str) -> dict[str, str]:
    """The tags of an ARN, by key in order."""
    return {
        str(key): str(value)
        for key, value in tx.rows("SELECT key, value FROM tag WHERE arn = :arn ORDER BY key", arn=arn)
    }


def unlisted(labels: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Tags from a list of `{"Key", "Value"}`; raises `ValidationError` for keys that AWS keeps to itself."""
    found = {label["Key"]: label["Value"] for label in labels}
    if reserved := next((name for name in found if name.lower().startswith("aws:")), None):
        raise ValidationError(f"Tag keys that begin with aws: are reserved: {reserved}")
    return found


def listed(labels: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as such a list."""
    return [{"Key": key, "Value": value} for key, value in labels.items()]
