"""What a run of a project's has done by others. All of it only looks, so it may be done again after a crash."""

import asyncio
from dataclasses import dataclass
from typing import Final

import msgspec

from penstock.engine.outbox import Task
from penstock.services.sagemaker.projects.model import LONGEST_REASON, Ending, Learned, Plan
from penstock.wire import stacks
from penstock.wire.call import Answer, Call, Directory, Json, Scope, ValidationError

_WELL: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"})
_OVER: Final = frozenset({"SUCCEEDED", "FAILED"})


@dataclass(frozen=True)
class Waiting:
    directory: Directory

    async def learn(self, task: Task) -> Json:
        """What a template declares; of a product, which version is meant: its newest, unless one is named."""
        plan = msgspec.convert(task.input, Plan)
        if plan.is_stack:
            request = {"TemplateURL": plan.details["TemplateURL"]}
            found = await self._ask(task.scope, "cloudformation", "GetTemplateSummary", request)
            return msgspec.to_builtins(Learned(tuple(each["ParameterKey"] for each in found["Parameters"])))
        artifact = plan.details.get("ProvisioningArtifactId") or await self._newest(task.scope, plan)
        version = {"ProductId": plan.details["ProductId"], "ProvisioningArtifactId": artifact}
        path = {"PathId": plan.details["PathId"]} if "PathId" in plan.details else {}
        told = await self._ask(task.scope, "servicecatalog", "DescribeProvisioningParameters", version | path)
        declared = tuple(each["ParameterKey"] for each in told["ProvisioningArtifactParameters"])
        return msgspec.to_builtins(Learned(declared, artifact))

    async def wait(self, task: Task) -> Json:
        """What has become of a stack, or of a record of Service Catalog's."""
        if "Stack" in task.input:
            found = await stacks.settled(self.directory, task.scope, task.input["Stack"])
            return msgspec.to_builtins(Ending(found.status in _WELL, (found.reason or found.status)[:LONGEST_REASON]))
        return msgspec.to_builtins(await self._record(task.scope, task.input["Record"]))

    async def _record(self, scope: Scope, record: str) -> Ending:
        pause = stacks.FIRST_LOOK
        async with asyncio.timeout(stacks.LONGEST):
            while True:
                told = await self._ask(scope, "servicecatalog", "DescribeRecord", {"Id": record})
                detail = told["RecordDetail"]
                if detail["Status"] in _OVER:
                    break
                await asyncio.sleep(pause)
                pause = min(pause * stacks.GROWTH, stacks.LAST_LOOK)
        reasons = "; ".join(f"{each['Description']} ({each['Code']})" for each in detail["RecordErrors"])
        return Ending(detail["Status"] == "SUCCEEDED", reasons[:LONGEST_REASON])

    async def _newest(self, scope: Scope, plan: Plan) -> str:
        product = {"ProductId": plan.details["ProductId"]}
        listed = await self._ask(scope, "servicecatalog", "ListProvisioningArtifacts", product)
        active = [each["Id"] for each in listed["ProvisioningArtifactDetails"] if each["Active"]]
        if not active:
            raise ValidationError(f"Product {plan.details['ProductId']} has no active provisioning artifact.")
        newest: str = active[-1]
        return newest

    async def _ask(self, scope: Scope, service: str, operation: str, request: Json) -> Answer:
        return await self.directory.answer(Call(service, operation, request, scope))
