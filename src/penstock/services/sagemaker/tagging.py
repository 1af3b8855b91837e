"""Tags in SageMaker's spelling: a list of `{"Key", "Value"}` outside, a mapping in the store.

What a customer gives passes through `given`, which holds AWS's rules: 50 tags at most, no key twice, none that begins
with `aws:`. Keeping them is `store.tags`; the operations on tags are the registry's.
"""

from collections.abc import Iterable, Mapping

from penstock.store.tags import MOST
from penstock.wire.call import Json, ServiceError, ValidationError


def given(tags: Iterable[Mapping[str, Json]] | None) -> dict[str, str]:
    """A request's `Tags` member as a mapping; raises what AWS answers to tags that may not be."""
    found: dict[str, str] = {}
    for tag in tags or ():
        key = tag["Key"]
        if key.lower().startswith("aws:"):
            raise ValidationError(f"aws: prefixed tag key names are not allowed for external use: '{key}'.")
        if key in found:
            raise ValidationError(f"Duplicate tag keys found: '{key}' is given more than once in Tags.")
        found[key] = tag.get("Value", "")
    must_fit(found)
    return found


def must_fit(tags: Mapping[str, str]) -> None:
    """Raise unless one resource may have that many tags."""
    if len(tags) > MOST:
        raise ServiceError(
            f"A resource can have at most {MOST} tags, and this would make {len(tags)}; delete some first.",
            code="ResourceLimitExceeded",
            status=400,
        )


def shown(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as SageMaker answers them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]
