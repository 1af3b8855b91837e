"""Recording: the actions, artifacts and contexts that a Lineage step tells of, and what joins them.

    CreateAction, CreateArtifact, CreateContext, one after another ─► AddAssociation ─► ActionArns['…'], Associations

An end of an association is an ARN, or the name and type of what the same step has recorded. To record twice is to
record once: every call has a token of its step's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from penstock.engine.outbox import Task
from penstock.services.sagemaker.pipelines.failures import not_recorded
from penstock.services.sagemaker.pipelines.steps import Fit
from penstock.wire.call import Call, Directory, ServiceError, ValidationError

Json = Any
RECORD: Final = "pipelines.record-lineage"
KINDS: Final = ("Action", "Artifact", "Context")


def wanted(arguments: Mapping[str, Json], fit: Fit) -> dict[str, Json]:
    """What the activity is asked: requests as their models want them."""
    entities = {f"{kind}s": [fit(f"Create{kind}", each) for each in arguments.get(f"{kind}s", ())] for kind in KINDS}
    return {**entities, "Associations": list(arguments.get("Associations", ()))}


class Records:
    """The activity that records."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    async def record(self, task: Task) -> Json:
        """The step's properties: what was recorded, by name, and associated. Raises what is refused."""
        arns: dict[str, dict[str, str]] = {kind: {} for kind in KINDS}
        for kind in KINDS:
            for number, request in enumerate(task.input[f"{kind}s"]):
                answer = await self._ask(task, f"Create{kind}", request, f"{kind}/{number}")
                if name := request.get(f"{kind}Name"):
                    arns[kind][name] = answer[f"{kind}Arn"]
        associations = []
        for number, request in enumerate(task.input["Associations"]):
            ends = dict(_ends(request, arns))
            typed = {"AssociationType": request["AssociationType"]} if request.get("AssociationType") else {}
            await self._ask(task, "AddAssociation", {**ends, **typed}, f"Association/{number}")
            associations.append(ends)
        return {**{f"{kind}Arns": found for kind, found in arns.items()}, "Associations": associations}

    async def _ask(self, task: Task, operation: str, request: Mapping[str, Json], what: str) -> Mapping[str, Json]:
        execution, step = task.run.partition("#")[0], task.key.partition("/")[0]
        call = Call("sagemaker", operation, request, task.scope, token=f"{execution}#{step}/{what}")
        try:
            return await self._directory.answer(call)
        except ServiceError as refusal:
            raise ServiceError(not_recorded(operation, refusal.message), code=refusal.code) from refusal


def _ends(association: Mapping[str, Json], arns: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    for end in ("Source", "Destination"):
        told = association.get(end) or {}
        arn = told.get("Arn") or arns.get(str(told.get("Type")), {}).get(str(told.get("Name")))
        if arn is None:
            raise ValidationError(
                f"The {end} of an association must be an Arn, or the Name and Type of what the step records: {told}."
            )
        yield f"{end}Arn", arn
