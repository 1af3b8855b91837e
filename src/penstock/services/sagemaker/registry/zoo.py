"""The models that ListModelMetadata tells of: what Penstock's own images train and serve without anybody's code.

AWS tells of the models of the common model zoos here, for its Inference Recommender, which Penstock does not have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from penstock.wire import pages
from penstock.wire.call import Answer, Call, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes

PAGE: Final = 100
VERSIONS: Final = ("1.0-1", "1.2-2", "1.3-1", "1.5-1", "1.7-1")
TASKS: Final = ("CLASSIFICATION", "REGRESSION")
XGBOOST: Final = {"Domain": "MACHINE_LEARNING", "Framework": "XGBOOST", "Model": "xgboost"}
MODELS: Final = tuple({**XGBOOST, "Task": task, "FrameworkVersion": version} for version in VERSIONS for task in TASKS)


class ModelZoo:
    """The operation."""

    service = "sagemaker"

    @operation("ListModelMetadata")
    async def list(self, call: Call, request: shapes.ListModelMetadataRequest) -> Answer:
        filters = call.request.get("SearchExpression", {}).get("Filters", ())
        found = [model for model in MODELS if all(_satisfies(model, each) for each in filters)]
        start = pages.decode(call.request["NextToken"], member="NextToken") if call.request.get("NextToken") else 0
        end = start + call.request.get("MaxResults", PAGE)
        more = {"NextToken": pages.encode(end)} if end < len(found) else {}
        return {"ModelMetadataSummaries": found[start:end], **more}


def _satisfies(model: dict[str, str], wanted: dict[str, str]) -> bool:
    return model[wanted["Name"]] == wanted["Value"]
