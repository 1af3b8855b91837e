"""The flow of a version: make it, and say what it is called from then on. Pure, but for `reflect`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import msgspec
from msgspec.structs import replace

from penstock.engine.facts import Command, Done, Event, Finish, Outcome, Perform, Refused, RunId
from penstock.services.sagemaker.announcing import IMAGE_VERSION, Announce
from penstock.services.sagemaker.images.answers import described
from penstock.services.sagemaker.images.model import (
    CREATED,
    FAILED,
    LONGEST_REASON,
    VERSION,
    Made,
    Plan,
    State,
    version_name,
)
from penstock.store import documents
from penstock.store.database import Transaction
from penstock.wire.call import Scope

FLOW: Final = "sagemaker.image-version"
MAKE: Final = "sagemaker.make-image-version"

_plans: Final = msgspec.json.Decoder(Plan)


@dataclass(frozen=True)
class ImageVersionFlow:
    announce: Announce
    name = FLOW
    state_type = State

    def plan(self, document: bytes) -> Plan:
        return _plans.decode(document)

    def begin(self, plan: Plan) -> State:
        return State()

    def evolve(self, plan: Plan, state: State, event: Event) -> State:
        match event.fact:
            case Done("make", result):
                return State(event.at, msgspec.convert(result, Made))
            case Refused("make", error, message):
                return State(event.at, Made(why=f"{message} ({error})"))
        return replace(state, at=event.at)

    def decide(self, plan: Plan, state: State) -> Iterator[Command]:
        if state.made is None:
            yield Perform("make", MAKE, msgspec.to_builtins(plan))
        else:
            yield Finish(Outcome("Failed" if state.made.why else "Succeeded"))

    def reflect(self, tx: Transaction, run: RunId, scope: Scope, plan: Plan, before: State, after: State) -> None:
        if after.made is None or before.made is not None:
            return
        found = documents.find(tx, scope, VERSION, version_name(plan.image, plan.version))
        assert found is not None, "what is being made cannot be deleted"
        ending = {"FailureReason": after.made.why[:LONGEST_REASON]} if after.made.why else {}
        settled = found.changed(
            after.at, status=FAILED if ending else CREATED, ContainerImage=after.made.container or None, **ending
        )
        documents.update(tx, settled)
        self.announce(tx, IMAGE_VERSION, settled, lambda: described(settled))
