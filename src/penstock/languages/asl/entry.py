"""An object of a definition as its reader holds it: members, place, query language, and who is told of mistakes.

Every method that takes a member's name answers None where the member is absent or wrong; what is wrong is told to
`findings`, with the member's place. So a reader is a list of what it wants, and never an `if` about types.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from penstock.languages.asl.diagnosis import SCHEMA, Findings
from penstock.languages.asl.jsonata import compile_jsonata, is_jsonata
from penstock.languages.asl.jsonpath import compile_path, compile_reference
from penstock.languages.asl.mistakes import Mistake, jsonata_mistake, mistakes
from penstock.languages.asl.resources import recognised, resource_mistake
from penstock.languages.asl.templates import compile_query, compile_template
from penstock.languages.asl.tree import WHOLE, ExecutionType, Place, QueryLanguage
from penstock.languages.asl.view import NOTHING, Expression, Json, Literal

MOST: Final = 99_999_999  # the largest number of seconds, attempts, …
MOST_VARIABLE: Final = 80  # characters of a variable's name
NOT_A_REFERENCE: Final = "Value is not a Reference Path: "
_KINDS: Final[Mapping[type, str]] = {str: "String", bool: "Boolean", dict: "Object", list: "Array", int: "Integer"}


@dataclass(frozen=True, slots=True)
class Entry:
    """`at` is the place in the definition, `field` the place inside the state (`Catch[0]`)."""

    members: Mapping[str, Json]
    findings: Findings
    at: str = ""
    field: str = ""
    language: QueryLanguage = "JSONPath"
    kind: ExecutionType = "STANDARD"
    recognises: Callable[[str], bool] = recognised  # whether the resource of a service integration is there

    def within(self, members: Mapping[str, Json], name: str) -> "Entry":
        """An object inside this one."""
        return replace(self, members=members, at=f"{self.at}/{name}", field=self.inside(name))

    def running_as(self, kind: ExecutionType) -> "Entry":
        """The same object in a machine of another type."""
        return replace(self, kind=kind)

    def inside(self, name: str) -> str:
        return f"{self.field}/{name}" if self.field else name

    def wrong(self, message: str, name: str = "", *, code: str = SCHEMA) -> None:
        """Something is wrong with a member, or with the whole."""
        self.findings.error(message, (f"{self.at}/{name}" if name else self.at) or "/", code=code)

    def has(self, name: str) -> bool:
        return name in self.members

    def require(self, *names: str) -> None:
        missing = [name for name in names if name not in self.members]
        if missing:
            self.wrong(f"These fields are required: [{', '.join(missing)}]")

    def only_one(self, *names: str) -> None:
        """No more than one of these may be there."""
        if sum(name in self.members for name in names) > 1:
            self.wrong(f"There should only be one of the following fields: [{', '.join(names)}]")

    def exactly_one(self, *names: str) -> None:
        if not any(name in self.members for name in names):
            self.wrong(f"This object should have only one of the following fields: [{', '.join(names)}]")
        self.only_one(*names)

    def supports(self, names: Collection[str]) -> None:
        """No other member may be there."""
        for name in self.members:
            if name not in names:
                self.unsupported(name)

    def unsupported(self, name: str) -> None:
        self.wrong(f"Field '{name}' is not supported")

    # --- plain values

    def _typed(self, name: str, kind: type) -> Any:
        value = self.members.get(name)
        if name not in self.members or (isinstance(value, kind) and not (kind is int and isinstance(value, bool))):
            return value
        self.wrong(f"Expected value of type {_KINDS[kind]}", name)
        return None

    def text(self, name: str) -> str | None:
        found: str | None = self._typed(name, str)
        return found

    def flag(self, name: str) -> bool | None:
        found: bool | None = self._typed(name, bool)
        return found

    def whole(self, name: str, least: int = 0, most: int = MOST) -> int | None:
        value: int | None = self._typed(name, int)
        return value if value is None or self._fits(name, value, least, most) else None

    def number(self, name: str, least: float, most: float = float("inf")) -> float | None:
        value = self.members.get(name)
        if name not in self.members:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.wrong("Expected value of type Number", name)
            return None
        return float(value) if self._fits(name, value, least, most) else None

    def _fits(self, name: str, value: float, least: float, most: float) -> bool:
        if value < least:
            self.wrong(f"Minimum value is {least}", name)
        if value > most:
            self.wrong(f"Maximum value is {most}", name)
        return least <= value <= most

    def one_of(self, name: str, *allowed: str) -> str | None:
        value = self.members.get(name)
        if name not in self.members or value in allowed:
            return value
        self.wrong(f"Value should be one of the following: [{', '.join(allowed)}]", name)
        return None

    def resource(self, name: str) -> str | None:
        """An ARN of something that a machine of this type may use."""
        arn = self.text(name)
        mistake = None if arn is None else resource_mistake(arn, self.kind, self.recognises)
        if mistake is not None:
            self.wrong(mistake, name)
        return arn

    def inner(self, name: str) -> "Entry | None":
        """The object that a member is."""
        members = self._typed(name, dict)
        return None if members is None else self.within(members, name)

    def entries(self, name: str, *, may_be_empty: bool = False) -> Iterator["Entry"]:
        """The objects that a member lists."""
        listed = self._typed(name, list)
        if listed == [] and not may_be_empty:
            self.wrong("Value cannot be empty", name)
        for position, members in enumerate(listed or ()):
            place = f"{name}[{position}]"
            if isinstance(members, dict):
                yield self.within(members, place)
            else:
                self.wrong("Expected value of type Object", place)

    def texts(self, name: str) -> tuple[str, ...]:
        """The strings that a member lists."""
        listed = self._typed(name, list)
        if listed == []:
            self.wrong("Value cannot be empty", name)
        for position, value in enumerate(listed or ()):
            if not isinstance(value, str):
                self.wrong("Expected value of type String", f"{name}[{position}]")
        return tuple(value for value in listed or () if isinstance(value, str))

    # --- expressions

    def path(self, name: str) -> Expression | None:
        """A JSONPath; null stands for nothing at all."""
        if name in self.members and self.members[name] is None:
            return NOTHING
        return self.required_path(name)

    def required_path(self, name: str) -> Expression | None:
        """A JSONPath that may not be null."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return compile_path(text, field=self.inside(name))
        except ValueError:
            self.wrong("Value must be a valid JSONPath.", name)
            return None

    def path_or_function(self, name: str) -> Expression | None:
        """A JSONPath or the call of an intrinsic function."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return compile_query(text, field=self.inside(name))
        except ValueError as error:
            self.wrong(str(error), name)
            return None

    def place(self, name: str) -> Place | None:
        """A reference path where something is put; absent is the whole, null is nowhere."""
        if name not in self.members:
            return WHOLE
        if self.members[name] is None:
            return None
        text = self.text(name)
        if text is None:
            return WHOLE
        try:
            return compile_reference(text, field=self.inside(name))
        except ValueError as error:
            self.wrong(not_a_reference(text, error), name)
            return WHOLE

    def template(self, name: str) -> Expression | None:
        """A payload in this object's query language."""
        if name not in self.members:
            return None
        value = self.members[name]
        try:
            return compile_template(value, self.language, field=self.inside(name))
        except ValueError as error:
            self._tell(list(mistakes(value, self.language, name)), str(error), name)
            return None

    def object_template(self, name: str) -> Expression | None:
        """A payload that must be an object (or, in JSONata, something that answers one)."""
        value = self.members.get(name)
        may_answer = self.language == "JSONata" and is_jsonata(value)
        if name in self.members and not (isinstance(value, dict) or may_answer):
            self.wrong("Expected value of type Object", name)
            return None
        return self.template(name)

    def certain_object(self, name: str) -> Expression | None:
        """The same, where what JSONata answers has to be an object for the state to go on."""
        if self.language == "JSONata" and is_jsonata(self.members.get(name)):
            return self.jsonata(name, "object")
        return self.object_template(name)

    def assignments(self) -> Expression | None:
        """What `Assign` gives to which variables."""
        given = self.members.get("Assign")
        for key in given if isinstance(given, dict) else ():
            mistake = variable_mistake(key.removesuffix(".$") if self.language == "JSONPath" else key)
            if mistake is not None:
                self.wrong(mistake[1], f"Assign/{key}", code=mistake[0])
        return self.certain_object("Assign")

    def jsonata(self, name: str, expect: str | None = None) -> Expression | None:
        """A JSONata expression (in its delimiters)."""
        text = self.text(name)
        if text is None:
            return None
        try:
            return compile_jsonata(text, field=self.inside(name), expect=expect)
        except ValueError as error:
            found = jsonata_mistake(text, name) if is_jsonata(text) else None
            self._tell([found] if found else [], str(error), name)
            return None

    def _tell(self, found: list[Mistake], otherwise: str, name: str) -> None:
        for mistake in found or [Mistake(name, otherwise)]:
            self.wrong(mistake.message, mistake.place, code=mistake.code)

    def value_or_jsonata(self, name: str, expect: str, read: Callable[["Entry", str], Json]) -> Expression | None:
        """A plain value, or in JSONata an expression that answers one."""
        if self.language == "JSONata" and is_jsonata(self.members.get(name)):
            return self.jsonata(name, expect)
        value = read(self, name)
        return None if value is None else Literal(value)

    def quantity(self, name: str, least: int = 0, most: int = MOST) -> Expression | None:
        """A whole number: written, answered by JSONata, or found by the path that `…Path` is."""
        return self.number_or_path(name, lambda entry, member: entry.whole(member, least, most))

    def number_or_path(self, name: str, read: Callable[["Entry", str], Json]) -> Expression | None:
        self.only_one(name, f"{name}Path")
        if self.language == "JSONPath" and self.has(f"{name}Path"):
            return self.required_path(f"{name}Path")
        return self.value_or_jsonata(name, "number", read)


def variable_mistake(name: str) -> tuple[str, str] | None:
    """(code, message) about a name that no variable can have."""
    if name == "states":
        return "RESERVED_VARIABLE_NAME", "Cannot assign to reserved variable '$states'."
    if len(name) > MOST_VARIABLE:
        why = f"the variable name is longer than {MOST_VARIABLE} characters"
    elif not name.isidentifier():
        why = "the variable name contains invalid characters"
    else:
        return None
    return "INVALID_VARIABLE_NAME", f"Invalid variable name '{name}': {why}."


def not_a_reference(text: str, error: ValueError) -> str:
    """AWS's sentence about a text that is not the path of one place."""
    reason = (
        str(error).removeprefix(NOT_A_REFERENCE) if text.startswith("$") else "Reference path didn't start with '$'"
    )
    return f"{NOT_A_REFERENCE}{reason}"
