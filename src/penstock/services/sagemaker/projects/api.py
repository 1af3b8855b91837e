"""The operations on projects. What takes calls of others is a run's to do: see `flow`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from penstock.engine.engine import Engine
from penstock.engine.facts import RunId
from penstock.services.sagemaker import lists, tagging
from penstock.services.sagemaker.once import once
from penstock.services.sagemaker.people import user_context
from penstock.services.sagemaker.projects import requests
from penstock.services.sagemaker.projects.answers import described, is_stack, summary
from penstock.services.sagemaker.projects.flow import FLOW
from penstock.services.sagemaker.projects.model import PROJECT, UNDER_WAY, Act, Plan, missing, new_id
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Document
from penstock.wire.call import Answer, Call, Scope, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.sagemaker import shapes


@dataclass(frozen=True)
class Projects:
    engine: Engine
    clock: Callable[[], float]
    chance: Callable[[], str]
    service = "sagemaker"

    @property
    def database(self) -> Database:
        return self.engine.database

    @operation("CreateProject")
    async def create(self, call: Call, request: shapes.CreateProjectRequest) -> Answer:
        """A name is free again once its project is deleted."""
        at, labels, name = self.clock(), tagging.given(call.request.get("Tags")), request["ProjectName"]
        description = {"ProjectDescription": request["ProjectDescription"]} if "ProjectDescription" in request else {}
        made = Document(
            kind=PROJECT, scope=call.scope, name=name, arn=call.scope.arn("sagemaker", f"project/{name}"),
            status="Pending", created_at=at, modified_at=at, token=call.token,
            body={
                "ProjectId": new_id(self.chance()), "CreatedBy": user_context(call.scope),
                "Details": requests.details_of(call.request), **description,
            },
        )  # fmt: skip

        def create(tx: Transaction) -> Document:
            found = documents.find(tx, call.scope, PROJECT, name)
            if found is not None and found.status == "DeleteCompleted" and not is_same(call, found):
                documents.remove(tx, call.scope, PROJECT, name)
            kept = documents.insert(tx, made)
            if kept is made:
                tags.add(tx, made.arn, labels)
                self._begin(tx, made, self._plan("Create", made, tags=labels))
            return kept

        try:
            kept = await self.database.write(create)
        except AlreadyStored:
            raise ValidationError(f"Project {name} already exists. Choose a different name.") from None
        return {"ProjectArn": kept.arn, "ProjectId": kept.body["ProjectId"]}

    @operation("DescribeProject")
    async def describe(self, call: Call, request: shapes.DescribeProjectRequest) -> Answer:
        return described(await self.database.read(lambda tx: find(tx, call.scope, request["ProjectName"])))

    @operation("ListProjects")
    async def list(self, call: Call, request: shapes.ListProjectsRequest) -> Answer:
        found = lists.query(call.scope, call.request, kind=PROJECT, descending=False)
        return await lists.answer(self.database, found, "ProjectSummaryList", summary)

    @operation("UpdateProject")
    async def update(self, call: Call, request: shapes.UpdateProjectRequest) -> Answer:
        """Another description is there at once; anything else takes a run."""
        at, labels = self.clock(), tagging.given(call.request.get("Tags"))
        provisioning = ("ServiceCatalogProvisioningUpdateDetails", "TemplateProvidersToUpdate", "Tags")
        description = {"ProjectDescription": request["ProjectDescription"]} if "ProjectDescription" in request else {}

        def update(tx: Transaction) -> Answer:
            found = find(tx, call.scope, request["ProjectName"])
            must_be_at_rest(found)
            if found.status == "DeleteCompleted":
                raise missing(found.name)
            details, inherited = requests.changed_details(found, call.request)
            changed = found.changed(at, LastModifiedBy=user_context(call.scope), **description)
            if call.request.keys() & {*provisioning}:
                changed = changed.changed(at, status="UpdateInProgress")
                tagging.must_fit(tags.of(tx, found.arn) | labels)
                tags.add(tx, found.arn, labels)
                every = tags.of(tx, found.arn) if is_stack(details) else labels
                documents.update(tx, changed)
                plan = self._plan("Update", changed, tags=every)
                self._begin(tx, changed, msgspec.structs.replace(plan, details=details, inherited=tuple(inherited)))
            else:
                documents.update(tx, changed)
            return {"ProjectArn": found.arn}

        return await once(self.database, call, at, update)

    @operation("DeleteProject")
    async def delete(self, call: Call, request: shapes.DeleteProjectRequest) -> Answer:
        """With all that its template made. It is still told of, as deleted, until its name is taken again."""
        at = self.clock()

        def delete(tx: Transaction) -> Answer:
            found = find(tx, call.scope, request["ProjectName"])
            must_be_at_rest(found)
            if found.status == "DeleteCompleted":
                return {}
            deleting = found.changed(at, status="DeleteInProgress", LastModifiedBy=user_context(call.scope))
            documents.update(tx, deleting)
            self._begin(tx, deleting, self._plan("Delete", deleting))
            return {}

        return await once(self.database, call, at, delete)

    def _plan(self, act: Act, project: Document, *, tags: dict[str, str] | None = None) -> Plan:
        details, id = project.body["Details"], project.body["ProjectId"]  # noqa: A001
        return Plan(
            act, project.name, id, f"{id}-{act}-{self.chance()}", details, is_stack(details), tags or {},
            project.body.get("Made", ""),
        )  # fmt: skip

    def _begin(self, tx: Transaction, project: Document, plan: Plan) -> None:
        run = RunId(f"{project.arn}/{plan.token}")
        self.engine.start(tx, run, FLOW, msgspec.json.encode(plan), scope=project.scope)


def find(tx: Transaction, scope: Scope, name: str) -> Document:
    found = documents.find(tx, scope, PROJECT, name)
    if found is None:
        raise missing(name)
    return found


def is_same(call: Call, project: Document) -> bool:
    """Whether the call has made this project before."""
    return bool(call.token) and call.token == project.token


def must_be_at_rest(project: Document) -> None:
    if project.status in UNDER_WAY:
        raise ServiceError(
            f"Project {project.name} is {project.status}; wait until that is done.", code="ConflictException"
        )
