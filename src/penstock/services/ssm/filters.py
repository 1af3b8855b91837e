"""Filters: which parameters a list is to hold. Pure.

A filter is a key, an option and values, of which one must fit; every filter must. `Path` has options of its own, and
`Name` may also be contained.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from penstock.services.ssm.model import VERSIONED, path_of
from penstock.store.documents import Document
from penstock.wire.call import Json, ServiceError, ValidationError


def level(path: str) -> str:
    """A path as `path_of` writes it."""
    return path.rstrip("/") or "/"


def is_below(name: str, path: str) -> bool:
    return level(path) == "/" or name.startswith(f"{level(path)}/")


BY_PATH: Final = ("Type", "KeyId", "Label")
DESCRIBED: Final = ("Name", "Type", "KeyId", "Path", "Tier", "DataType", "tag:")
OPTIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "Name": ("BeginsWith", "Equals", "Contains"), "Path": ("Recursive", "OneLevel"), "Label": ("Equals",)
}  # fmt: skip
OTHERWISE: Final = ("BeginsWith", "Equals")
FITS: Final[Mapping[str, Callable[[str, str], bool]]] = {
    "Equals": lambda text, value: text == value,
    "BeginsWith": lambda text, value: text.startswith(value),
    "Contains": lambda text, value: value in text,
    "OneLevel": lambda text, value: path_of(text) == level(value),
    "Recursive": is_below,
}


@dataclass(frozen=True, slots=True)
class Filter:
    key: str
    option: str
    values: tuple[str, ...]

    def fits(self, parameter: Document, tags: Mapping[str, str]) -> bool:
        texts = self._texts(parameter, tags)
        if not self.values:
            return bool(texts)
        return any(FITS[self.option](text, value) for text in texts for value in self.values)

    def _texts(self, parameter: Document, tags: Mapping[str, str]) -> Sequence[str]:
        """What of a parameter is looked at."""
        if self.key.startswith("tag:"):
            return [tags[name] for name in [self.key.removeprefix("tag:")] if name in tags]
        if self.key in {"Name", "Path"}:
            return [parameter.name]
        if self.key == "Label":
            return list(parameter.body["Labels"])
        assert self.key in VERSIONED
        return [parameter.body[self.key]] if self.key in parameter.body else []


def read(said: Iterable[Mapping[str, Json]], keys: Sequence[str]) -> list[Filter]:
    """The filters of a request, which may have these keys; raises what AWS does."""
    read = [_filter(each, keys) for each in said]
    for each in read:
        if [other.key for other in read].count(each.key) > 1:
            raise ValidationError(
                f"The following filter is duplicated in the request: {each.key}. A request can contain only one "
                "occurrence of a specific filter."
            )
    return read


def _filter(said: Mapping[str, Json], keys: Sequence[str]) -> Filter:
    key = said["Key"]
    if not (key in keys or ("tag:" in keys and key.startswith("tag:"))):
        raise ServiceError(
            f"The following filter key is not valid: {key}. Valid filter keys include: [{', '.join(keys)}].",
            code="InvalidFilterKey",
        )
    options = OPTIONS.get(key, OTHERWISE)
    option = said.get("Option") or ("OneLevel" if key == "Path" else "Equals")
    if option not in options:
        raise ServiceError(
            f"The following filter option is not valid: {option}. Valid options include: [{', '.join(options)}].",
            code="InvalidFilterOption",
        )
    values = tuple(said.get("Values") or ())
    if not values and not key.startswith("tag:"):
        raise ServiceError(
            f"The following filter values are missing : null for filter key {key}", code="InvalidFilterValue"
        )
    for path in values if key == "Path" else ():
        must_be_a_path(path)
    return Filter(key, option, values)


def must_be_a_path(path: str) -> None:
    if not path.startswith("/"):
        raise ValidationError(
            "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward "
            'slash "/". It can\'t be prefixed with "aws" or "ssm" (case-insensitive). It must use only letters, '
            "numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not "
            'allowed. All sub-paths, if specified, must use the forward slash symbol "/". Valid example: '
            "/get/parameters2-/by1./path0_."
        )
