"""What is wrong with a definition: diagnostics, in the words and with the codes of Step Functions.

A reader never stops at the first mistake: it tells `Findings` and goes on, so that one answer names everything. Where
a diagnostic has no location, AWS's own sentence says "at null".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

Severity = Literal["ERROR", "WARNING"]
SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"
MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing that is wrong, or looks wrong; `location` is a path such as `/States/Hello/Choices[0]/Next`."""

    code: str
    message: str
    location: str | None = None
    severity: Severity = "ERROR"

    def __str__(self) -> str:
        return f"{self.code}: {self.message} at {'null' if self.location is None else self.location}"


class DefinitionError(Exception):
    """The definition cannot be a state machine; its text is what follows `Invalid State Machine Definition: `."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(", ".join(str(each) for each in self.diagnostics))


@dataclass(slots=True)
class Findings:
    """What has been found so far: each thing once, and no more than anybody could read."""

    _found: dict[Diagnostic, None] = field(default_factory=dict)

    def error(self, message: str, location: str | None, *, code: str = SCHEMA) -> None:
        self._add(Diagnostic(code, message, location))

    def warning(self, message: str, location: str | None, *, code: str) -> None:
        self._add(Diagnostic(code, message, location, "WARNING"))

    def _add(self, diagnostic: Diagnostic) -> None:
        if len(self._found) < MOST:
            self._found[diagnostic] = None

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """All of it, in the order of finding."""
        return list(self._found)

    def inside(self, place: str) -> bool:
        """Whether anything has been found at a place or in it."""
        return any(
            each.location is not None
            and (each.location == place or each.location.startswith((f"{place}/", f"{place}[")))
            for each in self._found
        )

    @property
    def errors(self) -> list[Diagnostic]:
        return [each for each in self._found if each.severity == "ERROR"]
