"""States: what an execution of a state machine did, read off its history: a state is what lies between its events.

… TaskStateEntered(7) ◄── TaskScheduled(8) ◄── TaskSucceeded(9) ◄── TaskStateExited(10)      each names its previous
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from penstock.services.stepfunctions import rows
from penstock.services.stepfunctions.interpreter.execution import HistoryEvent
from penstock.store.database import Transaction
from penstock.telemetry.model import Act, part_key, part_of

ENTERED: Final = "StateEntered"
EXITED: Final = "StateExited"
PAGE: Final = 1_000
MOST: Final = 25_000  # events of a history


def of_execution(tx: Transaction, execution: Act, arn: str) -> Iterator[Act]:
    """Every state that was entered; one that was never left ended with its execution."""
    events = list(_history(tx, arn))
    exits = dict(_exits(events))
    for event in events:
        if event.type.endswith(ENTERED):
            name = _name(event)
            left = exits.get(event.id)
            yield Act(
                key=part_key(execution.key, str(event.id)),
                kin=part_of(execution, execution.kin.job),
                kind="state",
                name=name,
                began=event.at,
                ended=left.at if left is not None else execution.ended,
                outcome="Succeeded" if left is not None else execution.outcome,
                reason="" if left is not None else execution.reason,
                attributes={
                    "aws.step_functions.state.name": name,
                    "aws.step_functions.state.type": event.type.removesuffix(ENTERED),
                    "aws.step_functions.event.id": event.id,
                },
            )


def _history(tx: Transaction, arn: str) -> Iterator[HistoryEvent]:
    start = 1
    while start <= MOST:
        found = rows.history(tx, arn, start=start, limit=PAGE, reverse=False)
        yield from found
        if len(found) < PAGE:
            return
        start = found[-1].id + 1


def _exits(events: Sequence[HistoryEvent]) -> Iterator[tuple[int, HistoryEvent]]:
    """Which event left the state that another entered: the nearest entry before it by that name."""
    known: Mapping[int, HistoryEvent] = {event.id: event for event in events}
    for event in events:
        if event.type.endswith(EXITED):
            before = known.get(event.previous)
            while before is not None and not (before.type.endswith(ENTERED) and _name(before) == _name(event)):
                before = known.get(before.previous)
            if before is not None:
                yield before.id, event


def _name(event: HistoryEvent) -> str:
    return str((event.details or {}).get("name", ""))
