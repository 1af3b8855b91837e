"""Stacking: waiting for the stack that a record is about. It may be done again after a crash: it only looks."""

from dataclasses import dataclass

from penstock.engine.outbox import Task
from penstock.services.servicecatalog.flow import FAILING
from penstock.services.servicecatalog.model import Json
from penstock.wire import stacks
from penstock.wire.call import Directory


@dataclass(frozen=True)
class Stacking:
    directory: Directory

    async def wait(self, task: Task) -> Json:
        """How the stack is, when nothing is under way in it; the record hears at once that it goes wrong."""

        async def tell(status: str) -> None:
            if stacks.is_going_back(status):
                await task.tell(FAILING, None)

        found = await stacks.settled(self.directory, task.scope, task.input["Stack"], tell)
        outputs = [
            {"OutputKey": each["OutputKey"], "OutputValue": each["OutputValue"]}
            | ({"Description": each["Description"]} if each.get("Description") else {})
            for each in found.outputs
        ]
        return {"Status": found.status, "Reason": found.reason, "Outputs": outputs}
