"""Operations on templates alone, and on what there is here: validated, summarised, types listed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from penstock.engine.engine import Engine
from penstock.languages.cloudformation import TemplateError, read, summarise, validate
from penstock.services.cloudformation import rows
from penstock.services.cloudformation.describing import cut
from penstock.services.cloudformation.resources.kind import ResourceType
from penstock.services.cloudformation.stacksets import rows as set_rows
from penstock.services.cloudformation.templates import Templates
from penstock.wire.call import Answer, Call, ServiceError, operation

if TYPE_CHECKING:
    from penstock.services.cloudformation import shapes

Json = Any


@dataclass(frozen=True)
class Summaries:
    engine: Engine
    templates: Templates
    types: Mapping[str, ResourceType]
    service = "cloudformation"

    @operation("ValidateTemplate")
    async def validate(self, call: Call, request: shapes.ValidateTemplateRequest) -> Answer:
        text = await self.templates.text(call.scope, request)
        try:
            return validate(read(text))
        except TemplateError as error:
            raise rows.invalid(str(error)) from None

    @operation("GetTemplateSummary")
    async def summarise(self, call: Call, request: shapes.GetTemplateSummaryRequest) -> Answer:
        name, set_name = request.get("StackName"), request.get("StackSetName")
        if set_name:
            of = await self.engine.database.read(lambda tx: set_rows.stack_set(tx, call.scope, set_name))
            text = of.body["Template"]
        elif name:
            kept = rows.kept(await self.engine.database.read(lambda tx: rows.stack(tx, call.scope, name)))
            text = kept.text if kept is not None else "{}"
        else:
            text = await self.templates.text(call.scope, request)
        try:
            return summarise(read(text))
        except TemplateError as error:
            raise rows.invalid(str(error)) from None

    @operation("EstimateTemplateCost")
    async def estimate(self, call: Call, request: shapes.EstimateTemplateCostRequest) -> Answer:
        raise rows.invalid("Nothing here costs anything: there is no calculator to be linked to.")

    @operation("DescribeAccountLimits")
    async def limits(self, call: Call, request: shapes.DescribeAccountLimitsRequest) -> Answer:
        """AWS's limits of templates hold; there is none on stacks."""
        return {"AccountLimits": [{"Name": "StackOutputsLimit", "Value": 200}]}

    @operation("ListTypes")
    async def types_here(self, call: Call, request: shapes.ListTypesRequest) -> Answer:
        """AWS's own; there are no private ones."""
        if request.get("Visibility", "PRIVATE") == "PRIVATE" or request.get("Type", "RESOURCE") != "RESOURCE":
            return {"TypeSummaries": []}
        prefix = (request.get("Filters") or {}).get("TypeNamePrefix", "")
        shown = {
            name: {"Type": "RESOURCE", "TypeName": name, "TypeArn": arn_of(call, name)}
            for name in self.types
            if name.startswith(prefix)
        }
        return cut("TypeSummaries", shown, dict, request)

    @operation("DescribeType")
    async def describe_type(self, call: Call, request: shapes.DescribeTypeRequest) -> Answer:
        name = request.get("TypeName") or request.get("Arn", "").rpartition("/")[2].replace("-", "::")
        kind = self.types.get(name)
        if kind is None:
            raise ServiceError(f"The type '{name}' cannot be found.", code="TypeNotFoundException")
        return {
            "Arn": arn_of(call, name),
            "Type": "RESOURCE",
            "TypeName": name,
            "Visibility": "PUBLIC",
            "DeprecatedStatus": "LIVE",
            "ProvisioningType": "FULLY_MUTABLE" if kind.update is not None else "IMMUTABLE",
            "Schema": json.dumps(schema(kind)),
        }


def arn_of(call: Call, name: str) -> str:
    return f"arn:aws:cloudformation:{call.scope.region}::type/resource/{name.replace('::', '-')}"


def schema(kind: ResourceType) -> Json:
    """What is known of a type, as the registry's schemas say it."""
    return {
        "typeName": kind.name,
        "properties": {name: {} for name in sorted(kind.properties | kind.attributes)},
        "required": sorted(kind.required),
        "createOnlyProperties": [f"/properties/{name}" for name in sorted(kind.create_only)],
        "readOnlyProperties": [f"/properties/{name.replace('.', '/')}" for name in sorted(kind.attributes)],
        "additionalProperties": kind.any_property,
    }
