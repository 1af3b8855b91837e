"""What is wrong with a definition: diagnostics, in the words and with the codes of Step Functions.

A reader never stops at the first mistake: it tells `Findings` and goes on, so that one answer names everything. Where
a diagnostic has no location, AWS's own sentence says "at null".
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

Severity = Literal["ERROR", "WARNING"]
SCHEMA: Final = "SCHEMA_VALIDATION_FAILED"


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
    """What has been found so far."""

    diagnostics: list[Diagnostic] = field(default_factory=list)

    def error(self, message: str, location: str | None, *, code: str = SCHEMA) -> None:
        self.diagnostics.append(Diagnostic(code, message, location))

    def warning(self, message: str, location: str | None, *, code: str) -> None:
        self.diagnostics.append(Diagnostic(code, message, location, "WARNING"))

    def inside(self, place: str) -> bool:
        """Whether anything has been found at a place or in it."""
        return any(
            each.location is not None
            and (each.location == place or each.location.startswith((f"{place}/", f"{place}[")))
            for each in self.diagnostics
        )

    @property
    def errors(self) -> list[Diagnostic]:
        return [each for each in self.diagnostics if each.severity == "ERROR"]
