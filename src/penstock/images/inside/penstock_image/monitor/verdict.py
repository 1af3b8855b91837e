"""The verdict: how an analysis ended, as a message that people read as the job's ExitMessage.

A monitoring execution's status is its first word.
"""

from collections.abc import Callable, Mapping

import duckdb

from penstock_image.failure import JobFailure
from penstock_image.layout import Folders, Json
from penstock_image.monitor.formats import trouble

LONGEST_MESSAGE = 1024


def reached(variables: Mapping[str, str], analysis: Callable[[], str]) -> int:
    """Carry out an analysis, which answers its message; the exit code of the job."""
    message = Folders.of(variables).output / "message"
    message.parent.mkdir(parents=True, exist_ok=True)
    try:
        told = analysis()
    except JobFailure as problem:
        told = f"Error: {problem.args[0]}"
    except duckdb.Error as problem:
        told = f"Error: {trouble(problem)}"
    print(told)
    message.write_text(told[:LONGEST_MESSAGE])
    return 1 if told.startswith("Error: ") else 0


def said(violations: list[Json]) -> str:
    if violations:
        return f"CompletedWithViolations: Job completed successfully with {len(violations)} violations."
    return "Completed: Job completed successfully with no violations."
