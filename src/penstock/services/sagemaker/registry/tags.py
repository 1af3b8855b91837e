"""Tags on anything of SageMaker's that is a document: what they are put on must be there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.sagemaker import tagging
from penstock.services.sagemaker.pipelines.origin import origin_of
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


# What AWS says of an ARN with nothing behind it, by the ARN's resource type.
_MISSING: Final[Mapping[str, Callable[[str], ServiceError]]] = {
    "model-package-group": lambda arn: ValidationError(f"ModelPackageGroup {arn} does not exist."),
    "model-package": lambda arn: ValidationError(f"ModelPackage {arn} does not exist."),
    "pipeline": lambda arn: ServiceError(f"Pipeline '{arn}' does not exist.", code="ResourceNotFound"),
}


@dataclass(frozen=True)
class Tags:
    """AddTags, ListTags, DeleteTags."""

    database: Database
    service = "sagemaker"

    @operation("AddTags")
    async def add(self, call: Call, request: shapes.AddTagsRequest) -> Answer:
        arn, more = request["ResourceArn"], tagging.given(request["Tags"])

        def add(tx: Transaction) -> dict[str, str]:
            _must_be_there(tx, call.scope, arn)
            tagging.must_fit(tags.of(tx, arn) | more)
            tags.add(tx, arn, more)
            return tags.of(tx, arn)

        return {"Tags": tagging.shown(await self.database.write(add))}

    @operation("ListTags")
    async def list(self, call: Call, request: shapes.ListTagsRequest) -> Answer:
        arn, after, most = request["ResourceArn"], request.get("NextToken", ""), request.get("MaxResults", tags.MOST)

        def read(tx: Transaction) -> dict[str, str]:
            found = _must_be_there(tx, call.scope, arn)
            every = tags.of(tx, arn) | by_pipelines(tx, found)
            return {key: every[key] for key in sorted(every) if key > after}

        left = await self.database.read(read)
        page = dict(list(left.items())[:most])
        more = (
            {"NextToken": list(page)[-1]} if len(left) > len(page) else {}
        )  # a page ends with the key it goes on after
        return {"Tags": tagging.shown(page)} | more

    @operation("DeleteTags")
    async def delete(self, call: Call, request: shapes.DeleteTagsRequest) -> Answer:
        arn = request["ResourceArn"]

        def delete(tx: Transaction) -> Answer:
            _must_be_there(tx, call.scope, arn)
            tags.remove(tx, arn, request["TagKeys"])
            return {}

        return await self.database.write(delete)


def by_pipelines(tx: Transaction, document: Document) -> dict[str, str]:
    """The tags that AWS puts on what a pipeline's step makes, and on the jobs of a job that it makes. They are told,
    and not kept."""
    made: Document | None = document
    while made is not None:
        if (origin := origin_of(made.token)) is not None:
            return {"sagemaker:pipeline-execution-arn": origin.execution, "sagemaker:pipeline-step-name": origin.step}
        maker = made.token.rpartition("#")[0]
        made = documents.find_by_arn(tx, maker) if maker else None
    return {}


def _must_be_there(tx: Transaction, scope: Scope, arn: str) -> Document:
    found = documents.find_by_arn(tx, arn)
    if found is not None and (found.scope.account, found.scope.region) == (scope.account, scope.region):
        return found
    kind = arn.split(":", 5)[-1].partition("/")[0]
    raise _MISSING[kind](arn) if kind in _MISSING else ValidationError(f'Could not find {kind} "{arn}".')
