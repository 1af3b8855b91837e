"""Operations on groups of schedules, and on their tags."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from penstock.services.scheduler.firing import Firings
from penstock.services.scheduler.model import (
    DEFAULT,
    GROUP,
    SCHEDULE,
    Conflict,
    ResourceNotFound,
    group_described,
    group_found,
    new_group,
)
from penstock.store import documents, tags
from penstock.store.database import Database, Transaction
from penstock.store.documents import AlreadyStored, Query
from penstock.wire import pages
from penstock.wire.call import Answer, Call, ServiceError, ValidationError, operation

if TYPE_CHECKING:
    from penstock.services.scheduler.shapes import (
        CreateScheduleGroupRequest,
        CreateScheduleGroupResponse,
        DeleteScheduleGroupRequest,
        DeleteScheduleGroupResponse,
        GetScheduleGroupRequest,
        ListScheduleGroupsRequest,
        ListTagsForResourceRequest,
        TagResourceRequest,
        TagResourceResponse,
        UntagResourceRequest,
        UntagResourceResponse,
    )

PAGE: Final = 100
MOST: Final = 1_000_000  # schedules of a group


@dataclass(frozen=True)
class Groups:
    """Groups by name. The default one is there from the beginning."""

    database: Database
    firings: Firings
    clock: Callable[[], float]
    service: str = "scheduler"

    @operation("CreateScheduleGroup")
    async def create(self, call: Call, request: CreateScheduleGroupRequest) -> CreateScheduleGroupResponse:
        name, labels = request["Name"], tags.unlisted(request.get("Tags", []))
        made = new_group(call.scope, name, self.clock(), call.token or request.get("ClientToken", ""))

        def insert(tx: Transaction) -> None:
            documents.insert(tx, made)
            add_tags(tx, made.arn, labels)

        try:
            if name == DEFAULT:
                raise Conflict(f"Schedule group {name} already exists.")
            await self.database.write(insert)
        except AlreadyStored:
            raise Conflict(f"Schedule group {name} already exists.") from None
        return {"ScheduleGroupArn": made.arn}

    @operation("GetScheduleGroup")
    async def get(self, call: Call, request: GetScheduleGroupRequest) -> Answer:
        name, at = request["Name"], self.clock()
        return group_described(await self.database.write(lambda tx: group_found(tx, call.scope, name, at)))

    @operation("DeleteScheduleGroup")
    async def delete(self, call: Call, request: DeleteScheduleGroupRequest) -> DeleteScheduleGroupResponse:
        name, at = request["Name"], self.clock()
        if name == DEFAULT:
            raise ValidationError("The default schedule group cannot be deleted.")

        def remove(tx: Transaction) -> None:
            group = group_found(tx, call.scope, name, at)
            schedules = Query(kind=SCHEDULE, scope=call.scope, parent=name, limit=MOST)
            for schedule in documents.page(tx, schedules).documents:
                self.firings.forget(tx, schedule)
                documents.remove(tx, call.scope, SCHEDULE, schedule.name)
            documents.remove(tx, call.scope, GROUP, group.name)

        await self.database.write(remove)
        return {}

    @operation("ListScheduleGroups")
    async def list(self, call: Call, request: ListScheduleGroupsRequest) -> Answer:
        query = Query(
            kind=GROUP, scope=call.scope, name_prefix=request.get("NamePrefix"), order="name", descending=False,
            limit=request.get("MaxResults") or PAGE, token=request.get("NextToken"),
        )  # fmt: skip
        at = self.clock()

        def look(tx: Transaction) -> documents.Page:
            group_found(tx, call.scope, DEFAULT, at)
            return documents.page(tx, query)

        page = await self.database.write(look)
        shown = {"ScheduleGroups": [group_described(each) for each in page.documents]}
        return {**shown, **pages.onward(page.token)}

    @operation("TagResource")
    async def tag(self, call: Call, request: TagResourceRequest) -> TagResourceResponse:
        labels = tags.unlisted(request["Tags"])
        await self.database.write(lambda tx: add_tags(tx, self._tagged(tx, call, request["ResourceArn"]), labels))
        return {}

    @operation("UntagResource")
    async def untag(self, call: Call, request: UntagResourceRequest) -> UntagResourceResponse:
        keys = request["TagKeys"]
        await self.database.write(lambda tx: tags.remove(tx, self._tagged(tx, call, request["ResourceArn"]), keys))
        return {}

    @operation("ListTagsForResource")
    async def list_tags(self, call: Call, request: ListTagsForResourceRequest) -> Answer:
        found = await self.database.write(lambda tx: tags.of(tx, self._tagged(tx, call, request["ResourceArn"])))
        return {"Tags": tags.listed(found)}

    def _tagged(self, tx: Transaction, call: Call, arn: str) -> str:
        """The ARN of a group that is there."""
        name = arn.rpartition("/")[2]
        if arn != new_group(call.scope, name, 0.0).arn:
            raise ResourceNotFound(f"Schedule group {name} does not exist.")
        return group_found(tx, call.scope, name, self.clock()).arn


def add_tags(tx: Transaction, arn: str, labels: Mapping[str, str]) -> None:
    if not tags.fit(tx, arn, labels):
        raise ServiceError(f"A schedule group has at most {tags.MOST} tags.", code="ServiceQuotaExceededException")
    tags.add(tx, arn, labels)
