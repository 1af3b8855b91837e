"""A definition in a file, and what is wrong with it, as an editor or a person wants to be told."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from penstock.languages.asl import places
from penstock.languages.asl.diagnosis import Diagnostic
from penstock.languages.asl.read import diagnose
from penstock.languages.asl.tree import ExecutionType
from penstock.services.stepfunctions.integrations.resources import is_resource

STDIN = "-"


@dataclass(frozen=True, slots=True)
class Problem:
    """A diagnostic and where it is."""

    file: str
    spot: places.Spot
    diagnostic: Diagnostic

    @property
    def is_error(self) -> bool:
        return self.diagnostic.severity == "ERROR"

    def told(self) -> dict[str, str | int]:
        """As JSON tools take it."""
        return {
            "file": self.file,
            "line": self.spot.line,
            "column": self.spot.column,
            "pointer": self.spot.pointer,
            "severity": self.diagnostic.severity,
            "code": self.diagnostic.code,
            "message": self.diagnostic.message,
        }


def read(file: str) -> str:
    """The text of a file, or of standard input; raises `click.UsageError`, whose exit code is 2."""
    try:
        return sys.stdin.read() if file == STDIN else Path(file).read_text(encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise click.UsageError(f"cannot read {file}: it is not UTF-8 ({error.reason} at byte {error.start})") from None


def problems(file: str, definition: str, kind: ExecutionType = "STANDARD") -> Iterator[Problem]:
    """Everything that is wrong with a definition, or looks so, in the order of its text."""
    found = diagnose(definition, kind=kind, recognises=is_resource)
    located = [Problem(file, places.find(definition, each.location), each) for each in found]
    yield from sorted(located, key=lambda problem: (problem.spot.line, problem.spot.column))


def show(found: Iterable[Problem]) -> None:
    """A line to find the place by, and one that says what is wrong with it, on standard error."""
    for problem in found:
        spot, diagnostic = problem.spot, problem.diagnostic
        click.echo(
            f"{problem.file}:{spot.line}:{spot.column}: "
            + click.style(diagnostic.severity.lower(), fg="red" if problem.is_error else "yellow", bold=True)
            + f": {diagnostic.message}",
            err=True,
        )
        click.echo(click.style(f"    at {spot.pointer or 'the document'} ({diagnostic.code})", dim=True), err=True)
