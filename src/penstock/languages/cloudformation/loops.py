"""Fn::ForEach: a fragment of a template for each value of a collection.

    "Fn::ForEach::Topics": ["Name", ["A", "B"], {"Topic${Name}": {"Type": "AWS::SNS::Topic"}}]

`${Name}` in keys and texts is the value, `&{Name}` its letters and digits, `{"Ref": "Name"}` the value too.
"""

import re
from typing import Final

from penstock.languages.cloudformation.errors import TemplateError
from penstock.languages.cloudformation.resolve import resolve
from penstock.languages.cloudformation.scope import Scope
from penstock.languages.cloudformation.tree import LOOP, Json

MOST_VALUES: Final = 200_000  # of a template when its loops are written out
MOST_CHARACTERS: Final = 20_000_000
NOT_ALPHANUMERIC: Final = re.compile(r"[^A-Za-z0-9]")


def written_out(value: Json, scope: Scope) -> Json:
    """The value with its loops written out. Raises `TemplateError`."""
    return _Writing(scope).whole(value)


class _Writing:
    """The walk over a template, which counts what it writes: loops in loops are as good as endless."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._values = self._characters = 0

    def whole(self, value: Json) -> Json:
        self._values += 1
        self._check()
        if isinstance(value, list):
            return [self.whole(each) for each in value]
        if not isinstance(value, dict):
            return value
        found: dict[str, Json] = {}
        for name, each in value.items():
            members = self._loop(name, each) if name.startswith(LOOP) else {name: self.whole(each)}
            for key, member in members.items():
                if key in found:
                    raise TemplateError(f"Template error: {name} writes {key}, which is there already")
                found[key] = member
        return found

    def _loop(self, name: str, argument: Json) -> dict[str, Json]:
        match argument:
            case [str() as identifier, collection, dict() as fragment]:
                found: dict[str, Json] = {}
                for text in self._texts(name, collection):
                    written = self.whole(self._with(fragment, identifier, text))
                    twice = next((key for key in written if key in found), None)
                    if twice is not None:
                        raise TemplateError(f"Template error: {name} writes {twice} more than once")
                    found |= written
                return found
        raise TemplateError(
            f"Template error: {name} requires three parameters, (1) an identifier, (2) a collection and (3) a fragment"
        )

    def _texts(self, name: str, collection: Json) -> list[str]:
        texts = resolve(collection, self._scope)
        if not isinstance(texts, list) or not all(isinstance(each, str) for each in texts):
            raise TemplateError(f"Template error: {name} requires a list of strings as its collection")
        return texts

    def _with(self, value: Json, identifier: str, text: str) -> Json:
        """The value with a loop's text in the place of its identifier."""
        match value:
            case str():
                return self._text_with(value, identifier, text)
            case list():
                return [self._with(each, identifier, text) for each in value]
            case {"Ref": name, **others} if name == identifier and not others:
                return text
            case dict():
                return {
                    self._text_with(name, identifier, text): self._with(each, identifier, text)
                    for name, each in value.items()
                }
        return value

    def _text_with(self, value: str, identifier: str, text: str) -> str:
        whole, short = f"${{{identifier}}}", f"&{{{identifier}}}"
        self._characters += len(value) + len(text) * (value.count(whole) + value.count(short))
        self._check()
        return value.replace(whole, text).replace(short, NOT_ALPHANUMERIC.sub("", text))

    def _check(self) -> None:
        if self._values > MOST_VALUES or self._characters > MOST_CHARACTERS:
            raise TemplateError("Template error: the loops of the template write too much")
